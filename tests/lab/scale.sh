# A function of the chain is scaled out while a transfer passes it, and in again: no established
# flow breaks, new flows go through both, and nothing is left of the one that went.

transfers=()
whole=$((128 * 1024 * 1024))
# transfer_begins: one more, slow enough to outlast a scaling; its file is $tmp/part-N.
transfer_begins() {
    local file=$tmp/part-${#transfers[@]}
    : >"$file"
    get 80 /big -m 600 -f --limit-rate 3M --speed-limit 1000 --speed-time 60 -o "$file" >"$file.out" 2>&1 &
    transfers+=($!)
    children+=($!)
    await 20 grown "$file" 100000
}
grown() { at_least "$2" "$(stat -c %s "$1" 2>/dev/null)"; }
# went_on FILE SIZE: it has more than it had, or all.
went_on() { grown "$1" "$2" || grown "$1" $whole; }
# all_go_on: every transfer does.
all_go_on() {
    local i size
    for i in "${!transfers[@]}"; do
        size=$(stat -c %s "$tmp/part-$i")
        await 30 went_on "$tmp/part-$i" $((size + 1)) || { cat "$tmp/part-$i.out"; return 1; }
    done
}
# scale WORD...: $operation
scale() {
    operation=$("$carrick" ns scale demo1 --vnf firewall "$@" 2>&1) || { echo "$operation"; return 1; }
}
# cares WORD...: heal, stop or start, to the end.
cares() {
    operation=$("$carrick" ns "$1" demo1 --vnf firewall "${@:2}" 2>&1) || { echo "$operation"; return 1; }
    ends 90 COMPLETED
}
# second_answers: of pages asked for one after the other, one passes the second firewall.
second_answers() {
    local before i
    before=$(second_counted)
    for i in {1..60}; do
        page_comes && [ "$(second_counted)" -ge $((before + 3)) ] && return
    done
    echo "none of $i"
    return 1
}
# updates WORD...: an update of the service, to the end.
updates() {
    operation=$("$carrick" ns update demo1 "$@" 2>&1) || { echo "$operation"; return 1; }
    ends 90 COMPLETED
}
refused() {
    scale "$@" && return 1
    grep -q "0 to 2 are allowed" <<<"$operation"
}
# members SITE: how many pairs the firewall's position has there.
members() {
    call "$1" GET /network/v2.0/sfc/port_pair_groups
    field '.port_pair_groups[] | select(.name | endswith("web_path-first")) | .port_pairs | length'
}
firewalls() { objects east | awk '$1 == "servers" && $3 ~ /^demo1-firewall-firewall/ { print $3 }' | sort | xargs; }
# What the second firewall was sent.
second_counted() {
    call east GET /network/v2.0/carrick-counters
    field ".carrick_counters.ports[] | select(.id == \"$second_port\") | .out_packets"
}
# One more transfer after the other, until one passes the second firewall.
second_serves() {
    local before i
    for i in {1..30}; do
        before=$(second_counted)
        transfer_begins || return 1
        [ "$(second_counted)" -ge $((before + 3)) ] && return
    done
    echo "none of $i"
    return 1
}
scale_level() {
    "$carrick" ns show demo1 --json | jq '.vnfInstance[] | select(.metadata.vnfProfileId == "firewall") |
        .instantiatedVnfInfo.scaleStatus[0].scaleLevel'
}

check "packages are there" ready || return
keep_state
check "the service is instantiated" service_up demo1 || return
check "a client is attached to the SAP" client_up demo1 || return
check "HTTP goes through the chain" await 15 page_comes || return
check "a transfer runs" transfer_begins
check "a plan of a scaling says what joins" eval '"$carrick" plan scale demo1 --vnf firewall --out instances | grep "join web_path-first"'
check "the firewall is scaled out" scale --out instances
check "it ends" ends 60 COMPLETED || return
check "west gave it no flow before it had its labels" eval 'explain | grep -q "\"wait web_path-first/" && explain | grep -q "\"open 0\""'
same "there are two" "demo1-firewall-firewall demo1-firewall-firewall-2" "$(firewalls)"
same "both are in the chain at either site" "2 2" "$(members east) $(members west)"
check "the transfer goes on" all_go_on
second_port=$(id_at east ports demo1-firewall-firewall-2-in_cp)
check "the second gets new flows" second_serves
check "further than it may go is refused" refused --out instances --steps 2
check "the firewall is scaled in" scale --in instances --drain 1
check "it ends" ends 60 COMPLETED || return
same "there is one" "demo1-firewall-firewall" "$(firewalls)"
same "only that is in the chain at either site" "1 1" "$(members east) $(members west)"
same "its scale level is told" 0 "$(scale_level)"
check "every transfer goes on: ${#transfers[@]}" all_go_on
check "new flows come" page_comes
check "a plan of an update says what joins" eval '"$carrick" plan update demo1 --instantiate firewall | grep "join web_path-first"'
check "a second firewall is instantiated" updates --instantiate firewall --name second || return
same "it is in the chain at either site" "2 2" "$(members east) $(members west)"
second_port=$(id_at east ports second-firewall-in_cp)
check "it gets new flows" second_answers
check "it is removed" updates --remove second --drain 1 || return
same "it is in no chain any more" "1 1" "$(members east) $(members west)"
same "and there is one firewall" "demo1-firewall-firewall" "$(firewalls)"
check "every transfer goes on: ${#transfers[@]}" all_go_on
check "new flows come" page_comes
kill "${transfers[@]}" 2>/dev/null
wait "${transfers[@]}" 2>/dev/null
rm -f "$tmp"/part-*
pairs_before=$(call east GET /network/v2.0/sfc/port_pairs; field '.port_pairs[].id' | sort)
server_before=$(id_at east servers demo1-firewall-firewall)
check "the sites show what is recorded" differs 0 ' 0 differences' demo1
check "the firewall is healed" cares heal --cause test || return
same "by another server" no "$([ "$(id_at east servers demo1-firewall-firewall)" = "$server_before" ] && echo yes || echo no)"
same "at the place in the chain that it had" "$pairs_before" "$(call east GET /network/v2.0/sfc/port_pairs; field '.port_pairs[].id' | sort)"
check "new flows come through it" await 30 page_comes
check "the firewall is stopped" cares stop || return
check "and started" cares start || return
check "new flows come through it again" await 30 page_comes
check "its server goes behind our back" want 204 east DELETE "/compute/v2.1/servers/$(id_at east servers demo1-firewall-firewall)"
check "which is told" await 10 differs 1 "carrick ns heal demo1 --vnf demo1-firewall --vnfc" demo1
operation=$("$carrick" drift demo1 --repair)
check "a repair heals it" ends 90 COMPLETED || return
check "and the sites show what is recorded" differs 0 ' 0 differences' demo1
check "new flows come through that one" await 30 page_comes
client_down
whole_service "after out and in"
check "the service is terminated" service_down
nothing_left "afterwards"
