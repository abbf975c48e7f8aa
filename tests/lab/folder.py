"""A lab's folder: lab.json in it holds what `up` printed and the description of every process."""

import contextlib
import fcntl
import json
import os
import shutil
import sys

from processes import Failure, await_ready, end, is_alive, launch

DOMAINS = "abcdefghijkl"  # a lab has the first two, at least
ENTRIES = (*DOMAINS, "ca", "dns", "keeper.log", "lab.json", "lab.json.new")


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


class Folder:
    def __init__(self, path):
        self.root = os.path.abspath(path)
        self.shown = {}
        self.processes = {}

    def path(self, *names):
        return os.path.join(self.root, *names)

    def save(self):
        state = {"shown": self.shown, "processes": self.processes}
        draft = self.path("lab.json.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(state, file, indent=1)
        os.replace(draft, self.path("lab.json"))

    def load(self):
        try:
            with open(self.path("lab.json"), encoding="utf-8") as file:
                state = json.load(file)
            self.shown, self.processes = state["shown"], state["processes"]
        except OSError as error:
            raise Failure(f"{self.root} holds no lab: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(f"{self.root}/lab.json is not a lab's") from error
        return self

    @contextlib.contextmanager
    def turn(self, mode=fcntl.LOCK_EX):
        """One command at a time changes a lab. The lock is the folder's own, so that it leaves nothing and ends with us."""
        try:
            descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Failure(f"{self.root} holds no lab: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, mode)
            yield self
        except BlockingIOError as error:
            raise Failure(f"another ./run lab works in {self.root}") from error
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def claimed(self):
        """A new or empty folder, or one whose lab has ended: then the old lab's files go."""
        os.makedirs(self.root, mode=0o700, exist_ok=True)
        with self.turn(fcntl.LOCK_EX | fcntl.LOCK_NB):
            self._clear()
            self.save()  # from now on the folder is known as a lab's, wherever the command ends
            yield self

    def _clear(self):
        entries = set(os.listdir(self.root))
        if not entries:
            return
        if not entries <= set(ENTRIES) or "lab.json" not in entries:
            raise Failure(f"{self.root} is not empty and not a lab")
        old = Folder(self.root).load()
        alive = [name for name, process in old.processes.items() if is_alive(process)]
        if alive:
            raise Failure(f"a lab runs in {self.root} ({', '.join(alive)}): end it with ./run lab down")
        for entry in entries:
            path = self.path(entry)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def is_alive(self, name):
        return name in self.processes and is_alive(self.processes[name])

    def start(self, name, inherited=()):
        """Starts one process; its id is on disk before anybody waits for it."""
        say(f"starting {name}")
        process = self.processes[name]
        launch(process, inherited)
        for side, shown in self.shown.items():
            if name == f"{side}.immpd":
                shown["pid"] = process["pid"]
            elif name == f"{shown['xmpp']['server']}.xmpp":
                shown["xmpp"]["pid"] = process["pid"]
        self.save()
        await_ready(name, process)

    def end(self):
        for name in reversed(list(self.processes)):
            end(self.processes[name])
