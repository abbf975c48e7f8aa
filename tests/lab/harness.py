"""What the end-to-end tests need of the lab: it is driven through ./run, as a user would."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UP_SECONDS = 240


class Lab:
    """`with Lab("--a", "prosody") as lab:` lab.sides is the JSON object that `lab up` prints, lab.a and lab.b its first two."""

    def __init__(self, *options):
        self._options = options
        self.folder = tempfile.mkdtemp(prefix="immp-lab-")

    def __enter__(self):
        try:
            self.sides = json.loads(self._run("up", *self._options))
        except BaseException:
            self._end()
            raise
        self.a, self.b = self.sides["a"], self.sides["b"]
        return self

    def __exit__(self, *_):
        self._end()

    def _end(self):
        """An `up` that was killed has no more ended what it had started: lab.json knows it."""
        try:
            if os.path.exists(os.path.join(self.folder, "lab.json")):
                self._run("down")
        finally:
            shutil.rmtree(self.folder)

    def kill(self, side, role):
        """SIGKILL, at this very moment; returns when the process is gone."""
        os.kill(self.pid(side, role), signal.SIGKILL)
        self._run("kill", side, role)

    def start(self, side, role):
        self._run("start", side, role)

    def log(self, side):
        """What the daemon of this side has logged so far."""
        with open(os.path.join(self.folder, side, "immpd.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def store(self, side):
        """The file of the daemon's store."""
        return os.path.join(self.folder, side, "store", "immp.db")

    def rows(self, side, query, values=()):
        """Rows of the daemon's store, read beside it; None while it cannot be read, as in the middle of a kill."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self.store(side)}?mode=ro", uri=True, timeout=5)) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.Error:
            return None

    def process(self, side, role):
        """The one that runs now, as processes.py describes it; what `up` printed tells the first one only."""
        with open(os.path.join(self.folder, "lab.json"), encoding="utf-8") as file:
            return json.load(file)["processes"][f"{side}.{role}"]

    def pid(self, side, role):
        return self.process(side, role)["pid"]

    def _run(self, verb, *arguments):
        done = subprocess.run([os.path.join(ROOT, "run"), "lab", verb, self.folder, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=UP_SECONDS, check=False)
        if done.returncode != 0:
            raise AssertionError(f"./run lab {verb} {' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout
