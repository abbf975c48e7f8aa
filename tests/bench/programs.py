"""The programs of the rows, driven by lines, and what the kernel tells about a process."""

import json
import os
import re
import select
import subprocess
import tempfile
import time

from processes import Failure

BUILD = os.environ.get("IMMP_BIN", "build/bench")
ANSWER_SECONDS = 150
END_SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")


def tool(name):
    return os.path.join(BUILD, "tests", "bench", name)


class Program:
    """A program that answers each line of its input with one line of JSON. Ends with the `with`."""

    def __init__(self, *arguments, first=()):
        self._name = os.path.basename(arguments[0])
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)
        self._input = b""
        self.say(*first)

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended already; whoever talked to it knows why
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def say(self, *lines):
        try:
            self._process.stdin.write("".join(line + "\n" for line in lines).encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            self._fail("ended")

    def _fail(self, how):
        self._errors.seek(0)
        raise Failure(f"{self._name} {how}: {self._errors.read().decode(errors='replace').strip() or 'no message'}")

    def answer(self, seconds=ANSWER_SECONDS):
        deadline = time.monotonic() + seconds
        while b"\n" not in self._input:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                self._fail(f"gave no answer within {seconds} s")
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                self._process.wait()
                self._fail(f"ended with status {self._process.returncode}")
            self._input += data
        line, self._input = self._input.split(b"\n", 1)
        return json.loads(line)

    def ask(self, line, seconds=ANSWER_SECONDS):
        self.say(line)
        return self.answer(seconds)


def run_once(*arguments, seconds=ANSWER_SECONDS):
    """A program that prints one JSON object and ends."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise Failure(f"{os.path.basename(arguments[0])} ended with status {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def load(side, name):
    """A load generator for one account of a side that `lab up` or LoneDaemon shows."""
    address = f"{name}@{side['domain']}"
    return Program(tool("bench_load"), side["tls"].rsplit(":", 1)[1], side["domain"], side["ca"], address,
                   first=[side["accounts"][address]])


def cpu_seconds(pid):
    """User and system time of all threads of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def all_cpu_seconds():
    """User and system time of all that runs on the machine, and what its host took away."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, _, _, stolen = (int(field) for field in file.readline().split()[1:9])
    return (user + nice + system + stolen) / TICKS


def with_share_of_others(pids, act):
    """The figures of act(), and the share of all processors that whatever else runs than `pids` and this process had meanwhile."""
    def others():
        return all_cpu_seconds() - sum(map(cpu_seconds, pids)) - sum(os.times()[:2])

    before, began = others(), time.monotonic()
    figures = act()
    return figures | {"share of others": (others() - before) / (time.monotonic() - began) / os.cpu_count()}


def anonymous_kib(pid):
    """What the process itself allocated and touched; its program files are not in it."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"^RssAnon:\s+(\d+) kB$", file.read(), re.MULTILINE).group(1))
