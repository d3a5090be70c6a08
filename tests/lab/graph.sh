# A service graph at one site with a function of another, made by the sites' APIs: labels are
# exchanged, packets take the graph's ways there and back, and a trace tells of them.

# made SITE KIND BODY: $made_id of what is created at the network's API, KIND in the singular.
made() {
    local path=$2s
    case $2 in
    port_* | flow_* | service_*) path=sfc/$path ;;
    interconnect | remote_port | chain_label) path=carrick-interconnect/$path ;;
    esac
    want 201 "$1" POST "/network/v2.0/$path" "{\"$2\": $3}" || return 1
    made_id=$(field ".$2.id")
    gone="$1 $path/$made_id"$'\n'$gone
}
# site_network SITE: $net, joined: $vni, $vtep
site_network() {
    made "$1" network '{"name": "graph"}' || return 1
    net=$made_id
    made "$1" subnet "{\"network_id\": \"$net\", \"ip_version\": 4, \"cidr\": \"10.67.0.0/24\"}" || return 1
    made "$1" interconnect "{\"network_id\": \"$net\"}" || return 1
    vni=$(field .interconnect.vni) vtep=$(field .interconnect.vtep)
}
# end_port SITE NAME LAST: $made_id
end_port() {
    made "$1" port "{\"network_id\": \"$net\", \"name\": \"$2\", \"port_security_enabled\": false,
        \"fixed_ips\": [{\"ip_address\": \"10.67.0.$3\"}]}"
}
# far_port SITE NETWORK VNI VTEP PORT: the port of another site, which the last answer is about.
far_port() {
    local mac ip
    mac=$(field .port.mac_address) ip=$(field '.port.fixed_ips[0].ip_address')
    made "$1" remote_port "{\"network_id\": \"$2\", \"id\": \"$5\", \"mac_address\": \"$mac\",
        \"vni\": $3, \"vtep\": \"$4\", \"fixed_ips\": [{\"ip_address\": \"$ip\"}]}"
}
# run_server SITE NAME PORT...: its first process in $pids[NAME]
declare -A pids
run_server() {
    local port list= server
    for port in "${@:3}"; do list="$list, {\"port\": \"$port\"}"; done
    want 202 "$1" POST /compute/v2.1/servers "{\"server\": {\"name\": \"$2\",
        \"imageRef\": \"${image[$1]}\", \"flavorRef\": \"${size[$1]}\", \"networks\": [${list#, }]}}" || return 1
    server=$(field .server.id)
    servers="$1 $server"$'\n'$servers
    await 30 server_is "$1" "$server" ACTIVE || return 1
    pids[$2]=$(container_pid "$1" "$server")
}
# bridged NAME: a transparent function.
bridged() {
    nsenter -t "${pids[$1]}" -n sh -c 'ip link add br0 type bridge && ip link set eth0 master br0 &&
        ip link set eth1 master br0 && ip link set br0 up && ip link set eth0 up && ip link set eth1 up'
}
# group SITE INGRESS EGRESS: $pair, $group
group() {
    made "$1" port_pair "{\"ingress\": \"$2\", \"egress\": \"$3\"}" || return 1
    pair=$made_id
    made "$1" port_pair_group "{\"port_pairs\": [\"$pair\"]}" || return 1
    group=$made_id
}
# chain SITE GROUP CLASSIFIER|""
chain() {
    made "$1" port_chain "{\"port_pair_groups\": [\"$2\"], \"flow_classifiers\": [${3:+\"$3\"}],
        \"chain_parameters\": {\"symmetric\": true}}"
}
label() { made "$1" chain_label "{\"port_chain_id\": \"$2\", \"port_pair_id\": \"$3\", \"direction\": \"$4\"${5-}}"; }
# exchanged DIRECTION: the label there comes back to one here.
exchanged() {
    label east "$a_chain" "$far_pair" "$1_back" || return 1
    label west "$west_chain" "$west_pair" "$1" \
        ", \"back_label\": $(field .chain_label.label), \"back_vtep\": \"$east_vtep\"" || return 1
    label east "$a_chain" "$far_pair" "$1" ", \"label\": $(field .chain_label.label)"
}
# asks PORT [SECONDS]: a page of b's.
asks() {
    nsenter -t "${pids[a]}" -n curl -sS -m $((${2:-5} * patience)) -o "$tmp/page" "http://10.67.0.11:$1/"
}
# counted_at CHAIN: packets forth or back, whichever are fewer
counted_at() {
    call east GET /network/v2.0/carrick-counters
    field "[.carrick_counters.hops[] | select(.chain_id == \"$1\") | .packets] | min"
}
# way PORT: where a trace of a packet to it goes.
way() {
    "$carrick" chain trace --no-token-cache --from "$a" --to "$b" --site "$dir/east/site/clouds.yaml" \
        --site "$dir/west/site/clouds.yaml" tcp dport "$1" 2>&1 |
        awk '$4 ~ /handed|tunnelled|delivered|dropped/ { printf "%s %s, ", $3, $4 }'
}
graph_objects() {
    site_network west && west_net=$net west_vni=$vni west_vtep=$vtep &&
        end_port west g1 20 && g1=$made_id g1_port=$answer &&
        end_port west g2 21 && g2=$made_id g2_port=$answer &&
        site_network east && east_net=$net east_vni=$vni east_vtep=$vtep &&
        end_port east a 10 && a=$made_id && far_port west "$west_net" "$east_vni" "$east_vtep" "$a" &&
        end_port east b 11 && b=$made_id && far_port west "$west_net" "$east_vni" "$east_vtep" "$b" &&
        end_port east h1 12 && h1=$made_id && end_port east h2 13 && h2=$made_id &&
        answer=$g1_port && far_port east "$east_net" "$west_vni" "$west_vtep" "$g1" &&
        answer=$g2_port && far_port east "$east_net" "$west_vni" "$west_vtep" "$g2"
}
graph_servers() {
    run_server east a "$a" && run_server east b "$b" && run_server east h "$h1" "$h2" &&
        run_server west g "$g1" "$g2" && bridged h && bridged g
}
# Behind A, of all that a sends, comes B, of what is for port 80.
graph_chains() {
    group east "$g1" "$g2" && far_pair=$pair &&
        made east flow_classifier "{\"protocol\": \"tcp\", \"logical_source_port\": \"$a\"}" &&
        chain east "$group" "$made_id" && a_chain=$made_id &&
        group east "$h1" "$h2" &&
        made east flow_classifier "{\"protocol\": \"tcp\", \"destination_port_range_min\": 80,
            \"destination_port_range_max\": 80, \"logical_source_port\": \"$h2\"}" &&
        chain east "$group" "$made_id" && b_chain=$made_id &&
        made east service_graph "{\"port_chains\": {\"$a_chain\": [\"$b_chain\"]}}" &&
        group west "$g1" "$g2" && west_pair=$pair && chain west "$group" "" && west_chain=$made_id
}
# counts_rise PORT: what A and B counted more after a page: "A" or "A B"
counts_rise() {
    local a0 b0 rose=
    a0=$(counted_at "$a_chain") b0=$(counted_at "$b_chain")
    asks "$1" || return 1
    [ "$(counted_at "$a_chain")" -ge $((a0 + 3)) ] && rose=A
    [ "$(counted_at "$b_chain")" -ge $((b0 + 3)) ] && rose="$rose B"
    echo "$rose"
}
graph_gone() {
    local site path
    while read -r site path; do
        [ -z "$path" ] || want 204 "$site" DELETE "/compute/v2.1/servers/$path" || return 1
    done <<<"$servers"
    while read -r site path; do
        [ -z "$path" ] || await 20 server_gone "$site" "$path" || return 1
    done <<<"$servers"
    while read -r site path; do
        [ -z "$path" ] || want '204|404' "$site" DELETE "/network/v2.0/$path" || return 1
    done <<<"$gone"
}

check "packages are there" ready || return
keep_state
declare -A image=([east]=$client_image) size=([east]=$flavor)
gone= servers=
want 201 west POST /image/v2/images '{"name": "client", "container_format": "docker", "disk_format": "raw"}'
image[west]=$(field .id)
want 204 west PUT "/image/v2/images/${image[west]}/file" "@$images/web.tar.gz" application/octet-stream
call west GET /compute/v2.1/flavors
size[west]=$(field '.flavors[] | select(.name == "c1.tiny") | .id')
check "networks of two sites, ports of each known to the other" graph_objects || return
check "two ends and a function here, a function there" graph_servers || return
check "a graph of two chains, the first one's function there" graph_chains || return
check "no packet goes past a function whose labels are not known" eval '! asks 80 1'
check "labels for what goes there come back here" exchanged forward
check "and for answers" exchanged reverse
check "a page comes" await 10 asks 80
same "through both functions" "A B" "$(counts_rise 80)"
check "another page comes" await 10 asks 8080
same "through the first alone" "A" "$(counts_rise 8080)"
same "a trace tells of both functions, there and back" \
    "east tunnelled, west handed, west tunnelled, east handed, east delivered, east handed, `
        `east tunnelled, west handed, west tunnelled, east delivered, " "$(way 80)"
same "and of the first alone" \
    "east tunnelled, west handed, west tunnelled, east delivered, `
        `east tunnelled, west handed, west tunnelled, east delivered, " "$(way 8080)"
check "all of it goes" graph_gone
want 204 west DELETE "/image/v2/images/${image[west]}"
nothing_left "without the graph"
