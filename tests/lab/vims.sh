# examples/vims: telephony over two sites, called without end by SIPp while its functions are scaled out
# and in; then a registrar is healed, and all goes.

calls=examples/vims/calls
balancer= phone= phone_server= phone_port= calling=

# sip WHERE SCENARIO OPTIONS...: SIPp in the network namespace of a process.
sip() {
    local at=$1 scenario=$2
    shift 2
    (cd "$tmp" && exec nsenter -t "$at" -n timeout $((120 * patience)) \
        sipp -sf "$OLDPWD/$calls/$scenario.xml" -nostdin -max_socket 4000 -trace_err -error_file "$scenario.errors" "$@")
}
address_of() {
    call east GET "/network/v2.0/ports?name=$1"
    field '.ports[0].fixed_ips[0].ip_address'
}
# a_client NAME PORT: $id, once it runs.
a_client() {
    want 202 east POST /compute/v2.1/servers "{\"server\": {\"name\": \"$1\", \"imageRef\": \"$client_image\",
        \"flavorRef\": \"$flavor\", \"networks\": [{\"port\": \"$2\"}]}}" || return 1
    id=$(field .server.id)
    await 30 server_is east "$id" ACTIVE
}
# Two clients on the access link: who calls, on the SAP's port, and who is called.
clients_up() {
    local sap group link
    sap=$(id_at east ports "$service-callers")
    a_client caller "$sap" && client_server=$id || return 1
    client=$(container_pid east "$client_server")
    call east GET "/network/v2.0/ports/$sap"
    link=$(field .port.network_id) group=$(field '.port.security_groups[0]')
    want 201 east POST /network/v2.0/ports \
        "{\"port\": {\"name\": \"phone\", \"network_id\": \"$link\", \"security_groups\": [\"$group\"]}}" || return 1
    phone_port=$(field .port.id)
    a_client phone "$phone_port" && phone_server=$id || return 1
    phone=$(container_pid east "$phone_server")
    balancer=$(address_of "$service-balancer-balancer-outer_cp")
    [ -n "$balancer" ]
}
clients_down() {
    want 204 east DELETE "/compute/v2.1/servers/$phone_server" && await 20 server_gone east "$phone_server" &&
        want 204 east DELETE "/network/v2.0/ports/$phone_port" && client_down
}
phone_answers() {
    sip "$phone" phone -i "$(address_of phone)" -p 5060 >"$tmp/phone.out" 2>&1 &
    children+=($!)
}
registers() {
    sip "$phone" register -s alice -i "$(address_of phone)" -p 5062 -m 1 -timeout 5 "$balancer:5060" >"$tmp/register.out" 2>&1 ||
        { tail -n 20 "$tmp/register.out"; return 1; }
}
# calls_begin N: of five seconds each, five begin in a second; each from a port of its own.
calls_begin() {
    sip "$client" caller -s alice -d 5000 -r 5 -m "$1" -t un -i "$(address_of "$service-callers")" "$balancer:5060" >"$tmp/caller.out" 2>&1 &
    calling=$!
    children+=($calling)
}
counted() { grep -aE "$1" "$tmp/caller.out" | tail -n 1 | awk -F'|' '{ print $3 + 0 }'; }
# all_called N: each was answered and ended by who had called.
all_called() {
    wait "$calling" && [ "$(counted 'Successful call')" = "$1" ] && return
    grep -aE 'Successful call|Failed call' "$tmp/caller.out" | tail -n 2
    head -c 1500 "$tmp/caller.errors"
    return 1
}
# changes VERB WORDS...: an operation on the service, to its end.
changes() {
    operation=$("$carrick" ns "$1" "$service" "${@:2}" 2>&1) || { echo "$operation"; return 1; }
    ends 90 COMPLETED
}
heard() { console "$1" "$2" | grep -q "$3"; }
counted_at() { console east "$1" | awk '/^counter signalling/ { n = $4 } END { print n + 0 }'; }
carries() { at_least "$2" "$(counted_at "$1")"; }

for program in sipp; do
    command -v $program >/dev/null || { skip "telephony" "needs $program"; return; }
done
vims=$(timeout $((600 * patience)) examples/vims/build) || { fail "the packages of examples/vims"; return; }
check "packages are there" ready || return
keep_state
check "those of telephony are on-boarded" eval 'for part in sip-firewall sip-balancer sip-registrar; do
    on_board vnf_packages "$vims/$part.csar" || break; done && on_board ns_descriptors "$vims/vims.csar"' || return
web_nsd=$nsd nsd=$(field .nsdId)
web_request=$request
request='{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"callers": "east"}}}'
check "the service is instantiated" service_up vims1 || return
check "a caller and a phone are attached" clients_up || return
phone_answers
check "the phone is registered" await 20 registers || return
calls_begin 150
check "calls pass the firewall" await 20 carries vims1-firewall-firewall 20
check "a registrar is added" changes scale --vnf registrar --out instances || return
check "a firewall is added" changes scale --vnf firewall --out instances || return
check "the phone is registered again" await 20 registers
check "calls pass the second firewall" await 20 carries vims1-firewall-firewall-2 20
check "the registrar goes" changes scale --vnf registrar --in instances
check "the firewall goes" changes scale --vnf firewall --in instances --drain 6
check "none of 150 calls was dropped" all_called 150
check "the registrar is healed" changes heal --vnf registrar --cause test
check "a phone is known to the new one" await 20 registers
calls_begin 10
check "and is called" all_called 10
kill "${children[-2]}" 2>/dev/null # the phone
clients_down
check "the service is terminated" service_down
nothing_left "afterwards"
nsd=$web_nsd request=$web_request
