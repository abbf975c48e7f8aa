"""AUTH COOKIE, VERIFY COOKIE and what Remote may do, at the real daemon. The issuer is a domain of the test's own behind a scripted
XMPP server; its server, its cookies, bundles and receipts share no code with the daemon.
"""

import base64
import unittest

import nacl.bindings as sodium

from edge_case import ALICE, DOMAIN, EdgeCase
from immp_armor import Identity, Record, mail_item, make_bundle, make_receipt, read_receipt, unb64
from immp_client import expect, greet_tls, text_part
from immp_server import CookiePeer, ServerSession, receipt_of

CB = base64.b64encode(bytes(32)).decode()
NONE = "0" * 64


class Cookies(EdgeCase):
    count = 0

    def fresh_peer(self):
        """Each test has an issuer of its own: one may be asked about ten cookies a minute only. So may an address, which is ours."""
        type(self).count += 1
        return CookiePeer(self.server, Identity(f"issuer{self.count}.example"))

    def session(self):
        return self.enterContext(ServerSession(self.tls, DOMAIN, self.alone.authority.certificate))

    def bundle(self, peer, subject, signer=None):
        self.content_key = sodium.randombytes(32)
        item = mail_item(f"bob@{(signer or peer).identity.domain}", [ALICE], subject, b"Hello Alice.\n")
        return make_bundle((signer or peer).identity, peer.peer_key, item, self.content_key)

    def test_1_a_bundle_is_filed_and_its_receipt_comes_back(self):
        peer, session = self.fresh_peer(), self.session()
        accepted = session.enter(peer)
        self.assertIn(f"mailer-daemon@{peer.identity.domain}", accepted.last.text)
        bundle = self.bundle(peer, "by TCP")
        stored = session.bring(bundle.octets())
        self.assertTrue(stored.last.text.startswith(f"{bundle.id} "), stored)
        self.assertEqual(read_receipt(receipt_of(stored), bundle, peer.peer_key, self.content_key), (275, ["0 0 275"]))
        self.assertEqual(receipt_of(session.bring(bundle.octets())), receipt_of(stored), "a repeat gets the same")
        self.assertEqual(self.subjects().count("by TCP"), 1)
        # The same session: a stranger's bundle, a forged one, one for another, none at all, a key.
        other = self.fresh_peer()
        expect(session.bring(self.bundle(peer, "not his", signer=other).octets()), 403)
        forged = self.bundle(peer, "forged")
        expect(session.bring(forged.changed(**{"immp-payload": [forged.envelope["immp-payload"][0], "0" * 64]}).octets()), 422)
        expect(session.bring(b"no bundle"), 400)
        expect(session.connection.ask("DELIVER TO c.example"), 450)
        expect(session.connection.ask(f"DELIVER TO {ALICE}"), 400)
        expect(session.connection.ask("MBOX CHECK /INBOX"), 405)
        expect(session.connection.ask(f"KEY REQUEST {DOMAIN}"), 220)
        lines = expect(session.connection.answer(), 221).lines
        record = Record.read(unb64("".join(line.text for line in lines)), DOMAIN)
        self.assertEqual(record.fingerprint, peer.peer_key.fingerprint)
        expect(session.connection.ask("KEY REQUEST c.example"), 450)
        self.assertEqual(self.subjects().count("forged") + self.subjects().count("not his"), 0)

    def test_2_a_receipt_that_comes_by_session_ends_the_message(self):
        peer = self.fresh_peer()
        peer.judge = lambda bundle, content_key, items: peer.stored(bundle)  # over the link: stored, and no receipt
        expect(self.alice.submit([f"bob@{peer.identity.domain}"], "receipted", [text_part("Hello")]), 273)
        bundle, content_key, items = peer.received.get(timeout=30)
        receipt = make_receipt(bundle, peer.identity, content_key, peer.outcomes(items, "275"))
        session = self.session()
        session.enter(peer)
        expect(session.bring(receipt[:-1] + bytes([receipt[-1] ^ 1]), "application/immp-receipt"), 422)
        expect(session.bring(b"no receipt", "application/immp-receipt"), 400)
        self.assertIn(f"bob@{peer.identity.domain}", self.waiting())
        expect(session.bring(receipt, "application/immp-receipt"), 200)
        self.assertNotIn(f"bob@{peer.identity.domain}", self.waiting())
        expect(session.bring(receipt, "application/immp-receipt"), 200)
        expect(session.bring(b"x" * 200000, "application/immp-receipt"), 413)

    def test_3_cookies_that_are_none(self):
        peer, session = self.fresh_peer(), self.session()
        domain = peer.identity.domain
        unknown = expect(session.prove(NONE, domain), 421)
        self.assertIsNone(unknown.last.field("retry"), "the issuer said no")
        for_another = peer.make_cookie("c.example", session.exporter)
        expect(session.prove(for_another, domain), 421)
        with ServerSession(self.tls, DOMAIN, self.alone.authority.certificate) as other:
            stolen = peer.make_cookie(DOMAIN, other.exporter)  # made for that session, shown in this one
        self.assertNotEqual(session.exporter, bytes(32))
        expect(session.prove(stolen, domain), 421)
        used = peer.make_cookie(DOMAIN, session.exporter)
        expect(session.prove(used, domain), 210)
        expect(self.session().prove(used, domain), 421)
        expect(self.session().connection.ask(f"AUTH COOKIE {NONE} {DOMAIN}"), 403)

    def test_4_whom_nobody_can_ask_is_asked_later(self):
        session = self.session()
        late = expect(session.prove(NONE, "nowhere.example"), 421)  # remote-server-not-found: nothing is known of it
        self.assertIsNotNone(late.last.field("retry"))

    def test_5_the_eleventh_in_a_minute(self):
        session = self.session()
        codes = [session.prove(NONE, f"many{number}.example").code for number in range(9)]
        self.assertIn(429, codes + [self.session().prove(NONE, "more.example").code for _ in range(3)])
        expect(self.session().prove(NONE, "last.example"), 429)

    def test_6_verify_cookie_tells_a_stranger_nothing(self):
        with greet_tls(self.tls, DOMAIN, self.alone.authority.certificate) as connection:
            expect(connection.ask(f"VERIFY COOKIE {NONE} b.example CB {CB}"), 421)
            expect(connection.ask(f"VERIFY COOKIE {NONE} b.example"), 400)
            expect(connection.ask("VERIFY COOKIE x b.example CB x"), 400)
        self.assert_served()


if __name__ == "__main__":
    unittest.main()
