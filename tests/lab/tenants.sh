# Two projects of one site with the same addresses: neither sees the other's rows,
# nor its packets, nor what the site tells its servers of themselves.

# tenant NAME: a project with a user of its own; token east:NAME.
tenant() {
    local user role
    want 201 east POST /identity/v3/projects "{\"project\": {\"name\": \"$1\"}}" || return 1
    project=$(field .project.id)
    want 201 east POST /identity/v3/users \
        "{\"user\": {\"name\": \"$1\", \"password\": \"secret of $1\"}}" || return 1
    user=$(field .user.id)
    call east GET '/identity/v3/roles?name=member'
    role=$(field '.roles[0].id')
    want 204 east PUT "/identity/v3/projects/$project/users/$user/roles/$role" || return 1
    login "east:$1" "$1" "secret of $1" "$1"
}
# network_of NAME: 10.66.0.0/24 and a port .10 and a server on it: $network, $port_id, $server.
network_of() {
    want 201 "east:$1" POST /network/v2.0/networks "{\"network\": {\"name\": \"lan\"}}" || return 1
    network=$(field .network.id)
    want 201 "east:$1" POST /network/v2.0/subnets "{\"subnet\": {\"network_id\": \"$network\",
        \"ip_version\": 4, \"cidr\": \"10.66.0.0/24\"}}" || return 1
    server_of "$1" 10.66.0.10 "$2"
}
server_of() {
    want 201 "east:$1" POST /network/v2.0/ports "{\"port\": {\"network_id\": \"$network\",
        \"fixed_ips\": [{\"ip_address\": \"$2\"}]}}" || return 1
    port_id=$(field .port.id)
    want 202 "east:$1" POST /compute/v2.1/servers "{\"server\": {\"name\": \"$3\",
        \"imageRef\": \"$shared_image\", \"flavorRef\": \"$flavor\",
        \"networks\": [{\"port\": \"$port_id\"}]}}" || return 1
    server=$(field .server.id)
    await 30 server_is east "$server" ACTIVE
}
inside() { nsenter -t "$(container_pid east "$1")" -n "${@:2}"; }
addressed() { inside "$1" ip -4 -br addr | grep 10.66.0; }
# Whom a server finds at an address, by its answering link-layer address.
neighbour() { inside "$1" ip neigh show "$2" | grep -o 'lladdr [0-9a-f:]*'; }
pings() { inside "$1" ping -c 1 -W 1 "$2"; }
# What the site's responder tells a server.
is_told() {
    local uuid
    uuid=$(inside "$1" curl -sf -m 3 http://169.254.169.254/openstack/latest/meta_data.json | jq -r .uuid)
    [ "$uuid" = "$1" ] || { echo "$1 is told that it is $uuid"; false; }
}
leased() {
    inside "$1" busybox udhcpc -i eth0 -f -n -q -t 3 -T 1 -s /bin/true 2>&1 | grep "lease of $2 obtained"
}
hidden() {
    local path
    for path in "networks/$1" "ports/$2"; do
        want 404 east:blue GET "/network/v2.0/$path" || return 1
        want 404 east:blue DELETE "/network/v2.0/$path" || return 1
    done
    want 404 east:blue PUT "/network/v2.0/networks/$1" '{"network": {"name": "mine"}}' &&
        want 404 east:blue GET "/compute/v2.1/servers/$3" &&
        want 404 east:blue DELETE "/compute/v2.1/servers/$3" &&
        want 404 east:blue POST /network/v2.0/ports "{\"port\": {\"network_id\": \"$1\"}}" &&
        call east:blue GET /network/v2.0/ports && ! grep -q "$2" <<<"$answer"
}

check "packages are there" ready || return
keep_state
want 200 east PATCH "/image/v2/images/$client_image" \
    '[{"op": "replace", "path": "/visibility", "value": "public"}]' \
    application/openstack-images-v2.1-json-patch
shared_image=$client_image
check "a project red" tenant red || return
check "a project blue" tenant blue || return
check "a network and a server of red" network_of red red1 || return
red_network=$network red_port=$port_id red1=$server
check "a second server of red" server_of red 10.66.0.11 red2 || return
red2=$server red2_port=$port_id
check "the same network and address for blue" network_of blue blue1 || return
blue1=$server blue_port=$port_id blue_network=$network
check "blue does not see red's rows" hidden "$red_network" "$red_port" "$red1"
check "red's servers have their addresses" await 10 addressed "$red2"
check "blue's too" await 10 addressed "$blue1"
check "red reaches red" await 10 pings "$red2" 10.66.0.10
same "it is red's server that answered" \
    "lladdr $(call east GET "/network/v2.0/ports/$red_port"; field .port.mac_address)" \
    "$(neighbour "$red2" 10.66.0.10)"
for key in "red $red1" "red $red2" "blue $blue1"; do
    check "${key% *}'s server is told who it is" await 10 is_told "${key#* }"
done
check "a client in red's gets red's address" await 10 leased "$red2" 10.66.0.11
check "a client in blue's gets blue's" await 10 leased "$blue1" 10.66.0.10
responder=$(pid_of responder-east)
kill_hard responder-east
check "the responder is killed and started again" await 10 is_other responder-east "$responder"
for key in "red $red1" "blue $blue1"; do
    check "${key% *}'s server is told again" await 10 is_told "${key#* }"
done
check "blue does not reach red's second server" eval '! pings "$blue1" 10.66.0.11'
for key in "red $red1" "red $red2" "blue $blue1"; do
    want 204 "east:${key% *}" DELETE "/compute/v2.1/servers/${key#* }"
done
for key in "$red1" "$red2" "$blue1"; do await 20 server_gone east "$key"; done
for port_id in "$red_port" "$red2_port" "$blue_port"; do want 204 east DELETE "/network/v2.0/ports/$port_id"; done
for network in "$red_network" "$blue_network"; do want 204 east DELETE "/network/v2.0/networks/$network"; done
for site in east west; do
    check "no container, link, mount left of $site" await 20 as_before "$tmp/machine.$site" machine $site
done
