# kill -9 of orchestrator, sites and agents at random moments of an instantiation and
# of a termination.  What began ends; there is one of each object; packets flow.

rounds=3
[ -n "$long" ] && rounds=40
seed=${CARRICK_SEED:-$RANDOM}
RANDOM=$seed
echo "  CARRICK_SEED=$seed repeats the kills of these $rounds rounds"
victims=(orchestrator site-east agent-east responder-east site-west agent-west responder-west)
# kill_some N MILLISECONDS: N processes, one after the other, within that time.
kill_some() {
    local n=$1 span=$2 who wait
    while [ $((n--)) -gt 0 ]; do
        wait=$((RANDOM * span / 32768 / $1))
        who=${victims[RANDOM % ${#victims[@]}]}
        moment "$((wait / 1000)).$(printf %03d $((wait % 1000)))"
        kill_hard "$who" && killed="$killed $who+${wait}ms"
    done
}
round() {
    killed=
    await 30 whole && ns_create "kill$1" || return 1
    await 5 begin instantiate || return 1
    kill_some 3 4000
    check "round $1: instantiated in spite of$killed" finishes || return 1
    await 30 whole
    whole_service "round $1"
    killed=
    if [ $(($1 % 2)) = 1 ]; then
        check "round $1: a client is attached" client_up "kill$1" &&
            check "round $1: HTTP goes through the chain" await 15 page_comes &&
            client_down
    fi
    await 5 begin terminate || return 1
    kill_some 2 1000
    check "round $1: terminated in spite of$killed" finishes || return 1
    await 30 whole
    nothing_left "round $1"
    ns_delete
}

check "packages are there" ready || return
keep_state
for ((i = 1; i <= rounds; i++)); do
    round $i || { check "round $i ends" false; break; }
done
# What runs while the lab goes down must go with it.
await 30 whole
check "a service runs when the lab goes down" service_up demo2
survivors=$(servers_of east; servers_of west)
