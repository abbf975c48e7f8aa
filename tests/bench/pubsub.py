"""The publish-subscribe service of an XMPP server (XEP-0060), with subscribers at a component: of a server the cheapest there are, as
all their notifications go down one socket, without TLS, and nothing is kept for them."""

import re
import time
from xml.sax.saxutils import quoteattr

from echo_component import EchoComponent, Refused
from processes import Failure

PUBSUB = "http://jabber.org/protocol/pubsub"
NODE = "news"
WAIT_SECONDS = 60
# Counted, not parsed: Python's parser would be what is measured.
END = re.compile(rb"</(?:message|iq)>")
LONGEST_END = len(b"</message>")


class Pubsub(EchoComponent):
    """A node of the service of a side that `lab up --pubsub` shows; `subscribers` take its items."""

    def __init__(self, side, subscribers):
        bare = side["bare"]
        super().__init__(bare["address"], bare["jid"], bare["secret"], WAIT_SECONDS)
        self._service, self._publisher, self._subscribers = side["pubsub"]["jid"], side["pubsub"]["admin"], subscribers
        self._want(self._publisher, f"<create node='{NODE}'/>")
        self._await_results(1)
        for number in range(subscribers):
            reader = f"reader-{number}@{self.jid}"
            self._want(reader, f"<subscribe node='{NODE}' jid={quoteattr(reader)}/>")
        self._await_results(subscribers)

    def _want(self, who, query):
        self._send(f"<iq type='set' id='{NODE}' from={quoteattr(who)} to={quoteattr(self._service)}><pubsub xmlns='{PUBSUB}'>{query}"
                   "</pubsub></iq>")

    def _await_results(self, count):
        for _ in range(count):
            stanza = self.serve_one()
            if stanza.get("type") != "result":
                raise Refused(f"{self._service} refuses: {stanza.get('type')}")

    def publish(self, octets):
        """Seconds until the item of so many octets has come for each subscriber, and its publisher has the answer."""
        began = time.perf_counter()
        self._want(self._publisher, f"<publish node='{NODE}'><item><news xmlns='urn:example:news'>{'x' * octets}</news></item></publish>")
        left, data = self._subscribers + 1, b""
        while left > 0:
            received = self._socket.recv(262144)
            if not received:
                raise Failure(f"{self._service}: {left} stanzas had not come when it closed")
            data += received
            ends = [found.end() for found in END.finditer(data)]
            left -= len(ends)
            data = data[max(ends[-1] if ends else 0, len(data) - LONGEST_END):]
        return time.perf_counter() - began
