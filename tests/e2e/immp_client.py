"""A second IMMP client, written from docs/protocol.md and the project's decisions alone: it shares no code with the daemon.

It never waits for a reply before it sends on: what belongs together is written at once, then the replies are read in order.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import re
import secrets
import socket
import ssl
import unicodedata

from nacl.bindings import crypto_pwhash_ALG_ARGON2ID13, crypto_pwhash_alg

from waiting import wait_until

LINE = re.compile(r"(?:(?P<id>[A-Za-z0-9]{1,32}): )?(?P<code>\d{3})(?P<more>-?)(?: (?P<text>.*))?$", re.DOTALL)
COUNTED = re.compile(r"LENGTH (\d+)(?: |$)")
BASE64_WIDTH = 76


class Closed(Exception):
    """The server ended the connection."""


@dataclasses.dataclass
class Reply:
    """One line of a reply, with the body that it announces."""
    pipeline: str
    code: int
    more: bool
    text: str
    body: bytes = None

    def field(self, name):
        found = re.search(rf"(?:^| ){re.escape(name)}=(\S*)", self.text)
        return found.group(1) if found else None


@dataclasses.dataclass
class Answer:
    """All lines of one reply; the last one gives the code."""
    lines: list

    @property
    def last(self):
        return self.lines[-1]

    @property
    def code(self):
        return self.last.code

    def recipients(self):
        """What DONE says of each recipient: address -> code."""
        return {address: int(code) for address, code, *_ in (line.text.split(" ") for line in self.lines if line.code == 274)}


@dataclasses.dataclass
class Part:
    name: str
    data: bytes
    type: str = "application/octet-stream"
    content: bool = False
    base64: bool = False

    def wire(self):
        line = f'DATA "{self.name}" TYPE {self.type}' + (" +CONTENT" if self.content else "")
        if not self.base64:
            return f"{line} LENGTH {len(self.data)}\n".encode() + self.data + b"\n"
        text = base64.b64encode(self.data)
        lines = b"".join(text[at:at + BASE64_WIDTH] + b"\n" for at in range(0, len(text), BASE64_WIDTH))
        return f"{line} +BASE64\n".encode() + lines + (b"\n" if lines else b"\n\n") + (b"\n" if lines else b"")


def text_part(text):
    return Part("text", text.encode(), "text/plain", content=True)


def metadata_part(**members):
    return Part("metadata", json.dumps(members).encode(), "application/immp-metadata+json")


def scram(password, account, device, challenge, nonce, binding="n"):
    """Proof, and the server's expected `v=`, for the challenge: the text of the 303 line from `n1=` on."""
    fields = dict(item.split("=", 1) for item in challenge.split(" "))
    salted = crypto_pwhash_alg(32, unicodedata.normalize("NFC", password).encode(), base64.b64decode(fields["salt"], validate=True),
                               int(fields["t"]), int(fields["m"]) * 1024, crypto_pwhash_ALG_ARGON2ID13)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    message = "".join(line + "\n" for line in ("IMMP1 scram", account, device, challenge, nonce, binding)).encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
    proof = bytes(one ^ other for one, other in zip(client_key, signature))
    return base64.b64encode(proof).decode(), base64.b64encode(hmac.digest(server_key, message, "sha256")).decode()


class Connection:
    """Lines and counted bodies. Every wait is bounded by the socket's timeout of `seconds`."""

    def __init__(self, address, seconds=60):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = b""

    @property
    def raw(self):
        """The socket, for who goes past lines and bodies."""
        return self._socket

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def secure(self, domain, ca, alpn=("immp/1",)):
        """The TLS handshake; the certificate must name the domain."""
        if self._input:
            raise Closed("octets before the TLS handshake")
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(list(alpn))
        self._socket = context.wrap_socket(self._socket, server_hostname=domain)

    def send(self, data):
        self._socket.sendall(data.encode() if isinstance(data, str) else data)

    def _receive(self):
        data = self._socket.recv(262144)
        if not data:
            raise Closed(f"closed by the server, {len(self._input)} octets unread")
        self._input += data

    def line(self):
        """The next line, without its end."""
        while (end := self._input.find(b"\n")) < 0:
            self._receive()
        line, self._input = self._input[:end], self._input[end + 1:]
        return line.decode()

    def body(self, octets):
        """A counted body; its line end is read too."""
        pieces, missing = [self._input], octets + 1 - len(self._input)
        while missing > 0:
            pieces.append(self._socket.recv(min(missing, 1 << 20)))
            if not pieces[-1]:
                raise Closed("closed by the server inside a body")
            missing -= len(pieces[-1])
        whole = b"".join(pieces)
        self._input = whole[octets + 1:]
        if whole[octets:octets + 1] != b"\n":
            raise Closed("no line end behind a body")
        return whole[:octets]

    def reply_line(self):
        line = self.line()
        found = LINE.match(line)
        if not found:
            raise Closed(f"not a reply: {line!r}")
        reply = Reply(found["id"], int(found["code"]), found["more"] == "-", found["text"] or "")
        counted = COUNTED.match(reply.text)
        if reply.code in (250, 251, 252) and counted:
            reply.body = self.body(int(counted.group(1)))
        return reply

    def answer(self):
        """The lines of one reply outside pipelines, or of the pipeline that speaks first."""
        lines = [self.reply_line()]
        while lines[-1].more:
            lines.append(self.reply_line())
        return Answer(lines)

    def answers(self, count):
        return [self.answer() for _ in range(count)]

    def ask(self, line):
        self.send(line + "\n")
        return self.answer()

    def rest(self):
        """What still comes until the server closes."""
        lines = []
        try:
            while True:
                lines.append(self.reply_line())
        except (Closed, ConnectionError):
            return lines


def greet(address, domain, ca, **options):
    """A plain connection, upgraded to TLS 1.3: Unauthenticated."""
    connection = Connection(address, **options)
    try:
        expect(connection.answer(), 100)
        methods = expect(connection.answer(), 102)
        assert "TLS3" in methods.last.text.split(" "), methods
        assert expect(connection.answer(), 101).last.field("d") == domain
        expect(connection.ask("UPGRADE TLS3"), 204)
        connection.secure(domain, ca)
        assert expect(connection.answer(), 101).last.field("d") == domain
    except BaseException:
        connection.close()
        raise
    return connection


def greet_tls(address, domain, ca, **options):
    """A connection with TLS from the first octet: Unauthenticated."""
    connection = Connection(address, **options)
    try:
        connection.secure(domain, ca)
        expect(connection.answer(), 100)
        assert expect(connection.answer(), 101).last.field("d") == domain
    except BaseException:
        connection.close()
        raise
    return connection


def expect(answer, code):
    if answer.code != code:
        raise AssertionError(f"expected {code}, got {answer}")
    return answer


def log_in(connection, account, password, device=""):
    """SCRAM both ways; returns the 210."""
    connection.send(f'AUTH SECRET {account}' + (f' "{device}"' if device else "") + "\n")
    expect(connection.answer(), 302)
    challenge = expect(connection.answer(), 303).last.text
    challenge = challenge[challenge.index("n1="):]
    nonce = base64.b64encode(secrets.token_bytes(18)).decode()
    proof, server_proof = scram(password, account, device, challenge, nonce)
    accepted = expect(connection.ask(f"AUTH RESPONSE SCRAM {proof} NONCE {nonce}"), 210)
    if accepted.last.field("v") != server_proof:
        raise AssertionError("the server does not know the password's ServerKey")
    return accepted


def push(connection, recipient, publisher, part, identity=None, token=None, ttl=None, important=False, actions=()):
    """A whole PUSH TO at once, in whatever state; DONE's answer, or PUSH TO's where that is a refusal."""
    line = f"PUSH TO {recipient} FROM {publisher}"
    line += "".join(f" {name} {value}" for name, value in (("ID", identity), ("TOKEN", token), ("TTL", ttl)) if value)
    line += "".join(f' ACTION "{label}" {uri}' for label, uri in actions) + (" +IMPORTANT" if important else "")
    connection.send(line + "\n")
    begun = connection.answer()
    if begun.code != 270:
        return begun
    connection.send(part.wire() + b"DONE\n")
    for code in (271, 272):
        expect(connection.answer(), code)
    return connection.answer()


class Mailer:
    """A logged-in session of one of the lab's accounts."""

    def __init__(self, side, name, listener="listener", **options):
        self.address = next(address for address in side["accounts"] if address.startswith(name + "@"))
        self.connection = (greet if listener == "listener" else greet_tls)(side[listener], side["domain"], side["ca"], **options)
        try:
            log_in(self.connection, self.address, side["accounts"][self.address])
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def submit(self, recipients, subject, parts, identity=None):
        """Writes a whole delivery at once, then reads its replies; returns DONE's."""
        quoted = subject.replace("\\", "\\\\").replace('"', '\\"')
        self.connection.send(f'DELIVER TO {",".join(recipients)} SUBJECT "{quoted}"' + (f" ID {identity}" if identity else "") + "\n")
        for part in parts:
            self.connection.send(part.wire())
        self.connection.send("DONE\n")
        expect(self.connection.answer(), 270)
        for _ in parts:
            for code in (271, 272):
                expect(self.connection.answer(), code)
        return self.connection.answer()

    def push(self, recipient, part, publisher=None, **options):
        """Pushes as this account, or in another of its names; DONE's answer."""
        return push(self.connection, recipient, publisher or self.address, part, **options)

    def index(self, path="/INBOX", selector=""):
        """All messages of a folder, newest first, by as many INDEX commands as it takes."""
        messages, cursor = [], None
        while True:
            answer = expect(self.connection.ask(f"MBOX INDEX {path}{selector} +JSON" + (f" AFTER {cursor}" if cursor else "")), 250)
            messages += [json.loads(line.text) for line in answer.lines[:-1]]
            cursor = answer.last.field("next")
            if not cursor:
                return messages

    def check(self, path="/INBOX", selector="*"):
        """(unread, total) of a folder."""
        last = expect(self.connection.ask(f"MBOX CHECK {path}::{selector}"), 240).last
        return int(last.field("u")), int(last.field("t"))

    def fetch_json(self, identity, path="/INBOX", switches=""):
        return json.loads(expect(self.connection.ask(f"FETCH {path}#{identity} +JSON{switches}"), 250).last.body)

    def fetch_mime(self, identity, path="/INBOX"):
        return expect(self.connection.ask(f"FETCH {path}#{identity}"), 251).last.body

    def fetch_part(self, identity, name, path="/INBOX"):
        return expect(self.connection.ask(f'FETCH {path}#{identity} PART "{name}"'), 252).last.body

    def wait_for(self, subject, seconds=30, count=1):
        """Messages in INBOX with this subject, as soon as there are `count` of them."""
        def arrived():
            found = [message for message in self.index() if message["subject"] == subject]
            return found if len(found) >= count else None
        return wait_until(f"{subject!r} for {self.address}", arrived, seconds)
