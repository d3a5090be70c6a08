"""What a list has tried of the client's commands: which of them, with which of their options,
as a table for docs/CONFORMANCE.md."""
import importlib.metadata
import pathlib

DOC = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "CONFORMANCE.md"
# A list -> where its client has its commands: group, prefixes, and what stands before them.
GROUPS = {
    "sfc": [("openstack.neutronclient.v2", ("sfc_",), "")],
    "tacker": [("openstack.tackerclient.v1", ("vnflcm_", "vnf_package_"), ""),
               ("openstack.tackerclient.v2", ("vnflcm_", "vnffm_", "vnfpm_"), "--os-tacker-api-version 2 ")],
}
# What cliff says where a command that shows one thing was answered without any.
UNSHOWN = "cannot unpack non-iterable NoneType"
# Of these every command works with every option; of the others some have no API here yet.
WHOLE = ("sfc",)


def options_of(cls):
    """The options that the command itself adds; those of printing are every command's."""
    def strings(one):
        return {s for a in one(None, None).get_parser("x")._actions for s in a.option_strings}

    own = strings(cls)
    for base in cls.__mro__[1:]:
        if base.__module__.startswith(("osc_lib", "cliff")) and hasattr(base, "take_action"):
            return {s for s in own - strings(type("Bare", (base,), {"take_action": None, "__module__": __name__})) if s.startswith("--")}
    return own


class Tried:
    def __init__(self, name):
        self.whole = name in WHOLE
        self.commands = {}
        for group, prefixes, before in GROUPS[name]:
            found = [e for e in importlib.metadata.entry_points()[group] if e.name.startswith(prefixes)]
            self.commands.update({before + e.name.replace("_", " "): options_of(e.load()) for e in found})
        self.calls = {name: [] for name in self.commands}
        self.mended = {}

    def mend(self, method, other):
        """Gives the client a method that it calls and does not have."""
        from neutronclient.v2_0.client import Client

        if not hasattr(Client, method):
            setattr(Client, method, getattr(Client, other))
            self.mended = {name: method for name, calls in self.calls.items()
                           if any(f"'{method}'" in printed for _, _, printed in calls)}

    def note(self, argv, status, printed):
        text = " ".join(argv)
        name = max((n for n in self.commands if text.startswith(n + " ") or text == n), key=len, default=None)
        if name:
            options = {a for a in argv if a in self.commands[name]}
            self.calls[name].append((options, status == 0, printed))

    def result(self, name):
        if not self.calls[name] and not self.whole:
            return "not played"
        good = [options for options, ok, _ in self.calls[name] if ok]
        tried = set().union(*(options for options, _, _ in self.calls[name])) if self.calls[name] else set()
        left = sorted(self.commands[name] - tried)
        if not good and any(UNSHOWN in printed for _, _, printed in self.calls[name]):
            return "is done, and then the client fails at showing the empty answer"
        if not good:
            return "fails"
        if left:
            return "works, not tried: " + " ".join(f"`{o}`" for o in left)
        if name in self.mended:
            return f"works with a client that has `{self.mended[name]}`"
        return "works"

    def table(self):
        rows = [f"| command | its options{', all tried' if self.whole else ''} | done | refused | result |",
                "|---|---|---|---|---|"]
        for name in sorted(self.commands):
            done = sum(1 for _, ok, _ in self.calls[name] if ok)
            options = " ".join(f"`{o}`" for o in sorted(self.commands[name])) or "none"
            rows.append(f"| `openstack {name}` | {options} | {done} | {len(self.calls[name]) - done} | {self.result(name)} |")
        return rows

    def differences(self):
        """Lines of the table that the document has not, or has and that are not so."""
        said = DOC.read_text().splitlines() if DOC.exists() else []
        rows = self.table()
        own = tuple(f"| `openstack {name}` |" for name in self.commands)
        stale = [l for l in said if l.startswith(own) and l not in rows]
        bad = [f"commands: {l}" for l in rows if "fails |" in l or ("not tried:" in l and self.whole)]
        return (bad + [f"{DOC.name}: not so: {l}" for l in stale]
                + [f"{DOC.name}: not there: {l}" for l in rows if l not in said])
