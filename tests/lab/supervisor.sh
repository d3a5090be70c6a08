# The supervisor is killed: its processes go with it, and the next one goes on where it ended.

all_ended() {
    local pid
    for pid in $pids; do
        [ -d "/proc/$pid" ] && { echo "process $pid runs"; return 1; }
    done
    return 0
}

pids=$(cat "$dir"/run/*.pid)
check "the supervisor is killed" kill -9 "$(cat "$dir/up.pid")"
check "its processes end with it" await 10 all_ended
check "the lab comes up again" lab_up
