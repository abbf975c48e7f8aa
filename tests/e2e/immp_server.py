"""Another domain's server at our listener, written from docs/protocol.md, 16: it proves its name by a cookie, and brings bundles."""

import base64
import secrets

from immp_client import Part, expect, greet, greet_tls
from immp_component import refusal
from scripted_server import ScriptedPeer
from tls_exporter import tls_exporter

IMMP = "urn:immp:1"


class CookiePeer(ScriptedPeer):
    """A domain whose component confirms the cookies that it made, once, for the receiver and the session they were made for."""

    def __init__(self, server, identity):
        self.cookies = {}
        super().__init__(server, identity)

    def make_cookie(self, receiver, exporter):
        cookie = secrets.token_hex(32)
        self.cookies[cookie] = (receiver, base64.b64encode(exporter).decode())
        return cookie

    def answer(self, kind, element, stanza):
        if (kind, element.tag) != ("get", f"{{{IMMP}}}cookie"):
            return super().answer(kind, element, stanza)
        given = self.cookies.pop(element.get("value"), None)
        good = given == (element.get("receiver"), element.get("cb")) and stanza.get("from") == f"immp.{given[0]}"
        return ("result", "") if good else refusal(421)


class ServerSession:
    """A session in Unauthenticated; prove() brings it to Remote."""

    def __init__(self, address, domain, ca, upgrade=False):
        self.domain = domain
        self.connection = (greet if upgrade else greet_tls)(address, domain, ca)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    @property
    def exporter(self):
        return tls_exporter(self.connection._socket)  # pylint: disable=protected-access

    def prove(self, cookie, issuer):
        """The answer that ends it; 301 and 304 come first."""
        first = self.connection.ask(f"AUTH COOKIE {cookie} {issuer}")
        if first.code != 301:
            return first
        expect(self.connection.answer(), 304)
        return self.connection.answer()

    def enter(self, peer):
        return expect(self.prove(peer.make_cookie(self.domain, self.exporter), peer.identity.domain), 210)

    def bring(self, octets, kind="application/immp-bundle", destination=None):
        """DONE's answer."""
        self.connection.send(f"DELIVER TO {destination or self.domain}\n".encode() + Part("it", octets, kind).wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(self.connection.answer(), code)
        return self.connection.answer()


def receipt_of(answer):
    return base64.b64decode("".join(line.field("receipt") for line in expect(answer, 273).lines), validate=True)
