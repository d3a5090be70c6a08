# What strangers send: packages that must not be on-boarded, requests without a
# token or of another project, bodies that are wrong. Nobody falls over.

orchestrator_before=$(pid_of orchestrator) east_before=$(pid_of site-east)

# refused_package FILE REASON: on-boarding it ends in ERROR, and says why.
refused_package() {
    local root=/vnfpkgm/v2/vnf_packages
    want 201 orchestrator POST $root '{}' || return 1
    id=$(field .id)
    want 202 orchestrator PUT "$root/$id/package_content" "@$1" application/zip || return 1
    await 60 on_boarded "$root/$id" || return 1
    [ "$(field .onboardingState)" = ERROR ] || { echo "$answer"; return 1; }
    field '.onboardingFailureDetails.detail' | grep -E "$2" >/dev/null || { echo "$answer"; return 1; }
    want 204 orchestrator DELETE "$root/$id"
}
# answered WHERE METHOD PATH STATUS WORDS [BODY [TYPE]]: the status, and its words in the body.
answered() {
    local where=$1 method=$2 path=$3 status_wanted=$4 words=$5
    shift 5
    want "$status_wanted" "$where" "$method" "$path" "$@" || return 1
    grep -qE "$words" <<<"$answer" || { echo "$answer"; false; }
}
depth() { printf '[%.0s' $(seq 10000) | sed "s/^/{\"$1\": /"; }
n_sites() { call orchestrator GET /carrick/v1/sites; field length; }
# sixteen NETWORKS: sixteen create at once, so many are there then.
sixteen() {
    local i pids=()
    for i in $(seq 16); do
        curl -s -m 30 -o "$tmp/create.$i" -X POST -H "X-Auth-Token: ${token[east:green]}" \
            -H 'Content-Type: application/json' "${url[east]}/network/v2.0/networks" \
            -d '{"network": {"name": "race"}}' &
        pids+=($!)
    done
    wait "${pids[@]}"
    call east:green GET /network/v2.0/networks
    [ "$(field '.networks | length')" = "$1" ] || { cat "$tmp"/create.*; false; }
}
# member_at WHERE NAME: a project and a user at it; token WHERE:NAME.
member_at() {
    local user role project_id
    want 201 "$1" POST /identity/v3/projects "{\"project\": {\"name\": \"$2\"}}" || return 1
    project_id=$(field .project.id)
    want 201 "$1" POST /identity/v3/users \
        "{\"user\": {\"name\": \"$2\", \"password\": \"secret of $2\"}}" || return 1
    user=$(field .user.id)
    call "$1" GET '/identity/v3/roles?name=member'
    role=$(field '.roles[0].id')
    want 204 "$1" PUT "/identity/v3/projects/$project_id/users/$user/roles/$role" || return 1
    login "$1:$2" "$2" "secret of $2" "$2"
}

check "packages are there" ready || return

mkdir -p "$tmp/hostile"
while IFS='|' read -r file why; do
    check "package '$file' is refused with its reason" refused_package "$tmp/hostile/$file.csar" "$why"
done < <($here/hostile "$packages/inspector.csar" "$tmp/hostile")

for path in $instances $occurrences /nsd/v2/ns_descriptors /vnfpkgm/v2/vnf_packages \
    /vnflcm/v2/vnf_instances /vnflcm/v2/vnf_lcm_op_occs /carrick/v1/{sites,operations,holdings} \
    /identity/v3/users; do
    check "no token: 401 for $path" want 401 orchestrator:nobody GET "$path"
done
check "no token: 401 for a plan" want 401 orchestrator:nobody POST /carrick/v1/plans '{}'
token[orchestrator:east]=${token[east]}
check "a site's token: 401" want 401 orchestrator:east GET $instances
for path in /network/v2.0/{networks,ports,sfc/port_chains,carrick-interconnect/interconnects,carrick-counters,carrick-changes} \
    /compute/v2.1/servers /image/v2/images /identity/v3/users; do
    check "no token: 401 for $path of a site" want 401 east:nobody GET "$path"
done

check "a project green at the orchestrator" member_at orchestrator green
ns_create demo1
check "green does not see the instance" want 404 orchestrator:green GET "$instances/$ns"
check "nor in a list" answered orchestrator:green GET $instances 200 '^\[\]$'
check "nor terminates it" want 404 orchestrator:green POST "$instances/$ns/terminate" '{}'
check "nor instantiates it" want 404 orchestrator:green POST "$instances/$ns/instantiate" "$request"
check "nor deletes it" want 404 orchestrator:green DELETE "$instances/$ns"
check "nor plans it" want 404 orchestrator:green POST /carrick/v1/plans \
    "{\"nsInstanceId\": \"$ns\", \"request\": $request}"
check "nor sees sites" answered orchestrator:green GET /carrick/v1/sites 200 '^\[\]$'
ns_delete

before=$(n_sites)
check "a site with a wrong password is refused" answered orchestrator POST /carrick/v1/sites 4.. . \
    "{\"name\": \"third\", \"auth_url\": \"${url[west]}/identity/v3\", \"username\": \"admin\",
      \"password\": \"wrong\", \"project_name\": \"admin\"}"
same "and is not there" "$before" "$(n_sites)"

check "malformed JSON" want 400 orchestrator POST $instances '{"nsdId": '
check "no object" want 400 orchestrator POST $instances '[1]'
check "an unknown attribute" answered orchestrator POST $instances 400 colour \
    "{\"nsdId\": \"$nsd\", \"nsName\": \"x\", \"nsDescription\": \"\", \"colour\": 1}"
check "all faults in one message" answered east POST /network/v2.0/networks 400 'colour.*admin_state_up|admin_state_up.*colour' \
    '{"network": {"admin_state_up": "perhaps", "colour": 1}}'
check "a NUL in a text" want 400 east POST /network/v2.0/networks '{"network": {"name": "a\u0000b"}}'
check "a key twice" want 400 east POST /network/v2.0/networks '{"network": {"name": "a", "name": "b"}}'
check "2^53 + 1" want 400 east POST /network/v2.0/networks '{"network": {"mtu": 9007199254740993}}'
depth network >"$tmp/deep"
check "depth 10000" want 400 east POST /network/v2.0/networks "@$tmp/deep"
head -c 10500000 /dev/zero | tr '\0' a | sed 's/^/{"network": {"name": "/; s/$/"}}/' >"$tmp/large"
check "10 MB" want 413 east POST /network/v2.0/networks "@$tmp/large"

check "a project green at east" member_at east green
check "five networks for it" want 200 east PUT "/network/v2.0/quotas/$project" '{"quota": {"network": 5}}'
check "sixteen creators get five" sixteen 5
for id in $(field '.networks[].id'); do want 204 east DELETE "/network/v2.0/networks/$id"; done

same "the orchestrator is the one of before" "$orchestrator_before" "$(pid_of orchestrator)"
same "so is east" "$east_before" "$(pid_of site-east)"
