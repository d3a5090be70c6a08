"""A box for tests: a network, mount and host name namespace with users and folders of its own, and what
runs there.  Of the machine it has the programs alone."""
import atexit
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CARRICK_BUILD", ROOT / "build")).resolve()
CARRICK = BUILD / "carrick"
PATIENCE = int(os.environ.get("CARRICK_PATIENCE", "1"))
USERS = {"carrick-site": 7101, "carrick-responder": 7102, "carrick-orchestrator": 7103}

# What a box is made of, before anything runs in it: its own users and folders, nothing of the
# machine's state, no service manager.  The machine's own tree it can read, and not change.
BOX = """
set -e
mount --make-rprivate /
hostname "$1"
mount --bind "$2" "$2"
mount --bind "$2/etc" /etc
for folder in /var/lib /run /tmp /root; do mount -t tmpfs -o mode=0755 tmpfs $folder; done
chmod 1777 /tmp
chmod 700 /root
mkdir -p /run/lock
mount -o remount,bind,ro /
ip link set lo up
exec sleep infinity
"""


def wait(seconds, condition):
    end = time.monotonic() + seconds * PATIENCE
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return value


def missing():
    """Why no box can be made here, or nothing."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "-m", "-u", "true"], check=False).returncode:
        return "needs root to make namespaces"
    return ""


def house(name):
    """The folder of a test's boxes; it ends with the test.  Not below /tmp, which a box has its own of; the
    program is copied, for the tree may be there."""
    work = pathlib.Path(tempfile.mkdtemp(prefix=f"carrick-{name}.", dir="/var/tmp"))
    work.chmod(0o755)
    atexit.register(shutil.rmtree, work, ignore_errors=True)
    (work / "bin").mkdir()
    shutil.copy2(CARRICK, work / "bin" / "carrick")
    return work


def example_packages(work):
    """A copy of the example's packages, or None where they cannot be made."""
    made = subprocess.run([ROOT / "examples/web-through-firewall/build"], stdout=subprocess.PIPE, text=True,
                          check=False).stdout.strip()
    return str(shutil.copytree(made, work / "packages")) if made else None


def blocks(text):
    """The indented blocks of a page, as lists of lines."""
    return [[line[4:] for line in block.splitlines()] for block in re.findall(r"(?:^    .*\n)+", text, re.M)]


class Box:
    """A machine: its address, and what runs there.  Its own programs (dir / "bin") go before the house's."""

    def __init__(self, work, name, address):
        self.work, self.name, self.address, self.roles = work, name, address, {}
        self.dir = work / name
        (self.dir / "bin").mkdir(parents=True)
        shutil.copytree("/etc", self.dir / "etc", symlinks=True, ignore_dangling_symlinks=True,
                        ignore=shutil.ignore_patterns("carrick", "alternatives"))
        for path, line in (("passwd", "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin\n"),
                           ("group", "{0}:x:{1}:\n")):
            with (self.dir / "etc" / path).open("a", encoding="utf-8") as file:
                file.writelines(line.format(user, number) for user, number in USERS.items())
        self.anchor = subprocess.Popen(["unshare", "-n", "-m", "-u", "sh", "-c", BOX, "-", name, str(self.dir)])
        atexit.register(self.end)
        if not wait(10, lambda: self.run("ip link show lo | grep -q UP").returncode == 0):
            raise SystemExit(f"FAIL box {name} does not come up")

    def argv(self, *argv):
        return ["nsenter", "-t", str(self.anchor.pid), "-n", "-m", "-u", *map(str, argv)]

    def environment(self):
        return {"PATH": f"{self.dir}/bin:{self.work}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                "LANG": "C.UTF-8", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}

    def run(self, script, timeout=120, **more):
        return subprocess.run(self.argv("sh", "-ec", script), env={**self.environment(), **more},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout * PATIENCE, check=False)

    def start(self, role):
        log = self.dir / f"{role}.log"
        log.touch()
        before = self.log(role).count("serving")
        with log.open("a", encoding="utf-8") as file:
            self.roles[role] = subprocess.Popen(self.argv("carrick", "run", role), env=self.environment(),
                                                stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        return wait(40, lambda: self.log(role).count("serving") > before)

    def stop(self, role):
        process = self.roles.pop(role)
        process.send_signal(signal.SIGTERM)
        return process.wait(30 * PATIENCE)

    def log(self, role):
        return (self.dir / f"{role}.log").read_text(encoding="utf-8", errors="replace")

    def end(self):
        for role in list(self.roles):
            try:
                self.stop(role)
            except subprocess.TimeoutExpired:
                pass
        self.anchor.kill()
        self.anchor.wait()


def wire(a, b):
    """What two boxes have in common."""
    subprocess.run(["ip", "link", "add", "wire", "netns", str(a.anchor.pid), "type", "veth", "peer", "name",
                    "wire", "netns", str(b.anchor.pid)], check=True)
    for box in (a, b):
        box.run(f"ip addr add {box.address}/24 dev wire; ip link set wire up")
