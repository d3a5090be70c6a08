# A VNF without a network service (SOL003): several servers with a link of their own,
# on a network that the client made at a site; what is asked wrongly is refused before
# anything is made, what fails on the way can be retried, rolled back, given up.

service_request=$request
vnfs=/vnflcm/v2/vnf_instances
occurrences=/vnflcm/v2/vnf_lcm_op_occs
instances=$vnfs

# wrong CODE WORDS...: $body is refused so, with all the words in one answer.
wrong() {
    local wanted=$1 words
    shift
    want "$wanted" orchestrator POST "$vnfs/$ns/instantiate" "$body" || return 1
    for words in "$@"; do
        field .detail | grep -qF "$words" || { echo "no '$words' in $answer"; return 1; }
    done
}
vnf_create() {
    want 201 orchestrator POST $vnfs \
        '{"vnfdId": "7e570000-0000-4000-8000-000000000001", "vnfInstanceName": "pair"}' || return 1
    ns=$(field .id)
    [ "$(field .instantiationState)" = NOT_INSTANTIATED ]
}
# asks LEVEL [CONFIG]: $request for the client's network at east.
asks() {
    request=$(jq -n --arg level "$1" --arg net "$net" --argjson config "${2-null}" '{
        flavourId: "plain", instantiationLevelId: $level,
        vimConnectionInfo: {here: {vimId: "east", vimType: "ETSINFV.OPENSTACK_KEYSTONE.V_3"}},
        extVirtualLinks: [{id: "office", vimConnectionId: "here", resourceId: $net,
            extCps: [{cpdId: "front_out"} + if $config then {cpConfig: $config} else {} end]}]}')
}
fixed() {
    jq -n --arg ip "$1" '{first: {cpProtocolData: [{layerProtocol: "IP_OVER_ETHERNET",
        ipOverEthernet: {ipAddresses: [{type: "IPV4", fixedAddresses: [$ip]}]}}]}}'
}
given_port() {
    jq --arg port "$1" '.extVirtualLinks[0] += {
        extLinkPorts: [{id: "mine", resourceHandle: {resourceId: $port}}],
        extCps: [{cpdId: "virtual_link", cpConfig: {first: {linkPortId: "mine"}}}]}' <<<"$request"
}
terminate() {
    want 202 orchestrator POST "$vnfs/$ns/terminate" "$1" || return 1
    operation=${location##*/}
}
show() { want 200 orchestrator GET "$vnfs/$ns"; }
info() { show && field ".instantiatedVnfInfo$1"; }
state_is() { [ "$(show && field .instantiationState)" = "$1" ] || { echo "$answer"; false; }; }
server_ids() { info ".vnfcResourceInfo[] | select(.vduId == \"$1\") | .id"; }
address_of() { info ".vnfcResourceInfo[] | select(.id == \"$1\") | .vnfcCpInfo[] |
    select(.cpdId == \"$2\") | .cpProtocolInfo[0].ipOverEthernet.ipAddresses[0].addresses[0]"; }
# page_between FROM ADDRESS: the web server at ADDRESS answers the server FROM.
page_between() {
    nsenter -t "$(container_pid east "$1")" -n curl -sS -m 5 "http://$2/" | grep -q 'This is the web server'
}
unreachable() { ! nsenter -t "$(container_pid east "$1")" -n curl -s -m 1 "http://$2/"; }
changes() { call orchestrator GET "$occurrences/$operation"; field ".resourceChanges.$1[].changeType" | sort | uniq -c | xargs; }
ports_limit() { want 200 east PUT "/network/v2.0/quotas/$east_project" "{\"quota\": {\"port\": $1}}"; }

# What tests/api/orchestrator/vnf.t asks of a site in memory, here of a real one.
wrong_forms() {
    body='{"flavourId": 7, "extVirtualLinks": {}, "vimConnectionInfo": "x", "colour": "red"}'
    check "a body of the wrong form is refused, all of it" wrong 400 "'flavourId'" "'extVirtualLinks'" \
        "'vimConnectionInfo'" "'colour'"
    body='{"flavourId": "big"}'
    check "an unknown flavour is refused" wrong 422 'no deployment flavour big'
    body='{"flavourId": "plain", "instantiationLevelId": "nine"}'
    check "an unknown level is refused" wrong 422 'no instantiation level nine'
    body='{"flavourId": "plain"}'
    check "a connection point without a network is refused" wrong 422 'front_out (virtual_link) is not connected'
    asks two "$(fixed 10.99.0.5)"
    body=$(jq '.extVirtualLinks[0].extCps[0].cpConfig.second = .extVirtualLinks[0].extCps[0].cpConfig.first |
        .extVirtualLinks[0].extCps[0].cpConfig.first = {linkPortId: "none"}' <<<"$request")
    check "a port that is not given is refused" wrong 422 'extLinkPorts has no none'
    check "a terminate in the wrong state is refused" want 409 orchestrator POST "$vnfs/$ns/terminate" '{"terminationType": "FORCEFUL"}'
    check "another content type is refused" want 415 orchestrator POST "$vnfs/$ns/instantiate" '{}' text/plain
}
retried() {
    ports_limit 2
    check "no room for ports: FAILED_TEMP" eval 'begin instantiate && ends 60 FAILED_TEMP' || return
    check "and names the call" eval 'state >/dev/null; field .error.detail | grep -E "POST .*ports.*uota"'
    check "a delete is refused meanwhile" want 409 orchestrator DELETE "$vnfs/$ns"
    ports_limit 500
    check "a retry is begun" task retry
    check "it ends COMPLETED" ends 60 COMPLETED || return
    check "a retry of what is COMPLETED is refused" want 409 orchestrator POST "$occurrences/$operation/retry"
    check "it is terminated" eval "terminate '{\"terminationType\": \"FORCEFUL\"}' && ends 60 COMPLETED"
    nothing_left "after the retried one"
}

# operates WORDS...: by the command line; begun, and ends COMPLETED.
operates() {
    operation=$("$carrick" vnf "$@" 2>&1) || { echo "$operation"; return 1; }
    ends 90 COMPLETED
}
ports_of() { info '.vnfcResourceInfo[].vnfcCpInfo[] | "\(.id) \(.cpProtocolInfo[0].ipOverEthernet | .macAddress + .ipAddresses[0].addresses[0])"' | sort; }
# The front and a back, which the caller has looked up, at a site that really stops and deletes them.
stopped_and_healed() {
    local back ports
    ports=$(ports_of)
    check "the site shows what is recorded" differs 0 ' 0 differences' --vnf pair || return
    check "a back is stopped" operates stop pair --vnfc "${backs[0]}" --graceful 20 || return
    same "which its site says too" SHUTOFF "$(call east GET "/compute/v2.1/servers/${backs[0]}"; field .server.status)"
    check "which is no difference: it was asked for" differs 0 "0 differences" --vnf pair
    check "it is started" operates start pair || return
    check "and nothing differs any more" differs 0 ' 0 differences' --vnf pair
    check "and serves again" await 10 page_between "$front" "$(address_of "${backs[0]}" back_in)"
    check "a server that is gone" want 204 east DELETE "/compute/v2.1/servers/${backs[0]}"
    check "is told" await 10 differs 1 "carrick vnf heal pair --vnfc ${backs[0]}" --vnf pair
    operation=$("$carrick" drift --vnf pair --repair)
    check "a repair heals it" ends 90 COMPLETED || return
    check "and nothing differs any more" differs 0 ' 0 differences' --vnf pair
    mapfile -t backs < <(server_ids back)
    check "it is healed" operates heal pair --vnfc "${backs[0]}" --cause test || return
    same "one went, one came" "1 ADDED 1 REMOVED" "$(changes affectedVnfcs)"
    check "the old one is gone" want 404 east GET "/compute/v2.1/servers/${backs[0]}"
    same "its ports have stayed, with their addresses" "$ports" "$(ports_of)"
    mapfile -t backs < <(server_ids back)
    check "the new one serves at the old address" await 10 page_between "$front" "$(address_of "${backs[0]}" back_in)"
    check "what is said of it changes" operates set pair --metadata owner=lab --metadata none=
    same "as asked" '{"owner":"lab"}' "$(show && field '.metadata | tojson')"
    check "all of them are healed" operates heal pair || return
    same "and their ports have stayed" "$ports" "$(ports_of)"
    front=$(server_ids front)
    mapfile -t backs < <(server_ids back)
    for back in "${backs[@]}"; do
        check "a healed front reaches a healed back" await 10 page_between "$front" "$(address_of "$back" back_in)"
    done
}

vnf_life() {
    check "the package is made" eval '"$here/pair" "$images" "$tmp/pair.csar"' || return
    check "and on-boarded" on_board vnf_packages "$tmp/pair.csar" || return
    pair=$id
    login east admin "$(password "$dir/east/site")" admin
    east_project=$project
    check "a network is at east" want 201 east POST /network/v2.0/networks '{"network": {"name": "office"}}' || return
    net=$(field .network.id)
    check "with a subnet" want 201 east POST /network/v2.0/subnets "{\"subnet\": {\"network_id\": \"$net\",
        \"cidr\": \"10.77.0.0/24\", \"ip_version\": 4, \"enable_dhcp\": true}}"
    # What a site has for a project once: its default group.
    want 201 east POST /network/v2.0/ports "{\"port\": {\"network_id\": \"$net\", \"name\": \"mine\",
        \"fixed_ips\": [{\"ip_address\": \"10.77.0.9\"}]}}"
    mine=$(field .port.id)
    keep_state
    check "an instance is created" vnf_create || return

    asks two "$(fixed 10.99.0.5)"
    body=$(jq '.vimConnectionInfo.there = {vimId: "mars", vimType: "ETSINFV.OPENSTACK_KEYSTONE.V_3"} |
        .extVirtualLinks[0].extCps += [{cpdId: "nowhere"}]' <<<"$request")
    check "site, connection point and address that are not: all told" wrong 422 'no site mars is registered' \
        'no external connection point nowhere' '10.99.0.5 is in no subnet'
    body=$(jq '.extVirtualLinks[0].resourceId = "0b000000-0000-4000-8000-000000000000"' <<<"$request")
    check "a network that is not there is refused" wrong 422 'site east has no network 0b000000'
    [ -n "$long" ] && wrong_forms
    check "nothing was made of all that" as_before "$tmp/objects.east" objects east
    check "and no operation was begun" eval '[ "$(call orchestrator GET "$occurrences?filter=(eq,vnfInstanceId,$ns)"; field length)" = 0 ]'

    asks two "$(fixed 10.77.0.20)"
    check "three servers are begun" begin instantiate || return
    check "and are there" ends 60 COMPLETED || return
    front=$(server_ids front)
    mapfile -t backs < <(server_ids back)
    same "two backs" 2 ${#backs[@]}
    same "the front has the address asked for" 10.77.0.20 "$(info .extCpInfo[0].cpProtocolInfo[0].ipOverEthernet.ipAddresses[0].addresses[0])"
    same "its configuration is told" first "$(info .extCpInfo[0].cpConfigId)"
    same "its link is told" "office $net" "$(info '.extVirtualLinkInfo[] | "\(.id) \(.resourceHandle.resourceId)"')"
    for back in "${backs[@]}"; do
        check "the front reaches a back on their own link" await 10 page_between "$front" "$(address_of "$back" back_in)"
    done
    check "one back reaches the other" await 10 page_between "${backs[0]}" "$(address_of "${backs[1]}" back_in)"
    check "no back reaches the network outside" unreachable "${backs[0]}" 10.77.0.20
    stopped_and_healed
    check "a second instantiation is refused" want 409 orchestrator POST "$vnfs/$ns/instantiate" "$request"
    check "its package cannot go" want 409 orchestrator DELETE "/vnfpkgm/v2/vnf_packages/$pair"
    check "an end without its kind is refused" want 400 orchestrator POST "$vnfs/$ns/terminate" '{"gracefulTerminationTimeout": -1}'
    check "it is terminated gracefully" terminate '{"terminationType": "GRACEFUL", "gracefulTerminationTimeout": 10}'
    check "and ends" ends 60 COMPLETED || return
    same "its servers were shut down first" 3 "$(explain | grep -o '"shutdown [0-9]* [a-z0-9-]* done"' | sort -u | wc -l)"
    nothing_left "after the graceful end"

    request=$(given_port "$mine")
    check "with a port that is there already" begin instantiate
    check "it is instantiated" ends 60 COMPLETED
    same "the front has that port" "$mine 10.77.0.9" "$(info '.extCpInfo[0] | "\(.id) \(.cpProtocolInfo[0].ipOverEthernet.ipAddresses[0].addresses[0])"')"
    check "it is terminated forcefully" terminate '{"terminationType": "FORCEFUL"}'
    check "and ends" ends 60 COMPLETED
    nothing_left "after the forceful end: the port stays"

    asks one
    [ -n "$long" ] && retried
    ports_limit 2
    check "again: FAILED_TEMP" eval 'begin instantiate && ends 60 FAILED_TEMP'
    check "a rollback is begun" task rollback
    check "it ends ROLLED_BACK" ends 60 ROLLED_BACK
    same "what it made for a while is told" "1 TEMPORARY" "$(changes affectedVirtualLinks)"
    same "but no port that it did not keep" "" "$(changes affectedExtLinkPorts)"
    nothing_left "after the rollback"
    check "the instance is NOT_INSTANTIATED" state_is NOT_INSTANTIATED

    check "a third time: FAILED_TEMP" eval 'begin instantiate && ends 60 FAILED_TEMP'
    check "it is given up" task fail
    same "it is FAILED" FAILED "$(field .operationState)"
    check "the instance is INSTANTIATED" state_is INSTANTIATED
    same "and tells what there is of it" 'plain STOPPED 1' \
        "$(info ' | "\(.flavourId) \(.vnfState) \(.vnfVirtualLinkResourceInfo | length)"')"
    ports_limit 500
    check "what is left can be terminated" eval "terminate '{\"terminationType\": \"FORCEFUL\"}' && ends 60 COMPLETED"
    nothing_left "after the failed one"
    check "the instance is deleted" want 204 orchestrator DELETE "$vnfs/$ns"
    check "and its package" eval 'want 200 orchestrator PATCH "/vnfpkgm/v2/vnf_packages/$pair" "{\"operationalState\": \"DISABLED\"}" application/merge-patch+json &&
        want 204 orchestrator DELETE "/vnfpkgm/v2/vnf_packages/$pair"'
    want 204 east DELETE "/network/v2.0/ports/$mine"
    want 204 east DELETE "/network/v2.0/networks/$net"
}

vnf_life
# The words of world.sh speak of services again.
instances=/nslcm/v2/ns_instances
occurrences=/nslcm/v2/ns_lcm_op_occs
request=$service_request
