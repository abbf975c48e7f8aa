"""The lab's own promises: nothing is left behind however it ends, one command at a time, one line an error."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import ROOT, Lab
from processes import is_alive
from waiting import wait_until

RUN = os.path.join(ROOT, "run")
SECONDS = 120


class LabItself(unittest.TestCase):
    def setUp(self):
        scratch = self.enterContext(tempfile.TemporaryDirectory(prefix="immp-lab-test-"))
        self.scratch = os.path.realpath(scratch)
        self.folder = os.path.join(self.scratch, "lab")

    def lab(self, *arguments):
        return subprocess.run([RUN, "lab", *arguments], cwd=self.scratch, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=SECONDS, check=False)

    def processes(self):
        """What lab.json says was started; nothing as long as it is not there."""
        try:
            with open(os.path.join(self.folder, "lab.json"), encoding="utf-8") as file:
                described = json.load(file)["processes"]
        except FileNotFoundError:
            return {}
        return {name: process for name, process in described.items() if process.get("pid")}

    def half_up(self):
        """An `up` whose ejabberd has been started and is not ready."""
        up = subprocess.Popen([RUN, "lab", "up", self.folder, "--no-immpd"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(up.stderr.close)
        self.addCleanup(self.lab, "down", self.folder)
        self.addCleanup(up.kill)
        wait_until("b.xmpp is known", lambda: "b.xmpp" in self.processes(), SECONDS)
        self.assertIsNone(up.poll(), "up was done before it could be ended")
        return up

    def assert_refused(self, arguments, status, reason):
        done = self.lab(*arguments)
        lines = done.stderr.splitlines()
        self.assertEqual((done.returncode, len(lines), done.stdout), (status, 1, ""), done.stderr)
        self.assertIn(reason, lines[0])

    def test_up_that_is_killed_is_ended_by_down(self):
        up = self.half_up()
        up.kill()
        up.wait()
        started = self.processes()
        self.assertTrue(is_alive(started["b.xmpp"]))
        self.assert_refused(["up", self.folder, "--no-immpd"], 1, "a lab runs in")
        self.assertEqual(self.lab("down", self.folder).returncode, 0)
        self.assertEqual([name for name, process in started.items() if is_alive(process)], [])
        self.assertEqual(self.lab("up", self.folder, "--no-immpd").returncode, 0)

    def test_up_that_is_told_to_end_ends_what_it_started(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number.name):
                up = self.half_up()
                up.send_signal(number)
                self.assertEqual(up.wait(SECONDS), 128 + number)
                self.assertNotIn("Traceback", up.stderr.read())
                self.assertEqual([name for name, process in self.processes().items() if is_alive(process)], [])
                shutil.rmtree(self.folder)  # or the next half_up would look at this one's lab.json

    def test_second_up_in_the_same_folder_is_refused(self):
        self.half_up()
        self.assert_refused(["up", self.folder, "--no-immpd"], 1, "another ./run lab works in")

    def test_each_error_is_one_line(self):
        full = os.path.join(self.scratch, "full")
        os.mkdir(full)
        with open(os.path.join(full, "letter"), "w", encoding="ascii"):
            pass
        for arguments, status, reason in (
                (["up", full, "--no-immpd"], 1, "is not empty and not a lab"),
                (["up", os.path.join(full, "letter"), "--no-immpd"], 1, "File exists"),
                (["up", "/proc/lab", "--no-immpd"], 1, "No such file or directory"),
                (["up", self.folder, "--no-immpd", "--zap"], 2, "--zap"),
                (["up", self.folder, "--no-immpd", "--a", "openfire"], 2, "openfire"),
                (["up", "--no-immpd"], 2, "DIR"),
                (["down", "nowhere"], 1, f"{self.scratch}/nowhere holds no lab"),
                (["kill", "nowhere", "a", "immpd"], 1, "holds no lab"),
                (["kill", full, "z", "immpd"], 2, "'z'"),
                (["up", self.folder, "--no-immpd", "--domains", "99"], 2, "99"),
                (["sing"], 2, "sing"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(arguments, status, reason)

    def test_programs_that_are_not_there_are_named(self):
        done = subprocess.run([RUN, "lab", "up", self.folder], env={**os.environ, "IMMP_BIN": "nowhere"}, cwd=self.scratch,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"run: immpd and immp are not in {self.scratch}/nowhere\n")

    def test_immpd_starts_before_its_server(self):
        with Lab("--a", "prosody", "--b", "prosody") as lab:
            for role in ("xmpp", "immpd"):
                lab.kill("a", role)
            for role in ("immpd", "xmpp"):
                lab.start("a", role)


if __name__ == "__main__":
    unittest.main()
