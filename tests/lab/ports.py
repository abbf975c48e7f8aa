"""Loopback ports for servers that are started a moment later, and started again on the same port after a kill.

They come from below the kernel's ephemeral range: a port in it could be taken by anybody's outgoing connection while the
server that owns it is down. Labs keep off each other's ports, also of servers that are down just then, by an abstract Unix
socket for each port, which the kernel removes when the last process that holds it ends: the one that took it, or the lab's keeper.
"""

import os
import random
import socket

LOOPBACK = "127.0.0.1"
LOWEST = 10240


def _candidates():
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        ephemeral = int(file.read().split()[0])
    highest = ephemeral - 1 if ephemeral - LOWEST > 2000 else 65535
    while True:
        yield random.randint(LOWEST, highest)


def _is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


class Reservation:
    """Ports that no other lab takes as long as this object lives, or its keeper."""

    def __init__(self):
        self._claims = []

    def descriptors(self):
        """What a keeper inherits."""
        return [claim.fileno() for claim in self._claims]

    def take(self):
        for port in _candidates():
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                claim.bind(f"\0immp-lab-port-{port}")
            except OSError:
                claim.close()
                continue
            if _is_free(port):
                self._claims.append(claim)
                return port
            claim.close()


def describe_keeper(folder):
    """A process that does nothing but hold what it inherits."""
    return {"argv": ["/usr/bin/sleep", "infinity"], "env": {}, "cwd": folder, "log": os.path.join(folder, "keeper.log"), "ports": []}
