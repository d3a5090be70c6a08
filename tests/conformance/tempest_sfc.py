"""Tempest's own tests of service function chaining (Debian: neutron-tempest-plugin) against a site.

usage: tempest_sfc.py AUTH_URL PASSWORD FOLDER     prints "PASS name" or "FAIL name" and why, a line each

They are run as they are, with two things taken away.  Many of them plug the ports of their pairs into a
router: it has no part in what they check, and this site has no routers, so the client that they ask for
one answers nothing.  And Tempest waits ten seconds before it deletes a subnet, whatever the site says."""
import os
import pathlib
import sys
import types
import unittest

MODULES = ("neutron_tempest_plugin.sfc.tests.api.test_flowclassifier_extensions",
           "neutron_tempest_plugin.sfc.tests.api.test_sfc_extensions")

CONF = """
[DEFAULT]
log_file = {folder}/tempest.log
[auth]
use_dynamic_credentials = true
admin_username = admin
admin_password = {password}
admin_project_name = admin
admin_domain_name = Default
[identity]
uri_v3 = {auth_url}
auth_version = v3
region = RegionOne
[service_available]
neutron = true
nova = false
glance = false
cinder = false
swift = false
horizon = false
[network-feature-enabled]
api_extensions = all
[oslo_concurrency]
lock_path = {folder}/lock
"""


class NoRouters:
    """What the tests ask of routers."""

    def create_router(self, **_):
        return {"router": {"id": "00000000-0000-0000-0000-000000000000"}}

    def __getattr__(self, name):
        return lambda *_, **__: {}


class Told(unittest.TestResult):
    def name(self, test):
        return test.id().split("[")[0].rsplit(".", 1)[-1] if hasattr(test, "id") else str(test)

    def addSuccess(self, test, details=None):
        print("PASS", self.name(test), flush=True)

    def why(self, test, err, details):
        text = "".join(c.as_text() for c in details.values()) if details else str(err[1])
        print("FAIL", self.name(test), text.strip().splitlines()[-1][:300], flush=True)
        if os.environ.get("TEMPEST_TELLS"):
            print(text)

    def addFailure(self, test, err=None, details=None):
        super().addFailure(test, err or (AssertionError, AssertionError(""), None))
        self.why(test, err, details)

    def addError(self, test, err=None, details=None):
        super().addError(test, err or (AssertionError, AssertionError(""), None))
        self.why(test, err, details)

    def addSkip(self, test, reason=None, details=None):
        print("FAIL", self.name(test), "skipped:", reason or "".join(c.as_text() for c in details.values()), flush=True)


def main(auth_url, password, folder):
    folder = pathlib.Path(folder)
    (folder / "tempest.conf").write_text(CONF.format(auth_url=auth_url, password=password, folder=folder))
    os.environ["TEMPEST_CONFIG_DIR"] = str(folder)
    os.environ["TEMPEST_CONFIG"] = "tempest.conf"

    from tempest.api.network import base
    from tempest.lib.services.network import subnets_client
    import neutron_tempest_plugin.config  # noqa: F401 (its options)

    def setup_clients(cls, whole=base.BaseAdminNetworkTest.setup_clients.__func__):
        whole(cls)
        cls.admin_routers_client = NoRouters()

    base.BaseAdminNetworkTest.setup_clients = classmethod(setup_clients)
    subnets_client.time = types.SimpleNamespace(sleep=lambda _: None)
    result = Told()
    unittest.defaultTestLoader.loadTestsFromNames(MODULES).run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
