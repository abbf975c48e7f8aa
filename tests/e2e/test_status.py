"""`immpd status` at the real daemon: true only while writes are synced and the component is attached; it never waits for either."""

import json
import os
import resource
import subprocess
import unittest

from alone import program
from harness import Lab
from waiting import wait_until

SECONDS = 60
UNREACHED, STORE = 69, 74  # EX_UNAVAILABLE, EX_IOERR


class Status(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--b", "prosody"))

    def status(self, *options):
        return subprocess.run([program(), "status", *options, "--config", self.lab.a["config"]], capture_output=True, text=True,
                              timeout=SECONDS, check=False)

    def steps(self):
        """Each step's name with whether it is well, and the exit status."""
        done = self.status("--json")
        return {step["step"]: step["ok"] for step in map(json.loads, done.stdout.splitlines())}, done.returncode

    def await_steps(self, store, handshake, status):
        expected = ({"store": store, "handshake": handshake}, status)
        wait_until(f"status {expected}", lambda: self.steps() == expected, SECONDS)

    def test_all_is_well(self):
        self.await_steps(True, True, 0)
        said = self.status().stdout.splitlines()
        self.assertEqual([line.split(":")[0] for line in said], ["ok      store", "ok      handshake"])
        self.assertIn("immp.a.example is attached to", said[1])

    def test_without_an_xmpp_server(self):
        self.lab.kill("a", "xmpp")
        self.addCleanup(self.lab.start, "a", "xmpp")
        self.await_steps(True, False, UNREACHED)
        said = self.status().stdout
        self.assertIn("FAILED  handshake: ", said)
        self.assertIn("check [component] address, port", said)

    def test_without_a_daemon(self):
        self.lab.kill("a", "immpd")
        self.addCleanup(self.lab.start, "a", "immpd")
        done = self.status()
        self.assertEqual((done.returncode, done.stdout), (UNREACHED, ""))
        self.assertIn("no immpd runs on", done.stderr)

    def test_full_disk(self):
        pid = self.lab.pid("a", "immpd")
        infinity = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_FSIZE, infinity)
        self.await_steps(True, True, 0)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        self.await_steps(False, True, STORE)
        said = self.status().stdout
        self.assertIn("FAILED  store: ", said)
        self.assertIn("make room on the disk of " + os.path.join(self.lab.folder, "a", "store"), said)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, infinity)
        self.await_steps(True, True, 0)


if __name__ == "__main__":
    unittest.main()
