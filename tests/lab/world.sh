# The lab that all scenarios work in, and words to speak of it: calls of its APIs,
# what is there at a site and on the machine, waiting for a condition.

declare -A url token
passed=0 failed=0 skipped=0
client_image= flavor= service= id= ns= nsd= operation= client= client_server= web= answer= status= location= project=

# ---- saying what was seen ------------------------------------------------------

pass() { passed=$((passed + 1)); echo "  ok   $1 ($((SECONDS - started)) s)"; }
fail() {
    failed=$((failed + 1))
    echo "FAIL lab/$scenario: $1"
    [ -n "${2-}" ] && head -c 3000 <<<"$2" | sed 's/^/  | /'
    return 0
}
skip() { skipped=$((skipped + 1)); echo "  skip $1: $2"; }
# check WHAT COMMAND...: one line; what the command printed where it fails.
check() {
    local what=$1
    shift
    if "$@" >"$tmp/check" 2>&1; then pass "$what"; else fail "$what" "$(cat "$tmp/check")"; return 1; fi
}
# same WHAT EXPECTED FOUND
same() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "$(diff <(echo "$2") <(echo "$3"))"
        return 1
    fi
}
at_least() { [ "${2:-0}" -ge "$1" ] || { echo "$2 is less than $1"; false; }; }

# ---- waiting ---------------------------------------------------------------------

# A moment: nobody ever writes to that pipe.
moment() { read -rt "${1:-0.05}" -u "$silence" _ || :; }
# await SECONDS COMMAND...: until it succeeds; its last words where it never does.
# $CARRICK_PATIENCE multiplies the seconds, for an emulated machine.
patience=${CARRICK_PATIENCE:-1}
await() {
    local end=$((SECONDS + $1 * patience))
    shift
    while ! "$@" >"$tmp/await" 2>&1; do
        if [ $SECONDS -ge $end ]; then
            echo "waited for: $*"
            cat "$tmp/await"
            return 1
        fi
        moment
    done
}

# ---- calls -------------------------------------------------------------------------

# call WHERE METHOD PATH [BODY [TYPE]]: $status, $answer, $location.  BODY: text or @FILE.
# WHERE: a place of ${url[]}; with ":NAME" behind it, the token of that name.
call() {
    local where=${1%%:*} key=$1 args=(-sS -m "$((${call_s:-30} * patience))" -X "$2" -o "$tmp/answer" -D "$tmp/headers")
    : >"$tmp/answer"
    : >"$tmp/headers"
    [ -n "${token[$key]-}" ] && args+=(-H "X-Auth-Token: ${token[$key]}")
    [ $# -gt 3 ] && args+=(-H "Content-Type: ${5:-application/json}" --data-binary "$4")
    status=$(curl "${args[@]}" -w '%{http_code}' "${url[$where]}$3" 2>"$tmp/curl") || status=000
    answer=$(tr -d '\0' <"$tmp/answer")
    # What etsi_answers judges at the end: answers of the orchestrator in JSON.
    if [ "$where" = orchestrator ] && grep -qi '^content-type: application/[a-z+]*json' "$tmp/headers"; then
        printf '%s %s %s %s\n' "$2" "$3" "$status" "${answer//$'\n'/ }" >>"$tmp/answers"
    fi
    location=$(tr -d '\r' <"$tmp/headers" | awk 'tolower($1) == "location:" { print $2 }')
}
# want STATUS WHERE METHOD PATH...: a call that is answered so.
want() {
    local wanted=$1
    shift
    call "$@"
    # "4.." is any of them.
    [[ $status =~ ^$wanted$ ]] && return
    echo "$2 $3 at $1: $status instead of $wanted: $(head -c 600 <<<"$answer") $(cat "$tmp/curl")"
    return 1
}
field() { jq -r "$1" <<<"$answer"; }
# login KEY USER PASSWORD PROJECT: a token for calls to KEY.
login() {
    local body
    body=$(jq -n --arg u "$2" --arg p "$3" --arg j "$4" '{auth: {
        identity: {methods: ["password"], password: {user: {name: $u, password: $p,
            domain: {name: "Default"}}}},
        scope: {project: {name: $j, domain: {name: "Default"}}}}}')
    token[$1]=
    want 201 "${1%%:*}" POST /identity/v3/auth/tokens "$body" || return 1
    token[$1]=$(tr -d '\r' <"$tmp/headers" | awk 'tolower($1) == "x-subject-token:" { print $2 }')
    project=$(field .token.project.id)
}
password() { sed -n 's/.*password: "\(.*\)"/\1/p' "$1/clouds.yaml"; }

# ---- what is there ------------------------------------------------------------------

kinds="networks subnets ports security-groups security-group-rules sfc/port_pairs
    sfc/port_pair_groups sfc/flow_classifiers sfc/port_chains sfc/service_graphs carrick-interconnect/interconnects
    carrick-interconnect/remote_ports carrick-interconnect/chain_labels"
# objects SITE: "kind id name" of everything but images, a line each.
objects() {
    local urls=() kind
    for kind in $kinds; do
        urls+=("${url[$1]}/network/v2.0/$kind")
    done
    curl -sS -f -m $((30 * patience)) -H "X-Auth-Token: ${token[$1]}" "${urls[@]}" \
        "${url[$1]}/compute/v2.1/servers/detail" |
        jq -r 'to_entries[] | .key as $kind | select(.value | type == "array") | .value[] |
            select(.id) | "\($kind) \(.id) \(.name // "-")"' | LC_ALL=C sort
}
# What came since keep_state, without ids and the service's name: what two
# instantiations of one service have in common.
things() {
    LC_ALL=C comm -13 "$tmp/objects.$1" <(objects "$1") | sed "s/ $service/ SERVICE/" |
        awk '{ $2 = ""; print }' | LC_ALL=C sort
}
servers_of() { cat "$dir/$1"/agent/crun/*/status 2>/dev/null | jq -r '.pid' | sort; }
# machine SITE: links, containers, folders and control groups of servers.
machine() {
    ip -n "ck-$name-$1" -o link | awk '$2 ~ /^ck/ && $2 !~ /^ck(vx|punt)/ { sub(/@.*/, "", $2); print "link", $1, $2 }'
    ls "$dir/$1/agent/crun" | sed 's/^/container /'
    ls "$dir/$1/agent/servers" | sed 's/^/server folder /'
    ls "$dir/$1/agent/console" | sed 's/^/console /'
    servers_of "$1" | sed 's/^/process /'
    mount | grep -F " $dir/$1/agent/" | sed 's/^/mount /'
}
# as_before FILE COMMAND...: prints the same as the file holds.
as_before() {
    local file=$1
    shift
    diff "$file" <("$@")
}
keep_state() {
    local site
    for site in east west; do
        objects $site >"$tmp/objects.$site"
        machine $site >"$tmp/machine.$site"
    done
}
# nothing_left WHAT: sites and machine are as keep_state saw them.
nothing_left() {
    local site
    for site in east west; do
        check "$1: no object left at $site" await 20 as_before "$tmp/objects.$site" objects $site
        check "$1: no container, link, mount left of $site" \
            await 20 as_before "$tmp/machine.$site" machine $site
    done
}

# ---- processes of the lab --------------------------------------------------------------

# pid_of ROLE: "agent-east", "orchestrator", ...
pid_of() { cat "$dir/run/$1.pid" 2>/dev/null; }
is_other() { local now; now=$(pid_of "$1") && [ -n "$now" ] && [ "$now" != "$2" ]; }
answers() { call_s=5 call "$1" GET "$2"; [ "$status" = "${3:-200}" ] || { echo "$status"; false; }; }
site_answers() { answers "$1" /network/v2.0/networks; }
# With 200 a site also shows that its agent is connected.
site_whole() { answers "$1" /network/v2.0/carrick-counters; }
orchestrator_answers() { answers orchestrator /carrick/v1/sites; }
kill_hard() {
    local pid
    pid=$(pid_of "$1") && [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
}
# whole: orchestrator, sites and agents answer.
whole() { orchestrator_answers && site_whole east && site_whole west; }

# ---- the service ------------------------------------------------------------------------

instances=/nslcm/v2/ns_instances
occurrences=/nslcm/v2/ns_lcm_op_occs
# ns_create NAME: $ns, $service
ns_create() {
    service=$1
    want 201 orchestrator POST $instances \
        "{\"nsdId\": \"$nsd\", \"nsName\": \"$1\", \"nsDescription\": \"a test\"}" &&
        ns=$(field .id)
}
ns_delete() { want 204 orchestrator DELETE "$instances/$ns"; }
request='{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"client": "east"}}}'
# begin instantiate|terminate: $operation
begin() {
    local body={}
    [ "$1" = instantiate ] && body=$request
    want 202 orchestrator POST "$instances/$ns/$1" "$body" || return 1
    operation=${location##*/}
}
# task retry|rollback|fail
task() {
    local wanted=202
    [ "$1" = fail ] && wanted=200
    want $wanted orchestrator POST "$occurrences/$operation/$1"
}
state() { call orchestrator GET "$occurrences/$operation"; field .operationState; }
is_state() {
    local now
    now=$(state)
    [[ " $* " == *" $now "* ]] || { echo "$now $(field '.error.detail // ""')"; false; }
}
explain() { call orchestrator GET "/carrick/v1/operations/$operation"; echo "$answer"; }
# ends SECONDS STATE...: the operation does; its tree where it does not.
ends() {
    local limit=$1
    shift
    await "$limit" is_state "$@" FAILED_TEMP COMPLETED ROLLED_BACK FAILED || return 1
    is_state "$@" && return
    "$carrick" explain "$operation" | grep -vE '^ *(\+|(network|compute|image) .* -> 20)' | cut -c1-300
    return 1
}
# finishes: COMPLETED, with retries where it failed on the way.
finishes() {
    local tries=5
    while :; do
        ends 120 COMPLETED FAILED_TEMP || return 1
        is_state COMPLETED >/dev/null && return
        [ $((tries--)) -gt 0 ] || { ends 1 COMPLETED; return 1; }
        await 30 whole
        task retry || return 1
        await 30 is_state PROCESSING COMPLETED >/dev/null
    done
}
service_up() { ns_create "$1" && begin instantiate && ends 60 COMPLETED; }
service_down() { begin terminate && ends 60 COMPLETED && ns_delete; }

# ---- the client and its traffic -------------------------------------------------------------

id_at() { objects "$1" | awk -v k="$2" -v n="$3" '$1 == k && $3 == n { print $2 }'; }
container_pid() {
    jq -e -r .pid "$dir/$1/agent/crun/$1-$2/status" 2>/dev/null
}
# client_up SERVICE: a server on the SAP's port; $client is its first process.
client_up() {
    local port
    port=$(id_at east ports "$1-client")
    want 202 east POST /compute/v2.1/servers "{\"server\": {\"name\": \"client\",
        \"imageRef\": \"$client_image\", \"flavorRef\": \"$flavor\",
        \"networks\": [{\"port\": \"$port\"}]}}" || return 1
    client_server=$(field .server.id)
    await 30 server_is east "$client_server" ACTIVE || return 1
    client=$(container_pid east "$client_server")
    call west GET "/network/v2.0/ports?name=$1-web-web-web_cp"
    web=$(field '.ports[0].fixed_ips[0].ip_address')
}
server_is() {
    call "$1" GET "/compute/v2.1/servers/$2"
    [ "$(field .server.status)" = "$3" ] || { echo "$answer"; false; }
}
server_gone() { call "$1" GET "/compute/v2.1/servers/$2"; [ "$status" = 404 ]; }
client_down() {
    want 204 east DELETE "/compute/v2.1/servers/$client_server" &&
        await 20 server_gone east "$client_server"
}
# get PORT PATH [CURL OPTIONS]: from the client through the chain.
get() {
    local port=$1 path=$2
    shift 2
    nsenter -t "$client" -n curl -sS -m $((5 * patience)) "$@" "http://$web:$port$path"
}
page_comes() { get 80 / | grep -q 'This is the web server'; }

# console SITE SERVER: what it wrote.
console() {
    call "$1" POST "/compute/v2.1/servers/$(id_at "$1" servers "$2")/action" \
        '{"os-getConsoleOutput": {}}'
    field .output
}

# ---- up and down -----------------------------------------------------------------------------

lab_up() {
    timeout $((120 * patience)) "$carrick" up --detach --name "$name" --dir "$dir" --number "$number" || return 1
    url[orchestrator]=http://127.0.0.1:$((9890 + number))
    url[east]=http://198.18.$number.2:8080
    url[west]=http://198.18.$number.6:8080
    export OS_CLIENT_CONFIG_FILE=$dir/orchestrator/clouds.yaml
    export XDG_RUNTIME_DIR=$dir # the token that commands keep goes with the lab
    login orchestrator admin "$(password "$dir/orchestrator")" admin &&
        login east admin "$(password "$dir/east/site")" admin &&
        login west admin "$(password "$dir/west/site")" admin
}
# on_board KIND FILE: $id of a package ("vnf_packages") or NSD ("ns_descriptors").
on_board() {
    local root=/vnfpkgm/v2/vnf_packages part=package_content
    [ "$1" = ns_descriptors ] && root=/nsd/v2/ns_descriptors part=nsd_content
    want 201 orchestrator POST $root '{}' || return 1
    id=$(field .id)
    want 202 orchestrator PUT "$root/$id/$part" "@$2" application/zip || return 1
    await 30 on_boarded "$root/$id" || return 1
    [ "$(field '.onboardingState // .nsdOnboardingState')" = ONBOARDED ] || { echo "$answer"; false; }
}
on_boarded() {
    call orchestrator GET "$1"
    case $(field '.onboardingState // .nsdOnboardingState') in
    ONBOARDED | ERROR) ;;
    *) echo "$answer"; false ;;
    esac
}
client_image_up() {
    want 201 east POST /image/v2/images \
        '{"name": "client", "container_format": "docker", "disk_format": "raw"}' || return 1
    client_image=$(field .id)
    want 204 east PUT "/image/v2/images/$client_image/file" "@$images/web.tar.gz" \
        application/octet-stream || return 1
    call east GET /compute/v2.1/flavors
    flavor=$(field '.flavors[] | select(.name == "c1.tiny") | .id')
}

# groups: the control groups of the lab's containers, found while some run.
groups_note() {
    cat "$dir"/*/agent/crun/*/status 2>/dev/null | jq -r '."cgroup-path"' |
        sed 's,/[^/]*$,,' | sort -u >>"$tmp/groups"
}
groups_left() {
    local group
    sort -u "$tmp/groups" 2>/dev/null | while read -r group; do
        find /sys/fs/cgroup -maxdepth 2 -type d -name "${group#/}"
    done
}
# survivors_left: first processes of containers that outlived the lab.
survivors_left() {
    local pid
    for pid in ${survivors-}; do
        [ -d "/proc/$pid" ] && echo "process $pid of a container"
    done
}
no_survivors() { [ -z "$(survivors_left)" ]; }
# memory: what each process of the lab holds.
memory() {
    local role pid kib sum=0
    for role in orchestrator {site,agent,responder}-{east,west}; do
        pid=$(pid_of $role)
        kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
        sum=$((sum + kib))
        echo "  memory of $role: $((kib / 1024)) MiB"
    done
    kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$dir/up.pid")/status")
    sum=$((sum + kib))
    echo "  memory of the supervisor: $((kib / 1024)) MiB"
    # Sanitizers multiply it.
    if nm "$carrick" 2>/dev/null | grep -q __asan_init; then
        skip "the lab holds less than 150 MiB" "built with sanitizers ($((sum / 1024)) MiB)"
    else
        check "the lab holds less than 150 MiB: $((sum / 1024))" [ $((sum / 1024)) -lt 150 ]
    fi
}

# ---- what scenarios begin with ------------------------------------------------------------------

# ready: packages are on-boarded and what one instantiation makes is known; done
# once, whichever scenario comes first.
ready() {
    local part site
    [ -e "$tmp/things.west" ] && return
    for part in firewall inspector web; do
        [ -n "$nsd" ] || on_board vnf_packages "$packages/$part.csar" || return 1
    done
    [ -n "$nsd" ] || { on_board ns_descriptors "$packages/web-through-firewall.csar" || return 1; }
    [ -n "$nsd" ] || nsd=$(field .nsdId)
    [ -n "$client_image" ] || client_image_up || return 1
    # What a site makes for a project once: its default group.
    for site in east west; do objects $site; done >/dev/null
    keep_state
    service_up demo0 || return 1
    things_note
    service_down
}
things_note() {
    local site
    groups_note
    for site in east west; do
        things $site >"$tmp/things.$site"
    done
}
# whole_service WHAT: exactly one of each object, as after the first instantiation.
whole_service() {
    local site
    for site in east west; do
        check "$1: one of each object at $site" as_before "$tmp/things.$site" things $site
    done
}
# differs STATUS WORDS ARGUMENTS...: `carrick drift` ends so and says that.
differs() {
    local told status
    told=$("$carrick" drift "${@:3}" 2>&1)
    status=$?
    [ $status = "$1" ] && grep -qF "$2" <<<"$told" || { echo "$status: $told"; return 1; }
}
