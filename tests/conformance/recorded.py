"""Replays answers that were recorded from a real OpenStack against our site.

Compares status, members and their types, error types and headers; each difference is a
row of docs/reference/recorded-answers.md with its verdict, and each row there is still a
difference.  The recording is facts beside the tree (../shared/data/neutron-api), so the
replay is skipped where it is not there.

usage: tests/conformance/run --told     prints the rows as they are found, told or not
"""
import http.client
import json
import pathlib
import re
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FACTS = ROOT.parent / "shared/data/neutron-api/golden.jsonl"
DOC = ROOT / "docs/reference/recorded-answers.md"
SERVICES = {"identity": "/identity/", "network": "/network/", "compute": "/compute/", "image": "/image/"}
VERDICTS = ("defect", "decision", "not yet", "state")
ID = re.compile(r"\bID\d+\b")
KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", list: "list", dict: "object"}
# Members whose keys are data: names of resources, tags, properties of a user.
DATA = re.compile(r"(extra_specs|metadata|details|\bquota|quota_set|limits\.absolute|rate|hosts)$")
# What a site gives as it likes, and what later requests name: ids and these members.
GIVEN = ("mac_address", "ip_address")
# Requests that only make sense after another.
FOLLOWS = {"trunk-port-delete": "trunk-create"}


class Missing(Exception):
    """A request names something that an earlier one did not make."""


def singular(name):
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def merged(items):
    """One object with every member that some item of the list has."""
    out = {}
    for item in items:
        for key, value in item.items():
            if out.get(key) in (None, [], {}):
                out[key] = value
    return out


class Replay:
    def __init__(self, host, port, password):
        self.host, self.port, self.password = host, port, password
        self.ids, self.given, self.token = {}, {}, None
        self.made = set()  # names of requests that did here what they did there
        self.rows = {}  # "| service | where | difference |" -> the request that shows it
        self.asked = self.left = 0

    # ---- requests

    def fill(self, text):
        def one(match):
            if match.group(0) not in self.ids:
                raise Missing(match.group(0))
            return self.ids[match.group(0)]

        text = text.replace("PASSWORD", self.password).replace("TOKEN", self.token or "")
        for theirs, ours in self.given.items():
            text = text.replace(f'"{theirs}"', f'"{ours}"')
        return ID.sub(one, text.replace("http://HOST", f"http://{self.host}"))

    def send(self, service, request):
        body = request["body"]
        if body is not None:
            body = self.fill(body if isinstance(body, str) else json.dumps(body))
        path = SERVICES[service] + urllib.parse.quote(self.fill(request["path"]), safe="/?&=%:,.-_~")
        headers = {name: self.fill(value) for name, value in request["headers"].items()}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(request["method"], path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        names = {name.lower(): value for name, value in answer.getheaders()}
        if "x-subject-token" in names and not self.token:
            self.token = names["x-subject-token"]
        try:
            return answer.status, names, json.loads(data) if data else None
        except ValueError:
            return answer.status, names, data.decode(errors="replace")

    def bind(self, theirs, ours):
        """Ids of what was made, by where they stand in the answer."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for key in theirs.keys() & ours.keys():
                if key in GIVEN and isinstance(theirs[key], str):
                    self.given[theirs[key]] = ours[key]
                self.bind(theirs[key], ours[key])
        elif isinstance(theirs, list) and isinstance(ours, list):
            for one, other in zip(theirs, ours):
                self.bind(one, other)
        elif isinstance(theirs, str) and isinstance(ours, str) and ID.fullmatch(theirs):
            self.ids.setdefault(theirs, ours)

    # ---- differences

    def note(self, service, where, what, request):
        self.rows.setdefault(f"| {service} | {where} | {what} |", request)

    def compare(self, service, where, theirs, ours, request):
        if isinstance(theirs, dict) and isinstance(ours, dict):
            self.members(service, where, theirs, ours, request)
        elif isinstance(theirs, list) and isinstance(ours, list):
            if theirs and ours and isinstance(theirs[0], dict) and isinstance(ours[0], dict):
                self.members(service, where + "[]", merged(theirs), merged(ours), request)
            elif theirs and ours:
                self.compare(service, where + "[]", theirs[0], ours[0], request)
        elif theirs is not None and ours is not None and type(theirs) is not type(ours):
            self.note(service, where, f"{KINDS[type(ours)]} for {KINDS[type(theirs)]}", request)

    def members(self, service, where, theirs, ours, request):
        if DATA.search(where):
            return
        for key in sorted(theirs.keys() - ours.keys()):
            self.note(service, where, f"-{key}", request)
        for key in sorted(ours.keys() - theirs.keys()):
            self.note(service, where, f"+{key}", request)
        for key in sorted(theirs.keys() & ours.keys()):
            self.compare(service, f"{where}.{key}", theirs[key], ours[key], request)

    def body(self, service, request, theirs, ours):
        if not isinstance(theirs, dict) or not isinstance(ours, dict):
            return self.compare(service, "answer", theirs, ours, request)
        if "disk_format" in theirs and "disk_format" in ours:
            return self.members(service, "image", theirs, ours, request)
        self.members(service, "answer", {k: None for k in theirs}, {k: None for k in ours}, request)
        for key in theirs.keys() & ours.keys():
            one, other, name = theirs[key], ours[key], key
            if isinstance(one, list) and isinstance(other, list):
                one, other, name = one[0:], other[0:], singular(key)
                if not one or not other or not isinstance(one[0], dict) or not isinstance(other[0], dict):
                    continue
                one, other = merged(one), merged(other)
            self.compare(service, name, one, other, request)
        return None

    def error(self, service, request, theirs, ours):
        for path in (("NeutronError", "type"), ("error", "code"), ("error", "title")):
            one, other = theirs, ours
            for key in path:
                one = one.get(key) if isinstance(one, dict) else None
                other = other.get(key) if isinstance(other, dict) else None
            if one != other and one is not None and other is not None:
                self.note(service, request, f"{path[-1]} {other} for {one}", request)

    def answer(self, record, status, headers, body):
        service, name, want = record["svc"], record["name"], record["resp"]
        if status != want["status"]:
            return self.note(service, name, f"{status} for {want['status']}", name)
        for header in want["headers"].keys() - headers.keys():
            self.note(service, "header", f"-{header}", name)
        kind = want["headers"].get("content-type", "").split(";")[0]
        if kind and kind != headers.get("content-type", "").split(";")[0]:
            self.note(service, "header", f"content-type {headers.get('content-type')} for {kind}", name)
        self.body(service, name, want["body"], body)
        if status >= 400:
            self.error(service, name, want["body"], body)
        return None

    def between(self, record):
        """What the recorder did without recording it."""
        if (record["svc"], record["name"]) != ("network", "net-delete"):
            return
        ask = {"method": "GET", "path": record["req"]["path"].replace("networks/", "ports?network_id="), "headers": {"X-Auth-Token": "TOKEN"}, "body": None}
        for port in self.send("network", ask)[2]["ports"]:
            self.send("network", dict(ask, method="DELETE", path="v2.0/ports/" + port["id"]))

    def play(self, records):
        for record in records:
            follows = FOLLOWS.get(record["name"], None)
            if record["svc"] not in SERVICES or (follows and follows not in self.made):
                self.left += 1
                continue
            try:
                self.between(record)
                status, headers, body = self.send(record["svc"], record["req"])
            except Missing:
                self.left += 1
                continue
            self.asked += 1
            if status == record["resp"]["status"]:
                self.made.add(record["name"])
            if record["req"]["method"] == "POST" and status < 300 and record["name"] in self.made:
                self.bind(record["resp"]["body"], body)
            self.answer(record, status, headers, body)


def told():
    """The document's rows: the first three cells, and the verdict."""
    rows = {}
    for line in DOC.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 5 and cells[0] != "service":
            rows["| " + " | ".join(cells[:3]) + " |"] = cells[3:]
    return rows


def judge(found, rows):
    """What the document and the replay disagree about."""
    bad = [f"not told: {row} (request '{found[row]}')" for row in found if row not in rows]
    bad += [f"told but not so: {row}" for row in rows if row not in found]
    bad += [f"no verdict or no reason: {row}" for row, (verdict, why) in rows.items()
            if verdict not in VERDICTS or not why]
    return sorted(bad)


def play(host, port, password, show):
    """Passed, failed, skipped."""
    if not FACTS.exists():
        print(f"recorded: skipped: no recording at {FACTS.relative_to(ROOT.parent)}")
        return 0, 0, 1
    replay = Replay(host, port, password)
    replay.play([json.loads(line) for line in FACTS.read_text().splitlines()])
    if show:
        print("\n".join(f"{row} {request}" for row, request in sorted(replay.rows.items())))
    bad = judge(replay.rows, told())
    for line in bad:
        print(f"recorded: {line}")
    print(f"recorded: {replay.asked} requests replayed, {replay.left} left out (services that are not here, "
          f"what follows them), {len(replay.rows)} differences")
    return max(0, replay.asked - len(bad)), len(bad), 0
