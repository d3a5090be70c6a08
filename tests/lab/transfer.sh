# A transfer through the chain goes on while site and agent of east are killed,
# and what comes back finds everything as it should be and touches nothing.

size=$((128 * 1024 * 1024))
# An agent makes the way to the responder anew: no server's traffic goes there (decision 007).
kernel_state() {
    ip -n "ck-$name-$1" -o link | awk '$2 !~ /^ckpunt/ { print $1, $2 }'
    machine "$1"
    find "$dir/$1/bpf" -name '*_*' -printf '%P %i\n' | sort
}
has_bytes() { at_least "$1" "$(stat -c %s "$tmp/big" 2>/dev/null)"; }
# Less than 1 MB/s for 4 seconds is an interruption.
download() {
    get 80 /big -m 90 -f --limit-rate 12M --speed-limit 1000000 --speed-time 4 -o "$tmp/big"
}

check "packages are there" ready || return
keep_state
check "the service is instantiated" service_up demo1 || return
check "a client is attached to the SAP" client_up demo1 || return
check "HTTP goes through the chain" await 15 page_comes || return
kernel_state east >"$tmp/kernel"
download >"$tmp/download" 2>&1 &
download=$!
check "a transfer runs" await 20 has_bytes 5000000
agent=$(pid_of agent-east) site=$(pid_of site-east)
kill_hard site-east
kill_hard agent-east
check "both are started anew" await 20 eval 'is_other agent-east "$agent" && is_other site-east "$site"'
check "they answer" await 20 site_whole east
check "the transfer was still running then" kill -0 $download
wait $download
same "the transfer was not interrupted" 0 $?
cat "$tmp/download"
same "every byte arrived" "$(head -c $size /dev/zero | sha256sum)" "$(sha256sum <"$tmp/big")"
rm -f "$tmp/big"
check "links, processes, programs and maps are the same as before" as_before "$tmp/kernel" kernel_state east
same "nothing was made or removed" "" \
    "$(sed '1,/agent: ready.*epoch=[1-9]/d' "$dir/log/agent-east.log" | grep -E 'removed|running id' |
        grep -v "$agent")"
check "HTTP goes through the chain" page_comes
client_down
check "the service is terminated" service_down
nothing_left "afterwards"
