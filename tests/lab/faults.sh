# A site that is down, slow, answers 500, loses answers or has no quota left, in
# the middle of an instantiation: the operation stops, names the call, and goes on
# or goes back when told.

rules=$tmp/rules
proxy_port=$((10100 + number))
rule() { printf '%s\n' "$@" >"$rules.new" && mv "$rules.new" "$rules"; }
# A 5xx to a delete is asked again for three seconds.
refusal=503
sites_named() { call orchestrator GET /carrick/v1/sites; field ".[] | select(.name == \"$1\") | .id"; }
# site_at URL: where the orchestrator finds west.
site_at() {
    want 200 orchestrator PATCH "/carrick/v1/sites/$west" "{\"auth_url\": \"$1/identity/v3\"}" \
        application/merge-patch+json
}
reason() { call orchestrator GET "$occurrences/$operation"; field '.error.detail // ""'; }
names() { reason | grep -E "$1" || { reason; false; }; }
quota() {
    want 200 west PUT "/network/v2.0/quotas/$west_project" "{\"quota\": {\"port\": $1}}"
}
has_things() { at_least 1 "$(things "$1" | grep -c SERVICE)"; }
# west_goes: and nobody starts it again.
west_goes() {
    kill -STOP "$(cat "$dir/up.pid")"
    kill_hard site-west
}
west_comes() {
    kill -CONT "$(cat "$dir/up.pid")"
    await 30 site_whole west
}
faults_end() {
    rule
    west_comes
    kill -CONT "$(pid_of site-west)" 2>/dev/null
    quota 500
    site_at "${url[west]}"
}

check "packages are there" ready || return
rule
$here/proxy $proxy_port "${url[west]#http://}" "$rules" >"$tmp/proxy" 2>&1 &
children+=($!)
west=$(sites_named west)
login west admin "$(password "$dir/west/site")" admin
west_project=$project
check "west is reached through a proxy" await 10 site_at "http://127.0.0.1:$proxy_port" || return
keep_state

# One instantiation, one fault after the other.
fault_after_fault() {
    quota 0
    ns_create fault1 && begin instantiate
    check "no quota for ports: it stops" ends 60 FAILED_TEMP || return
    check "and names the call" names 'POST .*ports' || return
    check "and why" names '[Qq]uota' || return
    quota 500
    rule 'POST /sfc/port_chains 500'
    task retry
    check "west answers 500: it stops again" ends 60 FAILED_TEMP || return
    check "and names the call" names 'POST .*sfc/port_chains' || return
    check "and its status" names '500' || return
    rule 'POST /carrick-interconnect/chain_labels garbage 1' 'GET /compute/ slow=0.2'
    task retry
    check "west is slow and says what is not HTTP once: it goes on" finishes || return
    whole_service "after three faults"
    rule "DELETE /sfc/ $refusal"
    begin terminate
    check "west answers $refusal: the termination stops" ends 60 FAILED_TEMP || return
    check "and names the call" names 'DELETE .*/sfc/' || return
    rule 'DELETE /v2.0/ports/ lost 1' 'DELETE /servers/ lost 1' 'DELETE /networks/ shut 1'
    task retry
    check "answers are lost: it ends" finishes || return
    nothing_left "after the termination"
    ns_delete
}

# West dies in the middle, and the way back is no better.
back_and_forth() {
    # Held back, so that west dies within it: it stays open whether it was done.
    rule 'POST /v2.0/networks$ slow=3'
    ns_create fault2 && begin instantiate
    check "something is made at west" await 30 has_things west || return
    west_goes
    check "west is killed: it stops" ends 60 FAILED_TEMP || return
    check "and names the site" names 'west' || return
    check "west is back" west_comes || return
    rule "DELETE /security-groups/ $refusal" 'DELETE /security-group-rules/ lost 1'
    task rollback
    check "west answers $refusal: the rollback stops" ends 60 FAILED_TEMP || return
    rule
    task rollback
    check "it is rolled back" ends 60 ROLLED_BACK || return
    nothing_left "after the rollback"
    ns_delete
}

# Every kind of create loses an answer; for a while the site does nothing at all.
lost_answers() {
    rule 'POST /v2.0/networks lost 1' 'POST /v2.0/ports lost 1' 'POST /servers$ lost 1' \
        'POST /image/v2/images$ lost 1' 'POST /remote_ports lost 2' 'POST /port_pairs shut 1' \
        'POST /port_chains lost 1' 'POST /security-group-rules lost 1' 'POST /chain_labels lost 1'
    ns_create fault3 && begin instantiate
    check "something is made at west" await 30 has_things west || return
    kill -STOP "$(pid_of site-west)"
    moment 2 # as long as it stands still
    kill -CONT "$(pid_of site-west)"
    check "answers are lost, the site pauses: it ends" finishes || return
    whole_service "after lost answers"
    rule
    check "a client is attached to the SAP" client_up fault3 || return
    check "HTTP goes through the chain" await 15 page_comes || return
    client_down
    check "the service is terminated" service_down || return
    nothing_left "after the termination"
}

# West is not there when an operation begins, and dies within a termination.
not_there() {
    ns_create fault4
    west_goes
    begin instantiate
    check "west is away: an instantiation stops" ends 60 FAILED_TEMP || return
    check "and names the site" names 'west' || return
    check "west is back" west_comes || return
    task rollback
    check "it is rolled back" ends 60 ROLLED_BACK || return
    nothing_left "after the rollback"
    west_goes
    begin instantiate
    check "west is away again: it stops" ends 60 FAILED_TEMP || return
    check "west is back" west_comes || return
    task retry
    check "a retry looks again, and it is instantiated" ends 60 COMPLETED || return
    whole_service "after west was away"
    west_goes
    begin terminate
    check "west is away: a termination stops" ends 60 FAILED_TEMP || return
    check "and names the call" names 'site west: .* DELETE /' || return
    check "west is back" west_comes || return
    rule 'DELETE /v2.0/networks/ slow=3' 'DELETE /v2.0/ports/ slow=0.2'
    task retry
    check "the retry reaches west's network" await 30 is_asked 'DELETE .*/v2.0/ports/' || return
    west_goes
    check "west is killed within it: it stops" ends 60 FAILED_TEMP || return
    check "and names the call" names 'DELETE' || return
    check "west is back" west_comes || return
    rule
    task retry
    check "it is terminated" ends 60 COMPLETED || return
    nothing_left "after the termination"
    ns_delete
}
# is_asked PATTERN: the proxy has seen such a call since the rules last changed.
is_asked() { [ "$rules" -ot "$tmp/proxy" ] && tail -n 3 "$tmp/proxy" | grep -E "$1"; }

# Requests that wait for a slow site keep nobody from logging in.
slow_site_patch() {
    curl -s -m 60 -o /dev/null -X PATCH -H "X-Auth-Token: ${token[orchestrator]}" \
        -H 'Content-Type: application/merge-patch+json' \
        -d "{\"auth_url\": \"http://127.0.0.1:$proxy_port/identity/v3\"}" \
        "${url[orchestrator]}/carrick/v1/sites/$west"
}
logins_are_quick() {
    local i end=$((SECONDS + 4 * patience)) word
    word=$(password "$dir/orchestrator")
    for i in 1 2 3 4 5; do
        login orchestrator admin "$word" admin || return 1
    done
    [ $SECONDS -lt $end ] || { echo "five logins took longer than $((4 * patience)) s"; false; }
}
slow_site() {
    local i waiting=()
    rule "POST /identity/v3/auth/tokens slow=$((8 * patience))"
    for i in 1 2 3 4; do
        slow_site_patch &
        waiting+=($!)
    done
    check "west's identity is slow: logins at the orchestrator are not" logins_are_quick
    rule
    wait "${waiting[@]}"
}

slow_site && fault_after_fault && back_and_forth && lost_answers
# Without a data plane tests/kill does so each time.
[ -n "$long" ] && not_there
faults_end
