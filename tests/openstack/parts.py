"""What the stories of tests/openstack share: words, a site's API, an orchestrator of one's own."""
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARRICK = pathlib.Path(os.environ.get("CARRICK_BUILD", ROOT / "build")).resolve() / "carrick"
SERVICE = f"carrick-test-{os.getpid()}"
NUMBER = int(os.environ.get("CARRICK_LAB", "152"))
PATIENCE = int(os.environ.get("CARRICK_PATIENCE", "1"))
SFC = ("port_pairs", "port_pair_groups", "flow_classifiers", "port_chains")
KINDS = ["networks", "subnets", "ports", "security-groups", "security-group-rules", "routers",
         *("sfc/" + kind for kind in SFC)]
never = threading.Event()
numbers = collections.Counter()


def say(word, text, why=""):
    print(f"{word} {text}" + (f": {why}" if why else ""), flush=True)


def check(what, good, why=""):
    numbers["passed" if good else "failed"] += 1
    say("  ok  " if good else "FAIL openstack:", what, "" if good else str(why)[:1500])
    return good


def skip(what, why):
    numbers["skipped"] += 1
    say("  skip", what, why)


def wait(seconds, condition):
    """What 'condition' returns as soon as that is true, or at last."""
    end = time.monotonic() + seconds * PATIENCE
    while not (found := condition()) and time.monotonic() < end:
        never.wait(0.2)
    return found


class Api:
    """Calls with a token: of the orchestrator, or of a site by its catalog."""

    def __init__(self, login=None):
        self.token = None
        if login:
            self.log_in(login)

    def log_in(self, login):
        domain = {"name": login.get("user_domain", "Default")}
        user = {"name": login["username"], "password": login["password"], "domain": domain}
        scope = {"project": {"name": login["project"],
                             "domain": {"name": login.get("project_domain", "Default")}}}
        url = login["auth_url"].rstrip("/")
        url += "" if url.endswith("/v3") else "/v3"
        status, body, headers = self.call("POST", url + "/auth/tokens", {"auth": {"identity": {
            "methods": ["password"], "password": {"user": user}}, "scope": scope}})
        if status != 201:
            sys.exit(f"openstack: no login at {url}: {status} {body}")
        self.token = headers["X-Subject-Token"]
        self.project = body["token"]["project"]["id"]
        self.urls = {}
        for service in body["token"].get("catalog", []):
            for point in service["endpoints"]:
                if point["interface"] == "public" and login.get("region") in (None, point["region"]):
                    self.urls.setdefault(service["type"], point["url"].rstrip("/"))

    def call(self, method, url, body=None, kind="application/json"):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": kind}, method=method)
        if self.token:
            request.add_header("X-Auth-Token", self.token)
        try:
            with urllib.request.urlopen(request, timeout=120 * PATIENCE) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), error.headers
        except (OSError, ValueError) as error:
            return 0, str(error), {}

    def network(self, method, path, body=None):
        root = re.sub(r"/v2\.0$", "", self.urls["network"])
        return self.call(method, f"{root}/v2.0/{path}", body)

    def extensions(self):
        return {it["alias"] for it in self.network("GET", "extensions")[1]["extensions"]}

    def things(self):
        """(kind, id, name) of what the project has, but for images, flavors and what Neutron
        makes for itself (a DHCP agent's port)."""
        found = set()
        for kind in KINDS:
            word = kind.split("/")[-1].replace("-", "_")
            status, body, _ = self.network("GET", f"{kind}?project_id={self.project}")
            found |= {(kind, it["id"], it["name"] if "name" in it else it.get("direction"))
                      for it in (body[word] if status == 200 else [])
                      if not it.get("device_owner", "").startswith("network:")}
        body = self.call("GET", self.urls["compute"] + "/servers/detail")[1]
        return found | {("servers", it["id"], it["name"]) for it in body["servers"]}


def without_ids(things):
    return collections.Counter((kind, name) for kind, _, name in things)


class Orchestrator:
    def __init__(self, folder, port):
        self.state, self.port, self.log = folder / "state", port, folder / "log"
        self.url = f"http://127.0.0.1:{port}"
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(CARRICK), "orchestrator", "--state", str(self.state), "--listen",
                 f"127.0.0.1:{self.port}"], stdout=log, stderr=log)
        clouds = self.state / "clouds.yaml"
        nobody = Api()
        if not wait(30, lambda: clouds.exists() and
                    nobody.call("GET", self.url + "/identity/v3")[0] == 200):
            sys.exit(f"openstack: the orchestrator did not start: {self.log.read_text()[-600:]}")
        password = re.search(r'password: "(.*)"', clouds.read_text()).group(1)
        self.api = Api({"auth_url": self.url + "/identity", "username": "admin",
                        "password": password, "project": "admin"})

    def kill(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None, kind="application/json"):
        return self.api.call(method, self.url + path, body, kind)

    def on_board(self, root, part, file):
        made = self.call("POST", root, {})[1]
        self.call("PUT", f"{root}/{made['id']}/{part}", file.read_bytes(), "application/zip")
        state = "onboardingState" if "vnf" in root else "nsdOnboardingState"
        wait(60, lambda: self.call("GET", f"{root}/{made['id']}")[1][state] in ("ONBOARDED", "ERROR"))
        return self.call("GET", f"{root}/{made['id']}")[1]


class Proxy:
    def __init__(self, folder, port, host):
        self.rules, self.log, self.port = folder / "rules", folder / "proxy", port
        self.record = folder / "record"
        self.rule()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests/lab/proxy"), str(port), host,
                 str(self.rules), "--catalog", "--record", str(folder / "record")],
                stdout=log, stderr=log)

    def rule(self, *lines):
        new = self.rules.with_suffix(".new")
        new.write_text("".join(line + "\n" for line in lines))
        new.rename(self.rules)

    def calls(self):
        return [line.split() for line in self.log.read_text().splitlines()
                if re.match(r"[A-Z]+ /", line)]


class Service:
    """A service at one site, operated by an orchestrator of its own."""

    def __init__(self, peer, login, folder):
        self.peer, self.login, self.folder = peer, login, folder
        self.site = Api(login)
        scheme, host, path = re.match(r"(https?)://([^/]+)(.*)", login["auth_url"]).groups()
        self.proxy = Proxy(folder, 10300 + NUMBER, host)
        self.auth_url = f"http://127.0.0.1:{10300 + NUMBER}/via/{scheme}/{host}{path}"
        self.orchestrator = Orchestrator(folder, 10100 + NUMBER)
        self.before = self.site.things()

    # ---- words

    def lcm(self, method, path, body=None):
        return self.orchestrator.call(method, "/nslcm/v2" + path, body)

    def begin(self, verb, body):
        status, text, headers = self.lcm("POST", f"/ns_instances/{self.ns}/{verb}", body)
        if status != 202:
            return check(f"{verb} is accepted", False, f"{status} {text}")
        self.operation = headers["Location"].rsplit("/", 1)[1]
        return True

    def state(self):
        body = self.lcm("GET", f"/ns_lcm_op_occs/{self.operation}")[1]
        if not isinstance(body, dict):
            return "UNKNOWN", str(body)
        return body["operationState"], (body.get("error") or {}).get("detail", "")

    def ends(self):
        done = ("COMPLETED", "FAILED_TEMP", "ROLLED_BACK", "FAILED")
        wait(400, lambda: self.state()[0] in done)
        return self.state()

    def task(self, verb):
        self.lcm("POST", f"/ns_lcm_op_occs/{self.operation}/{verb}", {})
        wait(20, lambda: self.state()[0] != "FAILED_TEMP")
        return self.ends()

    def made(self):
        return self.site.things() - self.before

    def create(self):
        status, body, _ = self.lcm("POST", "/ns_instances", {
            "nsdId": self.nsd, "nsName": SERVICE, "nsDescription": "a test"})
        self.ns = body["id"] if check("an instance is created", status == 201, body) else None
        return self.ns

    def nothing_left(self, when):
        wait(30, lambda: not self.made())
        check(f"{when} nothing is left", not self.made(), self.made())

    def end(self):
        for process in (self.orchestrator.process, self.proxy.process):
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        if numbers["failed"]:
            print(self.orchestrator.log.read_text(errors="replace")[-3000:])


def login_of_environment():
    env = dict(os.environ)
    if rc := env.get("CARRICK_OPENSTACK_RC"):
        told = subprocess.run(["bash", "-c", '. "$1" && env -0', "-", rc], capture_output=True)
        env = dict(pair.split("=", 1) for pair in told.stdout.decode().split("\0") if "=" in pair)
    names = {"auth_url": "OS_AUTH_URL", "username": "OS_USERNAME", "password": "OS_PASSWORD",
             "project": "OS_PROJECT_NAME", "user_domain": "OS_USER_DOMAIN_NAME",
             "project_domain": "OS_PROJECT_DOMAIN_NAME", "region": "OS_REGION_NAME"}
    login = {key: env[name] for key, name in names.items() if env.get(name)}
    return login if {"auth_url", "username", "password", "project"} <= login.keys() else None
