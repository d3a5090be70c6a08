# The happy path: packages, plan, instantiation over two sites, packets through
# firewall and inspector in order, termination, and nothing left of it.

# counted: "hop DIRECTION packets" and the functions' ports of the site that runs them.
counted() {
    call east GET /network/v2.0/carrick-counters
    field '.carrick_counters.hops[] | "\(.hop) \(.direction) \(.packets)"' | sort
}
ports_counted() {
    call east GET /network/v2.0/carrick-counters
    field ".carrick_counters.ports[] | select(.id == \"$1\") | .out_packets"
}
# all_rose BEFORE AFTER: every line's number.
all_rose() {
    echo "$2"
    [ -n "$1" ] && paste -d' ' <(echo "$1") <(echo "$2") | awk '$6 <= $3 { bad = 1 } END { exit bad }'
}
four_hops() { [ "$(wc -l <<<"$1")" = 4 ] || { echo "$1"; false; }; }
# blocked: what the firewall itself says that it dropped.
blocked() {
    console east demo1-firewall-firewall | awk '/^counter blocked packets/ { n = $4 } END { print n + 0 }'
}
blocked_above() { at_least $(($1 + 1)) "$(blocked)"; }
inspected() { console east demo1-inspector-inspector | grep -E "$1"; }
# traced WORD...: what a packet from the client to the web server would meet, at both sites.
traced() {
    "$carrick" chain trace --no-token-cache --from demo1-client --to demo1-web-web-web_cp \
        --site "$dir/east/site/clouds.yaml" --site "$dir/west/site/clouds.yaml" "$@" 2>&1
}
# The way there through both functions and the tunnel, and back through the same two.
trace_arrives() {
    local out way
    out=$(traced tcp dport 80) || { echo "$out"; return 1; }
    way=$(awk '$4 ~ /handed|tunnelled|delivered/ { printf "%s %s, ", $3, $4 }' <<<"$out")
    [ "$way" = "east handed, east handed, east tunnelled, west delivered, west tunnelled, "`
        `"east handed, east handed, east delivered, " ] || { echo "$out"; false; }
}
trace_is_json() {
    local out
    out=$(traced --json tcp dport 80)
    jq -e 'map(.site + " " + .outcome) == ["east tunnelled", "west delivered", "east delivered"]
           and all(.[]; .steps | length > 1)' >/dev/null <<<"$out" || { echo "$out"; false; }
}
trace_is_dropped() {
    local out
    out=$(traced tcp dport 80 length 60000)
    [ $? = 1 ] && grep -q 'dropped .*mtu: larger than' <<<"$out" || { echo "$out"; false; }
}
trace_is_refused() {
    local out
    out=$(traced tcp port 80)
    [ $? = 2 ] && grep -q 'sport N, dport N' <<<"$out" || { echo "$out"; false; }
}
# Real packets of the page, at both sites: started, then waited for.
live_begins() {
    traced --live --seconds 30 --count 300 tcp dport 80 >"$tmp/live" &
    live=$!
    children+=("$live")
}
# The page is asked for until so many events are there that some of each kind are: of what comes too
# fast, parts are not shown.
live_has_come() { page_comes; ! kill -0 "$live" 2>/dev/null; }
live_tells() {
    await 20 live_has_come && wait "$live" || { cat "$tmp/live"; return 1; }
    local what
    for what in "request  east     handed .*hop 1" "request  east     handed .*hop 2" \
        "request  east     tunnelled" "request  west     delivered" "reply    west     enters" \
        "reply    east     handed .*hop 2 .*us"; do
        grep -qE "$what" "$tmp/live" || { echo "no $what"; cat "$tmp/live"; return 1; }
    done
}
plan_ok() {
    want 200 orchestrator POST /carrick/v1/plans \
        "{\"nsInstanceId\": \"$ns\", \"request\": $request}" || return 1
    [ "$(field '.error // "none"')" = none ] && grep -q 'server_apart' <<<"$answer"
}
# audited ROLE FILTER: lines of a role's audit log of what the request $told began.
audited() { jq -s --arg told "$told" "map(select($2)) | length" "$dir/$1/audit.log"; }
# Every line of what it began names the request, at the orchestrator and at the sites that it calls.
log_follows() {
    local modules
    modules=$(awk -v told="request=$told" '$NF == told { print $4 }' "$dir/log/orchestrator.log" | sort -u | tr -d '\n')
    [ "$modules" = flow:rest: ] || { echo "lines of $modules"; return 1; }
    for site in east west; do
        grep -q "POST /compute/.* global=$told " "$dir/log/site-$site.log" || { echo "no line of $site"; return 1; }
    done
}
audit_tells() {
    at_least 1 "$(audited orchestrator '.request == $told and (.userName | length > 0) and .status == 202
        and .method == "POST" and (.path | endswith("/instantiate")) and (.peer | length > 0)')" &&
        at_least 5 "$(audited east/site '.global == $told and .result == "done" and (.target | length > 30) and (.projectName | length > 0)')" &&
        want 401 orchestrator:nobody GET "$instances" && told=$(awk 'tolower($1) == "x-openstack-request-id:" { print $2 }' "$tmp/headers" | tr -d '\r') &&
        await 5 eval 'at_least 1 "$(audited orchestrator ".request == \$told and .result == \"refused\"")"'
}
top() { "$carrick" top --no-token-cache --once "$@"; }
# has TEXT LINE...: each of the extended expressions is of a line of it.
has() {
    local text=$1 line
    shift
    for line; do
        grep -qE "$line" <<<"$text" || { echo "no '$line' in"; echo "$text"; return 1; }
    done
}
page_of_all() {
    has "$(top)" '^orchestrator http' '^process +[1-9][0-9]* MiB' '^services +1 INSTANTIATED$' '^alarms +none$' \
        '^east +UP ' '^west +UP ' && has "$(top --site "$dir/east/site/clouds.yaml")" '^site http' '^agent +answers'
}

for part in firewall inspector web; do
    check "package $part is on-boarded" on_board vnf_packages "$packages/$part.csar"
done
check "the service's descriptor is on-boarded" on_board ns_descriptors "$packages/web-through-firewall.csar"
nsd=$(field .nsdId)
check "a client's image is at east" client_image_up
check "an instance is created" ns_create demo1 || return
keep_state
check "a plan is made and says why" plan_ok
for site in east west; do
    check "the plan made nothing at $site" as_before "$tmp/objects.$site" objects $site
done
begin instantiate
told=$(awk 'tolower($1) == "x-openstack-request-id:" { print $2 }' "$tmp/headers" | tr -d '\r')
check "the service is instantiated" ends 60 COMPLETED || return
check "each line of it names the request that began it" log_follows
check "one page shows what is" page_of_all
check "the audit logs tell who asked for what" audit_tells
things_note
check "a client is attached to the SAP" client_up demo1 || return
check "HTTP goes through the chain" await 15 page_comes || return
check "a trace says so, there and back" trace_arrives
check "a trace for programs is of all sites" trace_is_json
check "a trace says why a packet is dropped" trace_is_dropped
check "a trace of nonsense says what is possible" trace_is_refused
live_begins
check "a live trace shows the page's packets at both sites" live_tells
before=$(counted) blocked_before=$(blocked)
firewall_port=$(id_at east ports demo1-firewall-firewall-in_cp)
port_before=$(ports_counted "$firewall_port")
check "and again" page_comes
after=$(counted)
check "both hops count in both directions" four_hops "$after"
check "all four counters rose" all_rose "$before" "$after"
check "the firewall's port was sent packets" at_least $((port_before + 1)) "$(ports_counted "$firewall_port")"
check "port 8080 does not answer" eval '! get 8080 / -m 1'
check "the firewall counted what it blocked" await 10 blocked_above "$blocked_before"
check "the inspector saw port 80" await 10 inspected 'port tcp/80 .*[1-9]'
check "the inspector did not see port 8080" eval '! inspected "tcp/8080"'
client_down
check "the service is terminated" begin terminate
check "it ends" ends 60 COMPLETED
nothing_left "after the termination"
check "the instance is deleted" ns_delete
