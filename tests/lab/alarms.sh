# A function's process dies: its VNF's alarm is told within moments (the site's change feed), survives
# kill -9 of the orchestrator between raising and telling, and is cleared when the function runs again.
# One that runs and lets nothing through has an alarm too, as long as it does (--long).

alarms=/vnffm/v1/alarms
heard="$tmp/heard"
deaf="$tmp/deaf"

# told N WORDS: so many lines of what was heard have the words, or more: a slow machine shows a port that is
# down before it shows why.
told() { [ "$(grep -c -- "$2" "$heard")" -ge "$1" ] || { cat "$heard"; false; }; }
open_alarms() { call orchestrator GET "$alarms?filter=(neq,perceivedSeverity,CLEARED)"; field '.[].probableCause' | xargs; }
alarmed() { same_as "$1" "$(open_alarms)"; }
has_alarm() { open_alarms | grep -qw "$1"; }
same_as() { [ "$1" = "$2" ] || { echo "$2 instead of $1"; false; }; }
# victim_find [NAME]: a server of the service (of that VNF) that is at east: $victim, and its VNF: $of.
victim_find() {
    local id vnf
    answer=$("$carrick" ns show "$service" --json) || return 1
    while read -r vnf id; do
        [[ $vnf = *${1-}* ]] && container_pid east "$id" >/dev/null && victim=$id of=$vnf && return
    done < <(field '.vnfInstance[] | .vnfInstanceName as $n | .instantiatedVnfInfo.vnfcResourceInfo[] | "\($n) \(.id)"')
    echo "$answer"
    return 1
}
# What the agent finds of the victim: of its ports in the chain.
verdicts_are() {
    call east GET "/network/v2.0/ports?device_id=$victim"
    same_as "$1" "$(field '.ports[].data_plane_status // empty' | xargs)"
}
started_again() {
    operation=$("$carrick" ns start "$service" --vnf "$of" 2>&1) || { echo "$operation"; return 1; }
    ends 60 COMPLETED
}
# killed_and_told N: the N-th kill is told; how long that took goes to $tmp/took.
killed_and_told() {
    local pid before now
    pid=$(container_pid east "$victim") || return 1
    before=${EPOCHREALTIME/./}000 # Without a process that has to begin first.
    kill -9 "$pid"
    await 60 told "$1" 'AlarmNotification SERVER_STOPPED' || return 1
    now=$(awk '/AlarmNotification/ { at = $1 } END { print at }' "$heard")
    echo $(((now - before) / 1000000)) >>"$tmp/took"
}

# The inspector is stopped in its tracks: its process is there and answers no probe.
silence() {
    check "the inspector is at east" victim_find inspector || return
    check "it is found well" await 60 verdicts_are "ACTIVE ACTIVE"
    check "nothing is wrong" await 60 alarmed ""
    check "it is frozen" kill -STOP "$(container_pid east "$victim")"
    check "its ports say so" await 60 verdicts_are "DOWN DOWN"
    check "there is an alarm" await 60 alarmed PORT_DOWN
    check "it goes on" kill -CONT "$(container_pid east "$victim")"
    check "nothing is wrong any more" await 60 alarmed ""
    check "its ports say that too" await 60 verdicts_are "ACTIVE ACTIVE"
}

alarms_life() {
    local orchestrator round rounds=1
    : >"$heard"
    "$here/hears" "$heard" "$deaf" &
    children+=($!)
    check "a subscriber listens" await 10 test -s "$heard.port" || return
    check "packages are there" ready || return
    check "a service is up" service_up alarmed || return
    check "of which something is at east" victim_find || return
    check "it subscribes to alarms" want 201 orchestrator POST /vnffm/v1/subscriptions \
        "{\"callbackUri\": \"http://127.0.0.1:$(cat "$heard.port")/\"}" || return
    subscription=$(field .id)
    check "nothing is wrong" await 60 alarmed ""
    [ -n "$long" ] && rounds=10
    for round in $(seq $rounds); do
        check "its process is killed, which is told" killed_and_told "$round" || return
        check "it is an alarm" await 60 has_alarm SERVER_STOPPED
        check "it runs again" started_again || return
        check "which is told too" await 60 told "$round" AlarmClearedNotification || return
        check "nothing is wrong any more" await 60 alarmed ""
    done
    echo "  from a kill to the subscriber: $(sort -n "$tmp/took" | xargs) ms"

    : >"$deaf"
    check "the subscriber does not take it; the process dies again" kill -9 "$(container_pid east "$victim")"
    check "there is an alarm" await 60 has_alarm SERVER_STOPPED
    orchestrator=$(pid_of orchestrator)
    check "the orchestrator is killed" kill_hard orchestrator
    check "it comes back" await 30 is_other orchestrator "$orchestrator"
    check "and answers" await 30 orchestrator_answers
    rm -f "$deaf"
    check "the subscriber hears of it" await 90 told $((rounds + 1)) 'AlarmNotification SERVER_STOPPED'
    check "it runs again" started_again || return
    check "which is told too" await 60 told $((rounds + 1)) AlarmClearedNotification
    same "each was told once" "$(wc -l <"$heard")" "$(cut -d " " -f 2 "$heard" | sort -u | wc -l)"
    check "the subscription ends" want 204 orchestrator DELETE "/vnffm/v1/subscriptions/$subscription"

    [ -z "$long" ] || silence
    check "the service is terminated" service_down
}

alarms_life
