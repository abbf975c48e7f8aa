"""The scripted XMPP server: plays each *.scenario of this folder to a real immpd over TCP.

    run.py [BUILD-FOLDER]       the folder of immpd; else IMMP_BIN
    run.py BUILD-FOLDER NAME... only these

A scenario is a text file; `#` begins a comment, a line ending in `\\` goes on in the next one. Its lines, in order:

    set SECTION KEY VALUE   a line of immpd's configuration (before all others)
    online                  accept, header, receive the handshake and take it
    accept                  wait for immpd to connect and send its header
    header                  send ours, with id `s1`
    receive STANZA          the next stanza is like this one: the same elements, each attribute given here has this value, the
                            text is the same; `$name` takes any value the first time and stands for it afterwards.
                            A ping of immpd that is not asked for is answered and passed over
    send TEXT               as it stands, after `$name`, {CHARACTERS*COUNT}, {sha1 TEXT} and {octets HEX}
    trickle TEXT            the same, an octet at a time
    flood TEXT              sends it, as `send` does, again and again and reads nothing, until immpd ends the connection
    closed                  immpd closes the connection
    close                   we do
    log TEXT                a line of immpd's log, after those found before, has this text
    mark                    starts a clock
    within SECONDS          which has not gone on for longer
    memory                  remembers how much memory immpd holds
    grown_within MIB        since then it has never held more than that in addition

Every wait has a deadline. At the end SIGTERM must end immpd with status 0.
"""

import concurrent.futures
import glob
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

from authority import Authority  # noqa: E402
from processes import peak_bytes, reset_peak  # noqa: E402
from waiting import Late, wait_until  # noqa: E402

DEADLINE = 20
FLOOD_BYTES = 1 << 30
AT_ONCE = 6
SECRET = "scenario"
NAMESPACES = "xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'"
HEADER = f"<?xml version='1.0'?><stream:stream {NAMESPACES} id='s1' from='immp.a.example'>"
PING = "{urn:xmpp:ping}ping"


class Failed(Exception):
    pass


class Connection:
    """One connection of immpd, read as a stream of stanzas."""

    def __init__(self, link):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(0.1)
        self._link = link
        self._parser = ElementTree.XMLPullParser(events=("start", "end"))
        self._depth = 0
        self.stanzas = []
        self.headers = []  # of one; lists, because an element without children counts as false
        self.ended = False

    def pump(self):
        """Takes what has come, for a tenth of a second at most."""
        try:
            octets = self._link.recv(65536)
        except TimeoutError:
            return
        except ConnectionError:
            octets = b""
        if not octets:
            self.ended = True
            return
        self._parser.feed(octets)
        for event, element in self._parser.read_events():
            self._depth += 1 if event == "start" else -1
            if event == "start" and self._depth == 1:
                self.headers.append(element)
            elif event == "end" and self._depth == 1:
                self.stanzas.append(element)

    def send(self, text):
        try:
            self._link.settimeout(DEADLINE)
            self._link.sendall(text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise Failed(f"immpd does not read: {error}") from error
        finally:
            self._link.settimeout(0.1)

    def flood(self, text):
        """The octets sent until the other side ended the connection."""
        octets, sent = text.encode(), 0
        self._link.settimeout(DEADLINE)
        try:
            while sent < FLOOD_BYTES:
                self._link.sendall(octets)
                sent += len(octets)
        except TimeoutError as late:
            raise Failed("immpd neither reads nor ends the connection") from late
        except ConnectionError:
            return
        raise Failed(f"immpd has read {sent >> 20} MiB, and nothing was read of its answers")

    def close(self):
        self._link.close()


def like(pattern, stanza, names):
    """Whether the stanza is as the pattern says; `names` learns what `$name` stands for."""
    def same(expected, seen):
        if not expected.startswith("$"):
            return expected == seen
        return seen is not None and names.setdefault(expected[1:], seen) == seen

    if pattern.tag != stanza.tag or len(pattern) != len(stanza):
        return False
    if not all(same(value, stanza.get(name)) for name, value in pattern.items()):
        return False
    if pattern.text and not same(pattern.text, stanza.text or ""):
        return False
    return all(like(*pair, names) for pair in zip(pattern, stanza))


class Scenario:
    def __init__(self, path, program, authority_files):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"\\\n\s*", "", file.read())
        self._lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        self._program, self._files = program, authority_files
        self._names = {}
        self._connection = None
        self._log_at = 0
        self._marked = None
        self._pid = None
        self._held = None
        self._settings = {}

    def play(self):
        with tempfile.TemporaryDirectory(prefix="immp-scenario-") as folder, socket.create_server(("127.0.0.1", 0)) as listener:
            self._listener, self._log = listener, os.path.join(folder, "immpd.log")
            steps = self._take_settings()
            config = self._write_config(folder, listener.getsockname()[1])
            with open(self._log, "ab") as log:
                immpd = subprocess.Popen([self._program, "run", "--config", config], stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, cwd=folder)
            self._pid = immpd.pid
            try:
                for line in steps:
                    try:
                        self._step(*line.partition(" ")[::2])
                    except (Failed, Late) as failure:
                        raise Failed(f"{line[:200]}\n    {failure}\n{self._tail()}") from failure
                self._end(immpd)
            finally:
                immpd.kill()
                immpd.wait()
                if self._connection:
                    self._connection.close()

    def _take_settings(self):
        steps = []
        for line in self._lines:
            verb, _, rest = line.partition(" ")
            if verb == "set":
                section, key, value = rest.split(" ", 2)
                self._settings.setdefault(section, []).append(f"{key} = {value}")
            else:
                steps.append(line)
        return steps

    def _write_config(self, folder, port):
        certificate, key = self._files
        sections = {
            "listener": ['address = "127.0.0.1"', "port = 0", f'certificate = "{certificate}"', f'key = "{key}"'],
            "component": ['address = "127.0.0.1"', f"port = {port}", 'jid = "immp.a.example"', f'secret = "{SECRET}"'],
            "store": [f'directory = "{os.path.join(folder, "store")}"'],
            "log": ['level = "debug"'],
        }
        for section, lines in self._settings.items():
            sections[section] = sections[section] + lines
        path = os.path.join(folder, "immpd.toml")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write('domain = "a.example"\n')
            for section, lines in sections.items():
                file.write("\n".join([f"[{section}]", *lines, ""]))
        return path

    def _end(self, immpd):
        immpd.send_signal(signal.SIGTERM)
        try:
            status = immpd.wait(DEADLINE)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"SIGTERM did not end immpd\n{self._tail()}") from late
        if status != 0:
            raise Failed(f"immpd ended with status {status}\n{self._tail()}")

    def _tail(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return "".join("    | " + line for line in file.readlines()[-12:])

    def _step(self, verb, rest):
        steps = {"online": self._online, "accept": self._accept, "header": lambda: self._connection.send(HEADER),
                 "closed": self._closed, "close": lambda: self._connection.close(), "mark": self._mark, "memory": self._memory}
        with_text = {"receive": self._receive, "send": lambda text: self._connection.send(self._expand(text)),
                     "flood": lambda text: self._connection.flood(self._expand(text)), "trickle": self._trickle, "log": self._wait_log, "within": self._within,
                     "grown_within": self._grown_within}
        if verb in steps and not rest:
            steps[verb]()
        elif verb in with_text and rest:
            with_text[verb](rest)
        else:
            raise Failed("no such step")

    def _expand(self, text):
        text = re.sub(r"\{octets ([0-9a-f ]+)\}",
                      lambda found: bytes.fromhex(found[1]).decode("utf-8", "surrogateescape"), text)
        text = re.sub(r"\{([^{}]+)\*(\d+)\}", lambda found: found[1] * int(found[2]), text)
        text = re.sub(r"\{sha1 ([^{}]+)\}", lambda found: hashlib.sha1(found[1].encode()).hexdigest(), text)
        return re.sub(r"\$(\w+)", lambda found: self._names[found[1]], text)

    def _wait(self, what, event):
        connection = self._connection

        def seen():
            connection.pump()
            found = event()
            if not found and connection.ended:
                raise Failed(f"immpd closed the connection instead of: {what}")
            return found

        return wait_until(what, seen, DEADLINE, interval=0)

    def _accept(self):
        self._listener.settimeout(DEADLINE)
        try:
            self._connection = Connection(self._listener.accept()[0])
        except TimeoutError as late:
            raise Failed("immpd did not connect") from late
        header, = self._wait("a stream header", lambda: self._connection.headers)
        if header.tag != "{http://etherx.jabber.org/streams}stream" or header.get("to") != "immp.a.example":
            raise Failed(f"another header: {ElementTree.tostring(header)}")

    def _online(self):
        self._accept()
        self._connection.send(HEADER)
        self._receive(f"<handshake>{{sha1 s1{SECRET}}}</handshake>")
        self._connection.send("<handshake/>")
        self._wait_log("online as immp.a.example")

    def _receive(self, text):
        expanded = re.sub(r"\{sha1 ([^{}]+)\}", lambda found: hashlib.sha1(found[1].encode()).hexdigest(), text)
        pattern = ElementTree.fromstring(f"<x {NAMESPACES}>{expanded}</x>")[0]
        while True:
            stanza = self._wait("a stanza", lambda: self._connection.stanzas).pop(0)
            if like(pattern, stanza, self._names):
                return
            if stanza.find(PING) is None or stanza.get("type") != "get":
                raise Failed(f"another stanza came: {ElementTree.tostring(stanza).decode()[:600]}")
            self._connection.send(f"<iq type='result' id='{stanza.get('id')}' from='{stanza.get('to')}'/>")

    def _trickle(self, text):
        for character in self._expand(text):
            self._connection.send(character)

    def _closed(self):
        def ended():
            self._connection.pump()
            return self._connection.ended
        wait_until("immpd closes the connection", ended, DEADLINE, interval=0)
        self._connection.close()

    def _wait_log(self, text):
        def found():
            with open(self._log, encoding="utf-8", errors="replace") as file:
                log = file.read()
            at = log.find(text, self._log_at)
            if at < 0:
                return False
            self._log_at = at + len(text)
            return True
        wait_until(f"the log says: {text}", found, DEADLINE)

    def _mark(self):
        self._marked = time.monotonic()

    def _within(self, seconds):
        took = time.monotonic() - self._marked
        if took > float(seconds):
            raise Failed(f"it took {took:.1f} s")

    def _memory(self):
        reset_peak(self._pid)
        self._held = peak_bytes(self._pid)

    def _grown_within(self, mib):
        grown = peak_bytes(self._pid) - self._held
        if grown > int(mib) << 20:
            raise Failed(f"its memory grew by {grown >> 20} MiB")


def main(arguments):
    program = os.path.join(os.path.abspath(arguments[0]) if arguments else os.environ["IMMP_BIN"], "immpd")
    paths = sorted(glob.glob(os.path.join(HERE, "*.scenario")))
    if len(arguments) > 1:
        paths = [path for path in paths if os.path.splitext(os.path.basename(path))[0] in arguments[1:]]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="immp-scenarios-") as folder:
        authority = Authority(os.path.join(folder, "ca"))
        files = authority.issue("a.example", folder)[:2]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for path, play in [(path, pool.submit(Scenario(path, program, files).play)) for path in paths]:
                name = os.path.splitext(os.path.basename(path))[0]
                try:
                    play.result()
                    print(f"ok      {name}", flush=True)
                except Exception as failure:  # whatever went wrong is that scenario's failure
                    failed += 1
                    print(f"FAILED  {name}: {failure}", flush=True)
    print(f"{len(paths) - failed} passed, {failed or int(not paths)} failed", flush=True)
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
