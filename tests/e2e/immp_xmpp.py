"""A session through a user's own XMPP account, written from docs/xmpp.md alone: a client of RFC 6120 that knows what is needed of
it (STARTTLS, SASL PLAIN, a resource), and an In-Band Bytestream in it. Shares no code with `immp`."""

import base64
import itertools
import secrets
import socket
import ssl
import xml.etree.ElementTree as ElementTree

CLIENT = "jabber:client"
IBB = "http://jabber.org/protocol/ibb"
STREAM = "http://etherx.jabber.org/streams"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SM = "urn:xmpp:sm:3"
IMMP = "urn:immp:1"
SECONDS = 60


def name(namespace, tag):
    return f"{{{namespace}}}{tag}"


class Refused(Exception):
    """An iq came back as an error; its condition, and the code of a refusal in it."""

    def __init__(self, error):
        self.condition = next(child.tag.rpartition("}")[2] for child in error if child.tag.startswith("{urn:ietf"))
        refusal = error.find(name("urn:immp:1", "refusal"))
        self.code = int(refusal.get("code")) if refusal is not None else None
        super().__init__(f"{self.condition} {self.code or ''}")


class XmppClient:
    """`with XmppClient(side, "alice@a.example", secret) as client:`"""

    def __init__(self, side, account, secret, resource=None):
        self.account, self.domain = account, account.partition("@")[2]
        host, port = side["xmpp"]["c2s"].rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), SECONDS)
        self._ids = itertools.count()
        self.sessions = {}  # by their sid
        self._open()
        self._send(f"<starttls xmlns='{TLS}'/>")
        self._expect(name(TLS, "proceed"))
        self._socket = ssl.create_default_context(cafile=side["ca"]).wrap_socket(self._socket, server_hostname=self.domain)
        self._open()
        proof = base64.b64encode(f"\0{account.partition('@')[0]}\0{secret}".encode()).decode()
        self._send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{proof}</auth>")
        self._expect(name(SASL, "success"))
        self._open()
        self.resource = resource or f"test-{secrets.token_hex(4)}"
        bound = self.ask(f"<bind xmlns='{BIND}'><resource>{self.resource}</resource></bind>", to=None)
        self.jid = bound.find(f".//{name(BIND, 'jid')}").text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def be_kept(self):
        """XEP-0198: when the connection breaks, the server goes on as if it were there."""
        self._send(f"<enable xmlns='{SM}' resume='true'/>")
        self._expect(name(SM, "enabled"))

    def _open(self):
        self._parser = ElementTree.XMLPullParser(("start", "end"))
        self._depth, self._heard = 0, []
        self._send(f"<stream:stream xmlns='{CLIENT}' xmlns:stream='{STREAM}' to='{self.domain}' version='1.0'>")
        self._expect(name(STREAM, "features"))

    def _send(self, text):
        self._socket.sendall(text.encode())

    def stanza(self):
        """The next first-level element."""
        while not self._heard:
            octets = self._socket.recv(65_536)
            if not octets:
                raise EOFError("the XMPP server ended the stream")
            self._parser.feed(octets)
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == "end" and self._depth == 1:
                    self._heard.append(element)
        return self._heard.pop(0)

    def _expect(self, tag):
        element = self.stanza()
        assert element.tag == tag, ElementTree.tostring(element)
        return element

    def send_iq(self, kind, payload, to, identity):
        to = f" to='{to}'" if to else ""
        self._send(f"<iq type='{kind}' id='{identity}'{to}>{payload}</iq>")

    def ask(self, payload, to, others=lambda element: None):
        """The answer to a set; what comes before it goes to `others`."""
        identity = f"q{next(self._ids)}"
        self.send_iq("set", payload, to, identity)
        while True:
            element = self.stanza()
            if element.tag == name(CLIENT, "iq") and element.get("id") == identity and element.get("type") in ("result", "error"):
                if element.get("type") == "error":
                    raise Refused(element.find(name(CLIENT, "error")))
                return element
            others(element)


class Session:
    """An IMMP session through the client."""

    def __init__(self, client, component, block_size=4096, sid=None):
        self.client, self.component, self.sid = client, component, sid or secrets.token_hex(8)
        self.block_size = block_size
        self.closed = False
        self._octets, self._sent, self._expected = b"", 0, 0
        client.sessions[self.sid] = self
        client.ask(f"<open xmlns='{IBB}' block-size='{block_size}' sid='{self.sid}' stanza='iq'/>", component, self._take)

    def resume(self, client, awaits=None):
        """Goes on over another client."""
        seq = (self._expected if awaits is None else awaits) % 65_536
        answer = client.ask(f"<open xmlns='{IBB}' block-size='{self.block_size}' sid='{self.sid}' stanza='iq'>"
                            f"<resume xmlns='{IMMP}' seq='{seq}'/></open>", self.component)
        self.client = client
        client.sessions[self.sid] = self
        assert int(answer.find(name(IMMP, "resume")).get("seq")) == self._sent % 65_536

    def _take(self, element):
        """A stanza of the component: a block, or the end, of this session or of another one of the client."""
        block, close = element.find(name(IBB, "data")), element.find(name(IBB, "close"))
        if element.get("from") != self.component or (block is None and close is None):
            return
        self.client.send_iq("result", "", self.component, element.get("id"))
        if close is not None:
            self.client.sessions[close.get("sid")].closed = True
        else:
            self.client.sessions[block.get("sid")].take_block(block)

    def take_block(self, block):
        assert int(block.get("seq")) == self._expected % 65_536
        octets = base64.b64decode(block.text or "", validate=True)
        assert len(octets) <= self.block_size
        self._expected += 1
        self._octets += octets

    def send(self, octets, seq=None):
        """In blocks, one at a time."""
        while octets:
            block, octets = octets[:self.block_size], octets[self.block_size:]
            number = self._sent % 65_536 if seq is None else seq
            self.block(number, base64.b64encode(block).decode())
            self._sent += 1

    def block(self, seq, text):
        self.client.ask(f"<data xmlns='{IBB}' seq='{seq}' sid='{self.sid}'>{text}</data>", self.component, self._take)

    def close(self):
        self.client.ask(f"<close xmlns='{IBB}' sid='{self.sid}'/>", self.component, self._take)

    def line(self):
        """The next line; None where the session was closed."""
        while b"\n" not in self._octets:
            if self.closed:
                return None
            self._take(self.client.stanza())
        line, _, self._octets = self._octets.partition(b"\n")
        return line.decode()

    def ask(self, command):
        self.send(command.encode() + b"\n")
        return self.line()
