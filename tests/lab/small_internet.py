"""Names, addresses and paths of a test's own making around a program that knows nothing of it: a name server, and a preloaded
library (tests/support/small_internet_preload.cpp) that leads the program to it and to loopback. Nothing leaves the machine, and
nobody has to be root.
"""

import os
import subprocess

from nameserver import describe_records
from ports import Reservation
from waiting import wait_until

LIBRARY = os.environ.get("IMMP_SMALL_INTERNET_LIBRARY") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "build", "asan", "tests", "libsmall_internet.so")
SECONDS = 30


class SmallInternet:
    """`services` are SRV records, {name: ["target,port,priority", ...]}; `hosts` addresses, {name: address}; `paths` where
    connections end, {"address:port": port on loopback}."""

    def __init__(self, folder, services, hosts, paths):
        self._reservation = Reservation()
        self._port = self._reservation.take()
        records = [f"srv-host={name},{target}" for name, targets in services.items() for target in targets]
        self._server = describe_records(folder, self._port, ["log-queries", *records])
        self._hosts, self._paths = hosts, paths
        self._process = None

    def environment(self):
        """Of the programs that live in it."""
        if not os.path.exists(LIBRARY):
            raise AssertionError(f"{LIBRARY} is not built (./run test builds it)")
        words = {name: " ".join(f"{key}={value}" for key, value in table.items())
                 for name, table in (("IMMP_HOSTS", self._hosts), ("IMMP_PATHS", self._paths))}
        return {"LD_PRELOAD": LIBRARY, "IMMP_NAMESERVER": str(self._port), **words}

    def asked(self):
        """The names whose records were asked for."""
        with open(self._server["log"], encoding="utf-8", errors="replace") as file:
            return {line.split("] ", 1)[1].split()[0] for line in file if "query[SRV] " in line}

    def __enter__(self):
        with open(self._server["log"], "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(self._server["argv"], env=self._server["env"], cwd=self._server["cwd"],
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until("the name server has started", self._has_started, SECONDS)
        return self

    def _has_started(self):
        if self._process.poll() is not None:
            raise AssertionError(f"the name server ended at once: {self._log()}")
        return "started, version" in self._log()

    def _log(self):
        with open(self._server["log"], encoding="utf-8", errors="replace") as file:
            return file.read()

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(SECONDS)
