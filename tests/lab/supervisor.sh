# The supervisor is killed: its processes go with it, and the next one goes on where it ended.

all_ended() {
    local pid
    for pid in $pids; do
        [ -d "/proc/$pid" ] && { echo "process $pid runs"; return 1; }
    done
    return 0
}

# A role that is asked to end does so in order, whatever it is at: its status is 0.
ended_in_order() {
    grep -aqE "process ended name=$1 pid=$2 status=0" "$dir/log/lab.log"
}
for role in orchestrator site-east; do
    pid=$(cat "$dir/run/$role.pid")
    kill -TERM "$pid"
    check "$role ends in order" await 20 ended_in_order "$role" "$pid"
done
check "both are started again" await 30 whole

pids=$(cat "$dir"/run/*.pid)
check "the supervisor is killed" kill -9 "$(cat "$dir/up.pid")"
check "its processes end with it" await 10 all_ended
check "the lab comes up again" lab_up
