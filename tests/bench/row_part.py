"""Row `part`: FETCH PART of one part of 64 MiB (252, raw octets), beside a file from `openssl s_server` over the same TLS."""

import os
import secrets
import socket
import ssl
import subprocess
import time

from clients import Mailer, Part, text_part
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, medians
from ports import LOOPBACK, Reservation
from processes import Failure
from waiting import wait_until

PART_BYTES = 64 << 20
ROUNDS = 7
READY_SECONDS = 20
BARE, OURS = "openssl s_server", "FETCH PART"
PATH = "part"


def connect(port):
    return socket.create_connection((LOOPBACK, port), READY_SECONDS)


def accepts(port):
    try:
        connect(port).close()
    except ConnectionRefusedError:
        return False
    return True


class FileServer:
    """`openssl s_server -WWW` in a folder: one request a connection."""

    def __init__(self, lone):
        self._port = Reservation().take()
        self._context = ssl.create_default_context(cafile=lone.side["ca"])
        self._domain = lone.side["domain"]
        self._process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"{LOOPBACK}:{self._port}", "-cert", os.path.abspath(lone.certificate), "-key",
             os.path.abspath(lone.key), "-tls1_3", "-WWW", "-quiet"], cwd=lone.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_until("openssl s_server accepts", lambda: accepts(self._port), READY_SECONDS)
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def connect(self):
        return self._context.wrap_socket(connect(self._port), server_hostname=self._domain)


def received(connection, request, head_end):
    """Octets a second from the request to the last octet of the part; the head in front of it is not counted."""
    room = memoryview(bytearray(1 << 20))
    began = time.perf_counter()
    connection.sendall(request)
    head = b""
    while head_end not in head:
        octets = connection.recv(16_384)
        if not octets:
            raise Failure(f"closed before the part: {head!r}")
        head += octets
    missing = PART_BYTES - (len(head) - head.index(head_end) - len(head_end))
    while missing > 0:
        got = connection.recv_into(room[:missing])
        if not got:
            raise Failure(f"closed with {missing} octets missing")
        missing -= got
    return {"MB a second": PART_BYTES / (time.perf_counter() - began) / 1e6}


def from_openssl(server):
    with server.connect() as connection:
        return received(connection, f"GET /{PATH} HTTP/1.0\r\n\r\n".encode(), b"\r\n\r\n")


def from_immpd(mailer, identity):
    figures = received(mailer.connection.raw, f"FETCH /SENT#{identity} PART {PATH}\n".encode(), b"\n")
    if mailer.connection.raw.recv(1) != b"\n":
        raise Failure("no line end behind the part")
    return figures


def run():
    octets = secrets.token_bytes(PART_BYTES)
    with LoneDaemon() as lone, Mailer(lone.side, "alice", "tls") as alice:
        with open(os.path.join(lone.folder, PATH), "wb") as file:
            file.write(octets)
        done = alice.submit([f"carol@{lone.side['domain']}"], "Large", [text_part("Hello\n"), Part(PATH, octets)])
        identity = done.last.text.split(" ")[0]
        if alice.fetch_part(identity, PATH, "/SENT") != octets:
            raise Failure("the part is not what was sent")
        with FileServer(lone) as server:
            series = alternate([Measure(BARE, lambda: from_openssl(server)),
                                Measure(OURS, lambda: from_immpd(alice, identity))], ROUNDS)
    add_ratios(series, "MB a second", BARE, "of openssl")
    return Report(medians(series), series, [f"{PART_BYTES >> 20} MiB of chance, TLS 1.3; the client is Python"])
