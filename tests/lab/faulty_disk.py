"""An immpd of the lab on a disk that fails or hangs on demand, its standard exit status, and its stanzas seen from outside.

The faults come from a preloaded library (tests/support/faulty_disk_preload.cpp tells its commands); the daemon knows nothing
of it. Each event of the disk is on our side of the socket before the operation returns to the daemon: what the daemon sends
because of it is read later.
"""

import json
import os
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

from processes import listening_ports
from waiting import wait_until

LIBRARY = os.environ.get("IMMP_FAULTY_DISK_LIBRARY") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "build", "asan", "tests", "libfaulty_disk.so")
SECONDS = 30


class Disk:
    """The far end of the library's socket."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        self._socket.connect(path)
        self._input = b""
        self._lock = threading.Lock()
        self._events, self._answers = [], []

    def close(self):
        self._socket.close()

    def _take(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the daemon is gone")
        *lines, self._input = (self._input + data).split(b"\n")
        for line in lines:
            answer = line.startswith((b"ok ", b"no such"))
            (self._answers if answer else self._events).append(line.decode())

    def command(self, line):
        """How many operations failed so far."""
        with self._lock:
            self._socket.sendall(line.encode() + b"\n")
            while not self._answers:
                self._take()
            verdict, _, count = self._answers.pop(0).partition(" ")
        if verdict != "ok":
            raise AssertionError(f"{line}: no such command")
        return int(count)

    def events(self):
        """What has happened on the disk until now."""
        with self._lock:
            self._socket.setblocking(False)
            try:
                while True:
                    self._take()
            except (BlockingIOError, ConnectionError):
                return list(self._events)
            finally:
                self._socket.settimeout(SECONDS)

    def hold(self, path):
        """From now on syncs of files whose name holds `path` hang."""
        self.command(f"hold {path}")

    def wait_held(self):
        """Returns when one hangs; the number of events by then."""
        wait_until("a sync that hangs", self.is_held, SECONDS)
        return len(self.events())

    def is_held(self):
        last = [event for event in self.events() if event.startswith(("held ", "synced "))]
        return bool(last) and last[-1].startswith("held ")

    def release(self):
        self.command("release")

    def fail(self, operation, kind, path, passes=0, times=0):
        """`times` operations fail (0: all) after `passes` that do not; `kind` is io or full."""
        self.command(f"fail {operation} {kind} {passes} {times} {path}")

    def mend(self):
        self.command("mend")


class Daemon:
    """The immpd of one side, started by us in place of the lab's, which must be dead."""

    def __init__(self, lab, side, **environment):
        with open(os.path.join(lab.folder, "lab.json"), encoding="utf-8") as file:
            process = json.load(file)["processes"][f"{side}.immpd"]
        self.log = process["log"]
        steering = os.path.join(process["cwd"], "disk.sock")
        if os.path.exists(steering):
            os.unlink(steering)
        if not os.path.exists(LIBRARY):
            raise AssertionError(f"{LIBRARY} is not built (./run test builds it)")
        with open(self.log, "ab") as log:
            self._log_begin = log.tell()
            self.process = subprocess.Popen(
                process["argv"], cwd=process["cwd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**process["env"], "LD_PRELOAD": LIBRARY, "IMMP_FAULTY_DISK": steering, **environment})
        try:
            wait_until("immpd listens", lambda: self._listens(process["ports"]), SECONDS)
            self.disk = Disk(steering)
        except BaseException:
            self.end()
            raise

    def _listens(self, ports):
        if self.process.poll() is not None:
            raise AssertionError(f"immpd ended at once: {self.said()}")
        return set(ports) <= listening_ports(self.process.pid)

    def said(self):
        """Its log since it was started."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            file.seek(self._log_begin)
            return file.read()

    def wait_end(self):
        """The exit status of a daemon that ends by itself."""
        return self.process.wait(SECONDS)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.disk.close()  # which releases a held sync
        self.end()


class Stanzas:
    """Stands between a component and its XMPP server, and reads along."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._server_address = (host, int(port))
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self.received, self.sent = [], []
        self._links = []
        self._towards_component = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for link in [self._listener, *self._links]:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            link.close()

    def _serve(self):
        while True:
            try:
                component = self._listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(self._server_address)
            self._links = [component, server]
            for source, target, stanzas, lock in ((component, server, self.sent, threading.Lock()),
                                                  (server, component, self.received, self._towards_component)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(source, target, stanzas, lock), daemon=True).start()

    def _pump(self, source, target, stanzas, lock):
        parser, depth = ElementTree.XMLPullParser(("start", "end")), 0
        try:
            while data := source.recv(65536):
                parser.feed(data)
                with lock:
                    target.sendall(data)
                for event, element in parser.read_events():
                    depth += 1 if event == "start" else -1
                    if event == "end" and depth == 1:
                        stanzas.append(element)
        except OSError:
            pass
        for link in (source, target):
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def inject(self, text):
        """A stanza for the component; only while the server sends none."""
        with self._towards_component:
            self._links[0].sendall(text.encode())
