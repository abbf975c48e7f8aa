"""The component of another domain, written from docs/xmpp.md and docs/envelope.md alone. Its thread answers what is asked of it;
the test asks through it, and says what it answers to bundles.
"""

import dataclasses
import queue
import secrets
import socket
import threading
from xml.sax.saxutils import quoteattr

from echo_component import COMPONENT, DISCO, PING, STANZAS, EchoComponent, Refused
from immp_armor import Record, b64, make_receipt, open_bundle, read_bundle, unb64
from waiting import wait_until

IMMP = "urn:immp:1"
ITEMS = "http://jabber.org/protocol/disco#items"
ANSWER_SECONDS = 120  # before it answers it may ask us, and waits 30 s for what a server in its start dropped
PIECE_BYTES = 290 * 1024


@dataclasses.dataclass
class Answer:
    """What came back: a result with how much is stored and perhaps a receipt, or an error with its refusal."""
    code: int = 0
    retry: str = None
    at: int = None
    receipt: bytes = None
    stanza: object = None


def read_answer(stanza):
    mark = next(stanza.iter(f"{{{IMMP}}}bundle"), None)
    receipt = next(stanza.iter(f"{{{IMMP}}}receipt"), None)
    refusal = next(stanza.iter(f"{{{IMMP}}}refusal"), None)
    answer = Answer(stanza=stanza)
    if mark is not None:
        answer.at = int(mark.get("at"))
    if receipt is not None:
        answer.receipt = unb64(receipt.text)
    if stanza.get("type") == "error":
        answer.code = int(refusal.get("code")) if refusal is not None else -1
        answer.retry = refusal.get("retry") if refusal is not None else None
    return answer


class Answering:
    """What every component answers."""

    def answer(self, kind, element, stanza):  # pylint: disable=unused-argument
        """(result | error | None, payload) for a request."""
        if (kind, element.tag) == ("get", f"{{{PING}}}ping"):
            return "result", ""
        if (kind, element.tag) == ("get", f"{{{DISCO}}}query"):
            return "result", (f"<query xmlns='{DISCO}'><identity category='component' type='generic' name='IMMP'/>"
                              f"<feature var='{DISCO}'/><feature var='{ITEMS}'/><feature var='{PING}'/><feature var='{IMMP}'/></query>")
        if (kind, element.tag) == ("get", f"{{{ITEMS}}}query"):
            return "result", f"<query xmlns='{ITEMS}'/>"
        return "error", f"<error type='cancel'><service-unavailable xmlns='{STANZAS}'/></error>"


class Component(Answering, EchoComponent):
    """Attached to an XMPP server; each request goes to the method for its type and element."""

    def __init__(self, address, jid, secret):
        super().__init__(address, jid, secret)
        self._socket.settimeout(None)  # the thread waits for stanzas as long as the test lasts; every question has a deadline
        self._lock = threading.Lock()
        self._questions = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _send(self, text):
        if not hasattr(self, "_lock"):  # while it attaches
            return super()._send(text)
        with self._lock:
            return super()._send(text)

    def _serve(self):
        try:
            for stanza in self._elements:
                self._take(stanza)
        except (OSError, Refused):
            pass

    def _take(self, stanza):
        if stanza.tag != f"{{{COMPONENT}}}iq":
            return
        if stanza.get("type") in ("result", "error"):
            waiting = self._questions.pop(stanza.get("id"), None)
            if waiting:
                waiting.put(stanza)
            return
        kind, payload = self.answer(stanza.get("type"), stanza[0], stanza)
        if kind:
            self._send(f"<iq type='{kind}' id={quoteattr(stanza.get('id'))} from={quoteattr(stanza.get('to'))} "
                       f"to={quoteattr(stanza.get('from'))}>{payload}</iq>")

    def request(self, kind, to, payload, sender=None):
        """The answer to an iq of ours."""
        identity, waiting = secrets.token_hex(16), queue.Queue()
        self._questions[identity] = waiting
        self._send(f"<iq type='{kind}' id='{identity}' from={quoteattr(sender or self.jid)} to={quoteattr(to)}>{payload}</iq>")
        return read_answer(waiting.get(timeout=ANSWER_SECONDS))


def refusal(code, condition="undefined-condition", retry=None):
    """An unsigned error of a component."""
    mark = f" retry='{retry}'" if retry else ""
    return "error", (f"<error type='{'wait' if retry else 'cancel'}'><{condition} xmlns='{STANZAS}'/>"
                     f"<refusal xmlns='{IMMP}' code='{code}' e='{4 if retry else 5}.0.0'{mark}/></error>")


class PeerDomain(Answering):
    """A whole domain of its own: keys, and mail both ways with `peer`, the other component's JID. How its questions get there,
    request(), is for those who derive from it."""

    def __init__(self, identity, peer):
        self.identity = identity
        self.peer = peer
        self.peer_key = None           # its record, once asked for
        self.received = queue.Queue()  # (bundle, content key, items) of each that is complete
        self.asked = queue.Queue()     # ids that the peer asked about
        self.judge = self.accept       # what is said to a bundle: (kind, payload)
        self._pieces = {}
        self._known = {}

    def learn_peer(self):
        domain = self.peer.partition(".")[2]
        answer = self.request("get", self.peer, f"<key xmlns='{IMMP}' domain='{domain}'/>")
        key, = answer.stanza.iter(f"{{{IMMP}}}key")
        self.peer_key = Record.read(unb64(key.text), domain)
        return self.peer_key

    def offer(self, bundle, sender=None, **piece):
        """The bundle whole, or `octets` of it `at` an offset; the answer to it."""
        octets = bundle.octets()
        at, of, part = piece.get("at", 0), piece.get("of", len(octets)), piece.get("octets", octets)
        return self.request("set", self.peer, f"<bundle xmlns='{IMMP}' id='{bundle.id}' at='{at}' of='{of}'>{b64(part)}</bundle>", sender)

    def offer_whole(self, bundle):
        """In as many pieces as it takes; the answer with the receipt, or the refusal."""
        octets = bundle.octets()
        for at in range(0, len(octets), PIECE_BYTES):
            answer = self.offer(bundle, at=at, of=len(octets), octets=octets[at:at + PIECE_BYTES])
            if answer.code:
                return answer
        return answer if answer.receipt else wait_until("its receipt", lambda: (said := self.ask_about(bundle)).receipt and said,
                                                        ANSWER_SECONDS)

    def ask_about(self, bundle):
        return self.request("get", self.peer, f"<bundle xmlns='{IMMP}' id='{bundle.id}'/>")

    def come_online(self):
        return self.request("set", self.peer, f"<online xmlns='{IMMP}'/>")

    def tell(self, receipt):
        return self.request("set", self.peer, f"<receipt xmlns='{IMMP}'>{b64(receipt)}</receipt>")

    def answer(self, kind, element, stanza):
        if (kind, element.tag) == ("get", f"{{{IMMP}}}key"):
            return "result", f"<key xmlns='{IMMP}'>{b64(self.identity.record.text)}</key>"
        if element.tag == f"{{{IMMP}}}bundle" and stanza.get("from") == self.peer:
            return self._piece(element) if kind == "set" else self._question(element.get("id"))
        return super().answer(kind, element, stanza)

    def _piece(self, element):
        identity, at, of = element.get("id"), int(element.get("at")), int(element.get("of"))
        octets = self._pieces.setdefault(identity, b"")
        if at == len(octets):
            octets = self._pieces[identity] = octets + unb64(element.text)
        if len(octets) < of:
            return "result", f"<bundle xmlns='{IMMP}' id='{identity}' at='{len(octets)}'/>"
        if identity not in self._known:
            bundle = read_bundle(octets, self.peer_key)
            self._known[identity] = (bundle, *open_bundle(bundle, self.identity))
            self.received.put(self._known[identity])
        return self.judge(*self._known[identity])

    def _question(self, identity):
        self.asked.put(identity)
        if identity in self._known:
            return self.judge(*self._known[identity])
        return "error", f"<error type='cancel'><item-not-found xmlns='{STANZAS}'/></error>"

    def stored(self, bundle, receipt=b""):
        """The result that says it is stored, with the receipt where there is one."""
        inner = f"<receipt>{b64(receipt)}</receipt>" if receipt else ""
        return "result", f"<bundle xmlns='{IMMP}' id='{bundle.id}' at='{len(bundle.octets())}'>{inner}</bundle>"

    def outcomes(self, items, text):
        return [f"{item} {number} {text}" for item, (inner, _) in enumerate(items) for number in range(len(inner["recipients"]))]

    def accept(self, bundle, content_key, items):
        return self.stored(bundle, make_receipt(bundle, self.identity, content_key, self.outcomes(items, "275")))


class Stranger(PeerDomain, Component):
    """A domain whose component is attached to a real XMPP server."""

    def __init__(self, address, jid, secret, identity, peer):
        PeerDomain.__init__(self, identity, peer)
        Component.__init__(self, address, jid, secret)
