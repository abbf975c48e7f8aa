"""A TCP proxy of the test's own: counts what passes, and can become a network that drops every packet.

While it drops, both ends keep their sockets and hear nothing, not even that the other end has gone.
"""

import selectors
import socket
import threading

from ports import LOOPBACK

CHUNK = 65_536


class _Way:
    """From one socket to another: at most one chunk is held, so that a slow reader is felt by the writer."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.held = b""
        self.ended = False


class Proxy:
    """`with Proxy("127.0.0.1:5347") as proxy:` listens on proxy.port until the block ends."""

    def __init__(self, target):
        host, port = target.rsplit(":", 1)
        self._target = (host, int(port))
        self._listener = socket.create_server((LOOPBACK, 0))
        self._wake, self._woken = socket.socketpair()
        self._pairs = []
        self._drops = False
        self._cuts = False
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self.port = self._listener.getsockname()[1]
        self.sent = 0  # octets that went to the target
        self.received = 0  # that came from it

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends = True
        self._wake.send(b"x")
        self._thread.join()
        for each in [self._listener, self._wake, self._woken] + [way.source for pair in self._pairs for way in pair]:
            each.close()

    def drop_packets(self):
        """From now on nothing passes, in either direction, and new connections get no answer."""
        self._drops = True
        self._wake.send(b"x")

    def pass_packets(self):
        self._drops = False
        self._wake.send(b"x")

    def cut(self):
        """Ends every connection, as a router that forgot them; new ones are taken."""
        self._cuts = True
        self._wake.send(b"x")

    def _run(self):
        while not self._ends:
            with selectors.DefaultSelector() as selector:
                selector.register(self._woken, selectors.EVENT_READ)
                if not self._drops:
                    self._register(selector)
                ready = {key.fileobj for key, _ in selector.select()}
            if self._woken in ready:
                self._woken.recv(CHUNK)
                if self._cuts:
                    self._cuts = False
                    for pair in list(self._pairs):
                        self._close(pair)
            elif not self._drops:
                self._carry(ready)

    def _register(self, selector):
        selector.register(self._listener, selectors.EVENT_READ)
        wanted = {}
        for way in (way for pair in self._pairs for way in pair if not way.ended):
            socket_, event = (way.sink, selectors.EVENT_WRITE) if way.held else (way.source, selectors.EVENT_READ)
            wanted[socket_] = wanted.get(socket_, 0) | event
        for socket_, events in wanted.items():
            selector.register(socket_, events)

    def _carry(self, ready):
        if self._listener in ready:
            self._accept()
        for pair in list(self._pairs):
            try:
                for way in pair:
                    self._move(way, ready)
            except OSError:
                self._close(pair)
            if all(way.ended for way in pair):
                self._close(pair)

    def _accept(self):
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._target, 10)
        except OSError:
            client.close()
            return
        for each in (client, server):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.append((_Way(client, server), _Way(server, client)))

    def _move(self, way, ready):
        if way.held and way.sink in ready:
            count = self._try(way.sink.send, way.held)
            way.held = way.held[count or 0:]
            if way.sink.getpeername() == self._target:
                self.sent += count or 0
            else:
                self.received += count or 0
        elif not way.held and not way.ended and way.source in ready:
            octets = self._try(way.source.recv, CHUNK)
            if octets == b"":
                way.ended = True
                way.sink.shutdown(socket.SHUT_WR)
            way.held = octets or b""

    @staticmethod
    def _try(call, argument):
        try:
            return call(argument)
        except BlockingIOError:
            return None

    def _close(self, pair):
        if pair in self._pairs:
            self._pairs.remove(pair)
            for way in pair:
                way.source.close()
