# kill -9 of orchestrator, site or agent exactly at the n-th point of the orchestrator's
# flows: the orchestrator stands still there until the deed is done (src/faces/fault.h).

faults=$dir/orchestrator/faults
seed=${CARRICK_SEED:-$RANDOM}
RANDOM=$seed
victims=(orchestrator site-east agent-east responder-east site-west agent-west responder-west)

# stop_at N HOW: "kill" or "stop" at the n-th point from now.
stop_at() {
    echo "$1 $2" >"$faults/stop.new"
    chmod 666 "$faults/stop.new"
    mv "$faults/stop.new" "$faults/stop"
}
stands_still() { [ "$(awk '{ print $3 }' "/proc/$(pid_of orchestrator)/stat" 2>/dev/null)" = T ]; }
# It may stand still before its answer went out: then it is not asked for long.
is_there() { stands_still || call_s=1 is_state COMPLETED FAILED_TEMP ROLLED_BACK; }
# deed VICTIM: at the point it dies; an orchestrator does so by itself.
deed() {
    [ "$1" = orchestrator ] && return
    await 60 is_there || return 1
    if stands_still; then
        kill_hard "$1"
        kill -CONT "$(pid_of orchestrator)"
    fi
}
# operate WHAT VICTIM N: begins it, with a death at its n-th point, and sees it to its end.
operate() {
    local how=stop
    [ "$2" = orchestrator ] && how=kill
    begun=
    stop_at "$3" $how
    call_s=2 begin "$1" && begun=yes
    deed "$2" || return 1
    await 30 whole || return 1
    [ -n "$begun" ] || find_begun "$1" || return 1
    rm -f "$faults/stop"
    finishes
}
# find_begun WHAT: the operation whose answer was lost, or one begun now.
find_begun() {
    call orchestrator GET "$occurrences?filter=(eq,nsInstanceId,$ns)"
    operation=$(field ".[] | select(.lcmOperationType == \"${1^^}\") | .id")
    [ -n "$operation" ] || await 5 begin "$1"
}
round() {
    local victim=$1 n=$2
    await 30 whole && ns_create "point$n" || return 1
    check "$victim dies at point $n: instantiated" operate instantiate "$victim" "$n" || return 1
    await 30 whole
    whole_service "$victim at $n"
    if [ -n "$3" ]; then
        check "$victim at $n: a client is attached" client_up "point$n" &&
            check "$victim at $n: HTTP goes through the chain" await 15 page_comes && client_down
    fi
    check "$victim dies at point $((n % n_down + 1)): terminated" \
        operate terminate "$victim" $((n % n_down + 1)) || return 1
    await 30 whole
    nothing_left "$victim at $n"
    ns_delete
}
points() { wc -l <"$faults/points"; }

check "packages are there" ready || return
keep_state
mkdir -p "$faults"
: >"$faults/points"
chmod 777 "$faults"
chmod 666 "$faults/points"
check "a service comes up" service_up point0 || return
n_up=$(points)
: >"$faults/points"
check "and goes" service_down || return
n_down=$(points)
rm "$faults/points"
if [ "$n_up" = 0 ]; then
    skip "deaths at points" "this orchestrator is built without -Dfaults=true and without sanitizers"
    rm -r "$faults"
    return
fi
echo "  $n_up points of an instantiation, $n_down of a termination; CARRICK_SEED=$seed"
if [ -n "$long" ]; then
    # Every point is tests/kill's: here it is a few of them with real traffic and containers.
    for ((i = 1 + RANDOM % 20; i <= n_up; i += 20)); do
        for victim in "${victims[@]}"; do
            round "$victim" $i "$( ((i % 4)) || echo yes)" || { check "round $i ends" false; break 2; }
        done
    done
else
    round orchestrator $((1 + RANDOM % n_up)) yes &&
        round "${victims[1 + RANDOM % 6]}" $((1 + RANDOM % n_up)) ""
fi
rm -rf "$faults"
