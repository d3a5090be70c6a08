# Performance management of a service that runs: what the data plane has counted of the firewall's ports
# comes to a report and to a callback, and the two agree.

jobs=/vnfpm/v2/pm_jobs

# A subscriber: 204 to whatever it is asked, and what it is told as lines of a file.
listen() {
    : >"$tmp/told"
    python3 - "$tmp/told" >"$tmp/listener" <<'PY' &
import http.server
import sys

class Subscriber(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def do_POST(self):
        with open(sys.argv[1], "ab") as told:
            told.write(self.rfile.read(int(self.headers["Content-Length"])) + b"\n")
        self.do_GET()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Subscriber)
print(server.server_port, flush=True)
server.serve_forever()
PY
    children+=($!)
    listener=$!
    await 10 test -s "$tmp/listener"
}
# job_made TYPE METRIC: $job, over the firewall, each five seconds.
job_made() {
    want 201 orchestrator POST $jobs "{\"objectType\": \"$1\", \"objectInstanceIds\": [\"$firewall\"],
        \"criteria\": {\"performanceMetric\": [\"$2\"], \"collectionPeriod\": 5, \"reportingPeriod\": 5},
        \"callbackUri\": \"http://127.0.0.1:$(cat "$tmp/listener")/\"}" || return 1
    job=$(field .id)
}
# What all reports that were told say that the firewall's port $port was sent, in bytes.
reported() {
    local report sum=0
    for report in $(jq -r '._links.performanceReport.href' "$tmp/told"); do
        call orchestrator GET "$jobs/${report##*/pm_jobs/}"
        sum=$((sum + $(field "[.entries[] | select(.subObjectInstanceId == \"$port\").performanceValues[].value] | add // 0")))
    done
    echo $sum
}
reported_above() { page_comes; at_least $(($1 + 1)) "$(reported)"; }
bytes_of() {
    call east GET /network/v2.0/carrick-counters
    field ".carrick_counters.ports[] | select(.id == \"$1\").out_bytes"
}
# Nothing is told twice and nothing is made up: no more than the port has counted since.
agrees() {
    local told
    told=$(reported)
    at_least "$told" "$(($(bytes_of "$port") - bytes_before))"
}

check "a service is up for measuring" service_up measured || return
check "a client is attached" client_up measured || return
check "HTTP goes through" await 15 page_comes || return
call orchestrator GET /vnflcm/v2/vnf_instances
firewall=$(field '.[] | select(.vnfInstanceName | test("firewall")).id')
port=$(id_at east ports measured-firewall-firewall-in_cp)
check "somebody listens" listen || return
check "cpu of a container is refused: no site tells it" \
    want 422 orchestrator POST $jobs "{\"objectType\": \"Vnf\", \"objectInstanceIds\": [\"$firewall\"],
        \"criteria\": {\"performanceMetric\": [\"VCpuUsageMeanVnf\"], \"collectionPeriod\": 5, \"reportingPeriod\": 5},
        \"callbackUri\": \"http://127.0.0.1:$(cat "$tmp/listener")/\"}"
bytes_before=$(bytes_of "$port")
check "a job over its ports is made" job_made VnfExtCp ByteIncomingVnfExtCp || return
check "its reports tell of the page" await 40 reported_above 0
check "they tell no more than the port has counted" agrees
check "the client shows a report" eval '"$carrick" pm report show --no-token-cache "$job" | grep -q ByteIncomingVnfExtCp'
check "the job is deleted" want 204 orchestrator DELETE "$jobs/$job"
kill "$listener"
client_down
check "the service goes" service_down
