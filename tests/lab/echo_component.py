"""A bare XEP-0114 component without any of our code: it answers disco#info and ping, and asks others.

It shows that two XMPP servers carry stanzas between components before any immpd is blamed, and it is the baseline of the
benchmarks.
"""

import hashlib
import secrets
import socket
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import quoteattr

COMPONENT = "jabber:component:accept"
DISCO = "http://jabber.org/protocol/disco#info"
PING = "urn:xmpp:ping"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"


class Refused(Exception):
    """The server closed the stream or answered with an error stanza; the text is its defined condition."""


class EchoComponent:
    """One connection; every wait is bounded by the socket's timeout of `seconds`."""

    def __init__(self, address, jid, secret, seconds=20):
        host, port = address.rsplit(":", 1)
        self.jid = jid
        self._parser = ElementTree.XMLPullParser(("start", "end"))
        self._depth = 0
        self._socket = socket.create_connection((host, int(port)), seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._elements = self._read()
        try:
            self._attach(jid, secret)
        except BaseException:
            self._socket.close()
            raise

    def _attach(self, jid, secret):
        self._send(f"<?xml version='1.0'?><stream:stream xmlns='{COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams' "
                   f"to={quoteattr(jid)}>")
        stream = next(self._elements)
        proof = hashlib.sha1((stream.get("id") + secret).encode()).hexdigest()
        self._send(f"<handshake>{proof}</handshake>")
        answer = next(self._elements)
        if answer.tag != f"{{{COMPONENT}}}handshake":
            raise Refused(_condition(answer))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _send(self, text):
        self._socket.sendall(text.encode())

    def _read(self):
        """The stream's opening tag, then each whole element of the stream."""
        root = None
        while True:
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == "start" and self._depth == 1:
                    root = element
                    yield element
                elif event == "end" and self._depth == 1:
                    yield element
                    root.remove(element)
            data = self._socket.recv(65536)
            if not data:
                raise Refused("the server closed the connection")
            self._parser.feed(data)

    def ask(self, to, query):
        """Sends an `iq get` and returns its id."""
        identity = secrets.token_hex(8)
        self._send(f"<iq type='get' id='{identity}' from={quoteattr(self.jid)} to={quoteattr(to)}>{query}</iq>")
        return identity

    def serve_one(self):
        """Waits for one stanza; a request is answered. Returns the stanza."""
        stanza = next(self._elements)
        if stanza.tag != f"{{{COMPONENT}}}iq":
            if stanza.tag.endswith("}error") and "streams" in stanza.tag:
                raise Refused(_condition(stanza))
            return stanza
        if stanza.get("type") == "get":
            self._answer(stanza)
        return stanza

    def _answer(self, stanza):
        back = (f"id={quoteattr(stanza.get('id'))} from={quoteattr(self.jid)} to={quoteattr(stanza.get('from'))}")
        query = stanza[0].tag if len(stanza) else ""
        if query == f"{{{PING}}}ping":
            self._send(f"<iq type='result' {back}/>")
        elif query == f"{{{DISCO}}}query":
            self._send(f"<iq type='result' {back}><query xmlns='{DISCO}'><identity category='component' type='generic' "
                       f"name='echo'/><feature var='{DISCO}'/><feature var='{PING}'/></query></iq>")
        else:
            self._send(f"<iq type='error' {back}><error type='cancel'><service-unavailable xmlns='{STANZAS}'/></error></iq>")

    def answer_to(self, identity):
        """Serves until the answer to `identity` comes; an error stanza raises Refused."""
        while True:
            stanza = self.serve_one()
            if stanza.get("id") == identity and stanza.get("type") in ("result", "error"):
                if stanza.get("type") == "error":
                    raise Refused(_condition(stanza))
                return stanza


def _condition(element):
    """The first defined condition inside an error, without its namespace."""
    for child in element.iter():
        if "xmpp-s" in child.tag and not child.tag.endswith("}text"):
            return child.tag.rpartition("}")[2]
    return element.tag
