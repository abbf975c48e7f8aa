"""An immpd without an XMPP server: what it does for its own users, and what that costs."""

import os
import shutil
import struct
import tempfile
import types

import authority
import daemon
from ports import LOOPBACK, Reservation
from processes import await_ready, end, launch
from programs import BUILD, tool

DOMAIN = "a.example"


class LoneDaemon:
    """`with LoneDaemon() as lone:` lone.side has what a load generator needs. Its store lies below the build folder, on the
    disk that lone.folder is on; its syncs are counted by a preloaded library."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lone-", dir=BUILD)
        self._reservation = Reservation()
        self._process = None
        self._syncs = os.path.join(self.folder, "syncs")

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        ca = authority.Authority(os.path.join(self.folder, "ca"))
        certificate, key, _ = ca.issue(DOMAIN, self.folder)
        ports = {name: self._reservation.take() for name in ("listener", "tls", "component")}
        side = types.SimpleNamespace(domain=DOMAIN, jid=f"immp.{DOMAIN}", component_secret="unused", ports=ports,
                                     certificate=certificate, key=key)
        config = daemon.write_config(self.folder, side)
        accounts = {f"{name}@{DOMAIN}": daemon.add_account(config, f"{name}@{DOMAIN}") for name in ("alice", "carol")}
        with open(self._syncs, "wb") as file:
            file.write(bytes(8))
        self._process = daemon.describe(self.folder, config, side)
        self._process["env"] |= {"LD_PRELOAD": os.path.abspath(tool("libbench_syncs.so")),
                                 "IMMP_BENCH_SYNCS": os.path.abspath(self._syncs)}
        launch(self._process)
        await_ready("immpd", self._process)
        self.certificate, self.key = certificate, key
        self.side = {"domain": DOMAIN, "tls": f"{LOOPBACK}:{ports['tls']}", "ca": ca.certificate, "accounts": accounts}

    def __exit__(self, *_):
        if self._process and self._process.get("pid"):
            end(self._process)
        shutil.rmtree(self.folder)

    @property
    def pid(self):
        return self._process["pid"]

    def syncs(self):
        with open(self._syncs, "rb") as file:
            return struct.unpack("=Q", file.read(8))[0]
