"""The example examples/machines on an OpenStack that runs virtual machines: a client asks a web server through a
chain of three relays.  What counts is what the guests saw: packets, boot data, scripts."""
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request

from parts import ROOT, SERVICE, Service, check, say, skip, wait

NETWORK = os.environ.get("CARRICK_OPENSTACK_NETWORK", "ext")
RENEWED = "5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0039"  # VNFD of the relay's second package
CHAIN = ("first", "second", "third")


def fetch(url, seconds=5):
    """A page of a guest's; None where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.read().decode(errors="replace")
    except (OSError, urllib.error.URLError):
        return None


def steps_of(told):
    """All steps of an operation that is explained, those of its parts too."""
    if isinstance(told, list):
        return [step for item in told for step in steps_of(item)]
    if not isinstance(told, dict):
        return []
    return [told] * ("state" in told and "label" in told) + [
        step for value in told.values() for step in steps_of(value)]


def packages_make(folder):
    """The example's packages, and relay-2.csar: the relay with an image of other bytes."""
    shutil.copytree(ROOT / "examples", folder / "machines")
    made = subprocess.run([folder / "machines/machines/build", folder / "packages-guests"], capture_output=True, text=True)
    if made.returncode:
        return f"the example's packages cannot be made: {made.stderr[-300:].strip()}"
    images = subprocess.run([folder / "machines/images/build", "machine"], capture_output=True, text=True, check=True)
    image = folder / "machine-2.raw"
    shutil.copy(images.stdout.strip() + "/machine.raw", image)
    with open(image, "ab") as file:
        file.write(bytes(1 << 20))
    for file in (folder / "machines/machines/relay/Definitions").iterdir():
        file.write_text(file.read_text().replace("6c1f0e0a0031", RENEWED[-12:]).replace("'1.0'", "'2.0'"))
    script = folder / "machines/machines/build"
    script.write_text(re.sub(r"^image=.*", f"image={image}", script.read_text(), flags=re.M))
    subprocess.run([script, folder / "packages-guests-2"], check=True, capture_output=True)
    shutil.copy(folder / "packages-guests-2/relay.csar", folder / "packages-guests/relay-2.csar")
    return None


class Guests(Service):
    client = None

    # ---- before

    def reached(self):
        """The network whose addresses we reach, and a group that lets us in."""
        networks = self.site.network("GET", f"networks?name={NETWORK}")[1]["networks"]
        self.management = networks[0] if networks else None
        if not networks:
            skip("guests", f"the site has no network {NETWORK} (CARRICK_OPENSTACK_NETWORK names one with DHCP whose "
                 "addresses are reached from here)")
            return False
        made = self.site.network("POST", "security-groups", {"security_group": {"name": f"{SERVICE}-management"}})
        self.group = made[1]["security_group"]["id"]
        for port in (22, 80):
            self.site.network("POST", "security-group-rules", {"security_group_rule": {
                "security_group_id": self.group, "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
                "port_range_min": port, "port_range_max": port}})
        self.before = self.site.things()
        return True

    def registers(self):
        status, text, _ = self.orchestrator.call("POST", "/carrick/v1/sites", {
            "name": "real", "auth_url": self.auth_url, "username": self.login["username"],
            "password": self.login["password"], "project_name": self.login["project"],
            "user_domain_name": self.login.get("user_domain", "Default"),
            "project_domain_name": self.login.get("project_domain", "Default"), "region": self.login.get("region")})
        return check("the site is registered and UP", status == 201 and text["status"] == "UP", text)

    def on_boards(self, packages):
        for part in ("relay", "page", "relay-2"):
            made = self.orchestrator.on_board("/vnfpkgm/v2/vnf_packages", "package_content", packages / f"{part}.csar")
            check(f"package {part} is on-boarded", made["onboardingState"] == "ONBOARDED", made)
        made = self.orchestrator.on_board("/nsd/v2/ns_descriptors", "nsd_content", packages / "machines.csar")
        self.nsd = made.get("nsdId")
        self.request = {
            "nsFlavourId": "default",
            "additionalParamsForNs": {"sapSites": {"client": "real"}, "linkNetworks": [
                {"link": "management", "site": "real", "networkId": self.management["id"],
                 "securityGroupIds": [self.group]}]},
            "additionalParamsForVnf": [{"vnfProfileId": name, "additionalParams": {"greeting": f"hello {name}"}}
                                       for name in CHAIN + ("page",)]}
        return check("the descriptor is on-boarded", self.nsd, made)

    def plans(self):
        status, plan, _ = self.orchestrator.call("POST", "/carrick/v1/plans", {
            "nsInstanceId": self.ns, "request": self.request})
        text = json.dumps(plan)
        check("a plan says that the network for management is there already",
              status == 200 and "link management is there already" in text, text[-800:])
        check("... and what servers are told when they boot", "vnf boot data" in text, text[-800:])
        check("a plan makes nothing", not self.made(), self.made())

    # ---- a client, on the service's access point

    def attach(self):
        ports = self.site.network("GET", f"ports?name={SERVICE}-client")[1]["ports"]
        servers = self.site.call("GET", f"{self.site.urls['compute']}/servers/detail")[1]["servers"]
        like = next(it for it in servers if it["name"].startswith(f"{SERVICE}-page"))
        port = self.site.network("POST", "ports", {"port": {
            "name": f"{SERVICE}-client-management", "network_id": self.management["id"],
            "security_groups": [self.group]}})[1]["port"]
        self.client_port = port["id"]
        self.client_at = port["fixed_ips"][0]["ip_address"]
        self.sap = ports[0]
        status, body, _ = self.site.call("POST", self.site.urls["compute"] + "/servers", {"server": {
            "name": f"{SERVICE}-client", "imageRef": like["image"]["id"], "flavorRef": like["flavor"]["id"],
            "config_drive": True, "networks": [{"port": ports[0]["id"]}, {"port": port["id"]}]}})
        if check("a client's machine is attached to the access point", status == 202, body):
            self.client = f"{self.site.urls['compute']}/servers/{body['server']['id']}"
            wait(120, lambda: self.site.call("GET", self.client)[1]["server"]["status"] == "ACTIVE")

    def detach(self):
        if self.client:
            self.site.call("DELETE", self.client)
            wait(120, lambda: self.site.call("GET", self.client)[0] == 404)
            self.site.network("DELETE", f"ports/{self.client_port}")
        self.client = None

    def finishes(self, what):
        for _ in range(3):
            state, why = self.ends()
            if state != "FAILED_TEMP" or "nothing is attached" not in why or self.client:
                break
            say("      ", why[:230])
            self.attach()
            self.task("retry")
        return check(f"{what}: the operation is COMPLETED", self.state()[0] == "COMPLETED", self.state())

    # ---- what guests say

    def vnf(self, profile):
        vnfs = self.lcm("GET", f"/ns_instances/{self.ns}")[1]["vnfInstance"]
        return next(it for it in vnfs if it["metadata"]["vnfProfileId"] == profile)

    def addresses(self, profile, cpd):
        """{server: address} of a connection point."""
        found = {}
        for point in self.vnf(profile)["instantiatedVnfInfo"]["extCpInfo"]:
            if point["cpdId"] in (cpd, {"management_cp": "virtual_link_management", "page_cp": "virtual_link",
                                        "in_cp": "virtual_link_in", "out_cp": "virtual_link_out"}.get(cpd)):
                port = self.site.network("GET", f"ports/{point['id']}")[1]["port"]
                found[port["device_id"]] = port["fixed_ips"][0]["ip_address"]
        return found

    def machines(self, profile):
        return self.addresses(profile, "management_cp")

    def asks(self):
        """What the client is told by the web server."""
        page, = self.addresses("page", "page_cp").values()
        return fetch(f"http://{self.client_at}/cgi-bin/fetch?{page}", 20) or ""

    def counts(self, address):
        """{(interface, ttl): packets} of TCP to or from port 80."""
        lines = re.findall(r"^(\S+) tcp/80 ttl (\d+) packets (\d+)$", fetch(f"http://{address}/counts") or "", re.M)
        return {(interface, int(ttl)): int(packets) for interface, ttl, packets in lines}

    def passes(self, when):
        """A request and its answer go through all of the chain, in its order."""
        good = wait(60, lambda: "hello page" in self.asks())
        check(f"{when}: the client is answered by the web server", good, self.asks())
        for place, name in enumerate(CHAIN):
            seen = {}
            for address in self.machines(name).values():
                for key, packets in self.counts(address).items():
                    seen[key] = seen.get(key, 0) + packets
            there = seen.get(("eth0", 64 - place), 0)
            back = seen.get(("eth1", 64 - (len(CHAIN) - 1 - place)), 0)
            check(f"{when}: {name} saw it as number {place + 1}, and its answer as number {len(CHAIN) - place}",
                  there > 0 and back > 0, seen)
        page, = self.machines("page").values()
        seen = self.counts(page)
        check(f"{when}: the web server saw it behind three relays, and nothing that went past them",
              seen.get(("eth0", 64 - len(CHAIN)), 0) > 0 and
              not any(packets for (_, ttl), packets in seen.items() if ttl > 64 - len(CHAIN)), seen)
        say("      ", f"{when}: {good and 'answered'}; " + ", ".join(
            f"{name} {sum(sum(self.counts(a).values()) for a in self.machines(name).values())} packets"
            for name in CHAIN))

    def scripts(self, operation):
        """Runs of a script in the operation under way: what they said, shown with their parts."""
        runs = self.orchestrator.call("GET", f"/carrick/v1/script_runs?filter=(eq,operation,{operation})")[1]
        said = {}
        for run in runs:
            told = self.orchestrator.call("GET", f"/carrick/v1/script_runs/{run['id']}")[1]
            said[(run["vnfInstanceId"], run["vnfc"], run["id"])] = told
        return said

    def scripted(self, when, operation, profiles, pattern):
        for profile in profiles:
            vnf = self.vnf(profile)["id"]
            outputs = [told["output"] for (of, _, _), told in self.scripts(operation).items()
                       if of == vnf and told.get("exitStatus") == 0]
            good = [text for text in outputs if re.search(pattern.format(profile), text)]
            check(f"{when}: {operation} ran at {profile} and said so", good, outputs)
            if good:
                say("      ", good[-1].strip()[:160])

    def booted(self):
        """User data and the config drive, as the guests saw them."""
        for profile in CHAIN + ("page",):
            for server, address in self.machines(profile).items():
                text = wait(30, lambda: fetch(f"http://{address}/user-data")) or ""
                check(f"{profile} was told its user data, with the key for scripts", "ssh-ed25519 " in text, text)
                page = fetch(f"http://{address}/") or ""
                check(f"{profile} says what its script was given", f"hello {profile}" in page, page)

    # ---- the story

    def scales(self):
        vnf = self.vnf("second")["id"]
        before = set(self.machines("second"))
        self.begin("scale", {"scaleType": "SCALE_VNF", "scaleVnfData": [
            {"vnfInstanceId": vnf, "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "instances"}}]})
        if not self.finishes("scaled out"):
            return
        self.scripted("scaled out", "scale_end", ["second"], "says: hello {}")
        new, = (address for server, address in self.machines("second").items() if server not in before)

        def shared():
            self.asks()
            return self.counts(new).get(("eth0", 63), 0) > 0
        check("scaled out: packets go through the new one too", wait(60, shared), self.counts(new))
        self.passes("scaled out")
        self.begin("scale", {"scaleType": "SCALE_VNF", "scaleVnfData": [
            {"vnfInstanceId": vnf, "scaleVnfType": "SCALE_IN", "scaleByStepData": {
                "aspectId": "instances", "additionalParams": {"drainSeconds": 1}}}]})
        self.finishes("scaled in")
        check("scaled in: the first one is left", set(self.machines("second")) == before, self.machines("second"))
        self.passes("scaled in")

    def heals(self):
        was = {cpd: list(self.addresses("second", cpd).values()) for cpd in ("in_cp", "out_cp", "management_cp")}
        servers = set(self.machines("second"))
        self.begin("heal", {"healVnfData": [{"vnfInstanceId": self.vnf("second")["id"], "cause": "a test"}]})
        self.finishes("healed")
        now = {cpd: list(self.addresses("second", cpd).values()) for cpd in was}
        check("healed: another machine has the addresses", now == was and servers.isdisjoint(self.machines("second")),
              (was, now))
        self.scripted("healed", "heal_end", ["second"], "says: hello {}")
        self.passes("healed")

    def changes(self):
        def image():
            return self.site.call("GET", f"{self.site.urls['compute']}/servers/{server}")[1]["server"]["image"]["id"]

        server, = self.machines("third")
        was = image()
        self.begin("update", {"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [
            {"vnfInstanceId": self.vnf("third")["id"], "vnfdId": RENEWED}]})
        self.finishes("changed")
        check("changed: the same server, of another image", list(self.machines("third")) == [server] and
              image() != was, was)
        self.scripted("changed", "change_current_package_end", ["third"], "says: hello {}")
        self.passes("changed")

    def whole(self):
        self.begin("instantiate", self.request)
        if not self.finishes("instantiated"):
            return False
        self.scripted("instantiated", "instantiate_end", CHAIN + ("page",), "says: hello {}")
        self.booted()
        self.passes("instantiated")
        self.scales()
        self.heals()
        self.changes()
        return True

    def takes_back(self):
        self.detach()
        self.task("rollback")
        self.nothing_left("rolled back:")

    def removes(self):
        self.detach()
        self.begin("terminate", {})
        self.finishes("terminated")
        explained = self.orchestrator.call("GET", f"/carrick/v1/operations/{self.operation}")[1]
        runs = [step for step in steps_of(explained) if step.get("label", "").startswith("terminate_start ")]
        good = [step for step in runs if step["state"] == "DONE" and not (step.get("output") or {}).get("problem")]
        check("terminated: terminate_start ran at each of them", len(good) == len(CHAIN) + 1, runs)
        self.lcm("DELETE", f"/ns_instances/{self.ns}")
        self.nothing_left("terminated:")

    def run(self, packages):
        if not self.reached():
            return
        try:
            if not self.registers() or not self.on_boards(packages) or not self.create():
                return
            self.plans()
            if self.whole():
                self.removes()
            else:
                self.takes_back()
        finally:
            self.site.network("DELETE", f"security-groups/{self.group}")
