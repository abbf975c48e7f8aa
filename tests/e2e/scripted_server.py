"""The XMPP server of an immpd, played by the test: it says what the test wants, for as many domains as the test likes."""

import contextlib
import queue
import secrets
import socket
import threading
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import quoteattr

from echo_component import COMPONENT, PING, STANZAS
from immp_component import ITEMS, PeerDomain, read_answer
from ports import LOOPBACK

ANSWER_SECONDS = 30
HEADER = (f"<?xml version='1.0'?><stream:stream xmlns='{COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams' id='s1' "
          "from='immp.a.example'>")
NO_SERVER = f"<error type='cancel'><remote-server-not-found xmlns='{STANZAS}'/></error>"


class ScriptedPeer(PeerDomain):
    """Another domain behind that server, with its listing and its component."""

    def __init__(self, server, identity, peer="immp.a.example"):
        super().__init__(identity, peer)
        self._server = server
        self.jid = f"immp.{identity.domain}"
        server.peers[identity.domain] = self
        self.learn_peer()

    def request(self, kind, to, payload, sender=None):
        return self._server.request(kind, to, payload, sender or self.jid)


class ScriptedServer:
    """One connection at a time; its thread answers what immpd asks: `intercept` first, then the domain that was asked."""

    def __init__(self):
        self.peers = {}
        self.intercept = lambda domain, kind, stanza: None  # (result | error, payload) instead of the domain's own answer
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self._link = None
        self._lock = threading.Lock()
        self._questions = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        if self._link:
            with contextlib.suppress(OSError):  # immpd has ended it
                self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def send(self, text):
        with self._lock:
            self._link.sendall(text.encode())

    def ask(self, kind, to, payload, sender):
        """Sends an iq; the queue gets the answer to it."""
        identity = secrets.token_hex(16)
        answers = self._questions[identity] = queue.Queue()
        self.send(f"<iq type='{kind}' id='{identity}' from={quoteattr(sender)} to={quoteattr(to)}>{payload}</iq>")
        return answers

    def request(self, kind, to, payload, sender):
        return read_answer(self.ask(kind, to, payload, sender).get(timeout=ANSWER_SECONDS))

    def _serve(self):
        while True:
            try:
                self._link = self._listener.accept()[0]
            except OSError:
                return
            with self._link:
                try:
                    self._serve_link()
                except OSError:
                    pass

    def _serve_link(self):
        parser, depth, root = ElementTree.XMLPullParser(("start", "end")), 0, None
        while octets := self._link.recv(262144):
            parser.feed(octets)
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    root = element
                    self.send(HEADER)
                elif event == "end" and depth == 1:
                    self._take(element)
                    root.remove(element)

    def _take(self, stanza):
        if stanza.tag == f"{{{COMPONENT}}}handshake":
            return self.send("<handshake/>")
        if stanza.get("type") in ("result", "error"):
            waiting = self._questions.pop(stanza.get("id"), None)
            return waiting.put(stanza) if waiting else None
        said = self._answer(stanza)
        if said:
            self.send(f"<iq type='{said[0]}' id={quoteattr(stanza.get('id'))} from={quoteattr(stanza.get('to'))} "
                      f"to={quoteattr(stanza.get('from'))}>{said[1]}</iq>")

    def _answer(self, stanza):
        asked, element = stanza.get("to"), stanza[0]
        if element.tag == f"{{{PING}}}ping":
            return "result", ""
        domain = asked.removeprefix("immp.")
        said = self.intercept(domain, stanza.get("type"), stanza)
        if said:
            return said
        if asked == domain and element.tag == f"{{{ITEMS}}}query":
            return "result", f"<query xmlns='{ITEMS}'><item jid='immp.{domain}'/></query>"
        peer = self.peers.get(domain)
        return peer.answer(stanza.get("type"), element, stanza) if peer else ("error", NO_SERVER)
