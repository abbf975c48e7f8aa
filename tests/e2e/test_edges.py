"""Hostile input at the listener, at the stanza stream and in bundles, at a real immpd (docs/threats.md, Hostile input, names each
case): what it says, that it holds no more memory than its limits let it, and that Alice is served meanwhile.
"""

import itertools
import os
import random
import re
import resource
import select
import socket
import ssl
import struct
import unittest

import nacl.bindings as sodium

from alone import DOMAIN
from edge_case import ALICE, MIB, EdgeCase
from echo_component import DISCO, STANZAS
from immp_armor import b64, mail_item, make_bundle, padme, read_receipt
from immp_client import Connection, Part, expect, greet, log_in, text_part
from immp_component import IMMP, ITEMS, refusal
from waiting import wait_until

SECONDS = 60
SEED = 20260301
SESSION_BYTES = 65_536  # more than a session costs that does nothing (docs/performance.md)
PIECES_BYTES = 4 * MIB   # what comes and goes with small bundles

# RFC 6120, 8.3.2 and 8.3.3.
TYPES = ("auth", "cancel", "continue", "modify", "wait")
CONDITIONS = (
    "bad-request", "conflict", "feature-not-implemented", "forbidden", "gone", "internal-server-error", "item-not-found",
    "jid-malformed", "not-acceptable", "not-allowed", "not-authorized", "policy-violation", "recipient-unavailable", "redirect",
    "registration-required", "remote-server-not-found", "remote-server-timeout", "resource-constraint", "service-unavailable",
    "subscription-required", "undefined-condition", "unexpected-request")
# What the sender asks for on its way, in order.
QUESTIONS = (("get", "{http://jabber.org/protocol/disco#items}query"), ("get", "{http://jabber.org/protocol/disco#info}query"),
             ("get", "{urn:immp:1}key"), ("set", "{urn:immp:1}bundle"), ("get", "{urn:immp:1}bundle"))
# With these codes a receipt would end a message for good (docs/envelope.md, 4).
FINAL_CODES = (410, 413, 451, 452, 454, 455)


class Stanzas(EdgeCase):
    """The XMPP server, and whoever makes it say something."""

    def assert_mail_waits(self, name, answers):
        """To each question of the list, at a domain of its own, that is all that is answered: no mail to there ends, and nothing
        bounces; when truth is told, each goes once."""
        table, failed = {f"{name}{number}.example": row for number, row in enumerate(answers)}, set()

        def intercept(domain, kind, stanza):
            question, said = table.get(domain, (None, None))
            if question != (kind, stanza[0].tag):
                return None
            failed.add(domain)
            return said[0], said[1].replace("$id", stanza[0].get("id", ""))

        peers = [self.peer(domain) for domain in table]
        self.server.intercept = intercept
        for peer in peers:  # so that it is asked about the bundle, too
            peer.judge = lambda bundle, *_, peer=peer: peer.stored(bundle)
        recipients = [f"bob@{domain}" for domain in table]
        for some in (recipients[:80], recipients[80:]):  # a message has 100 recipients at most
            sent = self.alice.submit(some, "For everybody", [text_part("Hello\n")]) if some else None
            self.assertTrue(not sent or set(sent.recipients().values()) == {273})
        wait_until("an answer to each", lambda: failed == set(table), SECONDS)
        self.assert_served()
        self.assertEqual((set(recipients) - self.waiting(), self.subjects()), (set(), []))
        self.server.intercept = lambda *_: None
        for peer in peers:
            peer.judge = peer.accept
            # A domain that did not list it is looked up again 5 s later (docs/xmpp.md, Who speaks for a domain).
            wait_until("its domain believed", lambda peer=peer: peer.come_online().code == 0, SECONDS, interval=0.5)
        wait_until("the end of all rows", lambda: not self.waiting() & set(recipients), SECONDS)
        for peer, recipient in zip(peers, recipients):
            received = [inner["recipients"] for _, _, items in peer.received.queue for inner, _ in items]
            self.assertEqual(received, [[recipient]])
        self.assertEqual(self.subjects(), [])

    def test_no_error_that_a_server_makes_ends_a_message(self):
        answers = []
        for (at, condition), (turn, kind) in itertools.product(enumerate(CONDITIONS), enumerate(TYPES)):
            error = "error", f"<error type='{kind}'><{condition} xmlns='{STANZAS}'/></error>"
            answers.append((QUESTIONS[(at + turn) % len(QUESTIONS)], error))
        answers += [(question, refusal(code)) for code, question in itertools.product(FINAL_CODES, QUESTIONS[3:])]
        self.assert_mail_waits("error", answers)

    def test_no_nonsense_ends_a_message(self):
        items, info, key, piece, question = QUESTIONS
        other = "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab"
        answers = [(row, ("result", "")) for row in QUESTIONS]
        answers += [(row, ("result", f"<x xmlns='urn:x'>{'<y/>' * 5_000}</x>")) for row in QUESTIONS]  # over the bounds
        answers += [(items, ("result", f"<query xmlns='{ITEMS}'><item jid='immp.other.example'/></query>")),
                    (info, ("result", f"<query xmlns='{DISCO}'><feature var='urn:immp:2'/></query>"))]
        answers += [(key, ("result", f"<key xmlns='{IMMP}'>no base64</key>"))]
        for row in (piece, question):
            answers += [(row, ("result", f"<bundle xmlns='{IMMP}' id='{other}' at='1'/>"))]
            answers += [(row, ("result", f"<bundle xmlns='{IMMP}' id='$id'{at}/>"))
                        for at in ("", " at=''", " at='-1'", " at='01'", " at='18446744073709551615'", " at='99999999999999999999'")]
            answers += [(row, ("result", f"<bundle xmlns='{IMMP}' id='$id' at='1'><receipt>{text}</receipt></bundle>"))
                        for text in ("AA==", "no base64", "SU1NUC1SRUNFSVBUIDEK", "A" * 400_000)]
        self.assert_mail_waits("nonsense", answers)

    def test_peer_that_sends_us_back_again_and_again_is_left_alone(self):
        peer, marks = self.peer("back.example"), itertools.cycle((10, 20))

        def send_back(_, kind, stanza):
            if (kind, stanza[0].tag) != QUESTIONS[3]:
                return None
            return "result", f"<bundle xmlns='{IMMP}' id='{stanza[0].get('id')}' at='{next(marks)}'/>"

        self.server.intercept = send_back
        self.alice.submit(["bob@back.example"], "Back", [text_part("Hello\n")])
        self.daemon.wait_for("mail to back.example waits")
        self.assertEqual(("bob@back.example" in self.waiting(), self.subjects()), (True, []))
        self.server.intercept = lambda *_: None
        peer.come_online()
        wait_until("the end of the row", lambda: "bob@back.example" not in self.waiting(), SECONDS)

    def test_key_that_is_none_is_412_and_the_mail_waits(self):
        texts = {"key0.example": "", "key1.example": "AA==", "key2.example": "SU1NUC1LRVkgMQo="}
        for domain in texts:
            self.peer(domain)
        # Another domain's true record is none of this one's.
        other = self.peer("other.example").identity.record.text
        texts["key3.example"] = b64(other)
        self.peer("key3.example")
        self.server.intercept = lambda domain, kind, stanza: (
            ("result", f"<key xmlns='{IMMP}'>{texts[domain]}</key>") if (kind, stanza[0].tag) == QUESTIONS[2] else None)
        recipients = {f"bob@{domain}" for domain in texts}
        self.alice.submit(sorted(recipients), "No key", [text_part("Hello\n")])
        for domain in texts:
            wait_until("412", lambda domain=domain: re.search(rf"mail to {domain} waits \d+ s: 412", self.daemon.log()), SECONDS)
        self.assertEqual((recipients - self.waiting(), self.subjects()), (set(), []))

    def test_others_are_served_while_a_hostile_stanza_is_under_way(self):
        for inner in ("<a>" * 143_000 + "</a>" * 143_000, "<x xmlns='urn:x'/>" * 25_000, f"<x xmlns='urn:x' a='{'x' * 500_000}'/>",
                      f"<x xmlns='urn:{'x' * 500_000}'/>"):
            with self.subTest(inner[:20]):
                stanza = f"<iq type='set' id='h' from='immp.b.example' to='immp.{DOMAIN}'>{inner}</iq>"
                for at in range(0, len(stanza), 65_536):
                    self.server.send(stanza[at:at + 65_536])
                    expect(self.alice.connection.ask("NOOP"), 200)
                self.assert_served()
        # Each open tag and each name costs the parser some 200 octets, and one tag its buffers.
        self.assert_grown_within(48 * MIB)


class Bundles(EdgeCase):
    """Another domain, which is proved to be one, and what it takes for bundles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.b = cls.peer("b.example")

    def setUp(self):
        super().setUp()
        self.content_key = sodium.randombytes(32)

    def bundle(self, subject, peer=None):
        peer = peer or self.b
        item = mail_item(f"bob@{peer.identity.domain}", [ALICE], subject, b"Hello Alice.\n")
        return make_bundle(peer.identity, peer.peer_key, item, self.content_key)

    def assert_delivered(self, answer, bundle):
        self.assertIsNotNone(answer.receipt, answer)
        self.assertEqual(read_receipt(answer.receipt, bundle, self.b.peer_key, self.content_key), (275, ["0 0 275"]))

    def test_pieces_in_every_order(self):
        for order in itertools.permutations(range(4)):
            bundle = self.bundle(f"In order {order}")
            octets = bundle.octets()
            bounds = [0, len(octets) - 300, len(octets) - 200, len(octets) - 100, len(octets)]
            stored = 0
            for piece in order:
                answer = self.b.offer(bundle, at=bounds[piece], octets=octets[bounds[piece]:bounds[piece + 1]])
                fits = bounds[piece] == stored
                stored = bounds[piece + 1] if fits else stored
                if stored < len(octets):
                    self.assertEqual((answer.code, answer.at), (0 if fits else 409, stored), order)
            if stored < len(octets):
                answer = self.b.offer(bundle, at=stored, octets=octets[stored:])
            self.assert_delivered(answer, bundle)
            self.assertEqual(self.subjects().count(f"In order {order}"), 1)

    def test_pieces_that_overlap_or_leave_a_gap(self):
        bundle = self.bundle("Overlapping")
        octets = bundle.octets()
        end, half = len(octets), len(octets) - 200
        self.assertEqual(self.b.offer(bundle, octets=octets[:half]).at, half)
        for at, part, of, code in ((half - 50, octets[half - 50:], end, 409),     # overlaps, and holds all that is missing
                                   (half + 1, octets[half + 1:], end, 409),       # a gap
                                   (0, octets[:half - 9], end, 409),              # the first again, and shorter
                                   (0, octets[:half], end, 0), (half - 50, bytes(50), end, 0),  # what is stored stays as it is
                                   (end, b"", end, 400), (half, octets[half:] + b"x", end, 400), (half, b"x", half, 400),
                                   (half, octets[half:-1], end - 1, 409),         # another length
                                   (half, octets[half:], end + 1, 409)):
            with self.subTest(at=at, of=of):
                answer = self.b.offer(bundle, at=at, octets=part, of=of)
                self.assertEqual(answer.code, code)
                if code != 400:
                    self.assertEqual(answer.at, half)
        self.assertEqual(self.b.ask_about(bundle).at, half)
        self.assert_delivered(self.b.offer(bundle, at=half, octets=octets[half:]), bundle)

    def test_pieces_never_finished_are_bounded(self):
        many, large = self.peer("many.example"), self.peer("large.example")
        for number in range(33):
            bundle = self.bundle(f"Unfinished {number}", many)
            answer = many.offer(bundle, octets=bundle.octets()[:-1])
            self.assertEqual(answer.code, 429 if number == 32 else 0)
        self.assertIsNotNone(answer.stanza.find(f".//{{{STANZAS}}}resource-constraint"))
        # A peer may announce four times the largest bundle (113 MiB); each is signed as it should be.
        plain = padme(104 * MIB)
        payload = 24 + plain + 17 * -(-plain // 65536)
        for number in range(5):
            bundle = self.bundle("Large", large)
            bundle = bundle.changed(**{"immp-payload": [payload, "00" * 32]}).signed(large.identity.sign_secret)
            octets = bundle.octets()
            answer = large.offer(bundle, octets=octets, of=len(octets) - len(bundle.payload) + payload)
            self.assertEqual(answer.code, 429 if number == 4 else 0)
        # A bundle that comes whole is never too many, and nobody else's are.
        whole = self.bundle("Whole", many)
        self.assert_delivered(many.offer(whole), whole)
        self.test_pieces_that_overlap_or_leave_a_gap()
        self.assert_served()
        self.assert_grown_within(PIECES_BYTES)

    def test_bundle_cut_at_every_octet(self):
        bundle = self.bundle("Cut")
        octets = bundle.octets()
        for end in range(len(octets)):
            answer = self.b.offer(bundle, octets=octets[:end], of=end)
            self.assertEqual((answer.code, answer.receipt), (400, None), end)
        self.assertNotIn("Cut", self.subjects())
        self.assert_delivered(self.b.offer(bundle), bundle)
        self.assert_grown_within(PIECES_BYTES)

    def test_bundle_with_a_bit_flipped_in_every_octet(self):
        bundle, chance = self.bundle("Flipped"), random.Random(SEED)
        octets, codes = bundle.octets(), set()
        for at, octet in enumerate(octets):
            flipped = octets[:at] + bytes([octet ^ 1 << chance.randrange(8)]) + octets[at + 1:]
            answer = self.b.offer(bundle, octets=flipped)
            code = answer.code
            if answer.receipt is not None:
                code, outcomes = read_receipt(answer.receipt, bundle, self.b.peer_key, self.content_key)
                self.assertEqual(outcomes, [])
            self.assertIn(code, (400, 403, 412, 413, 422, 423, 424, 450), at)
            codes.add(code)
        self.assertLessEqual({400, 412, 422, 423, 450}, codes)
        self.assertNotIn("Flipped", self.subjects())
        self.assert_delivered(self.b.offer(bundle), bundle)
        self.assert_grown_within(PIECES_BYTES)


class Listener(EdgeCase):
    """Clients."""

    SETTINGS = {"listener_sessions_per_address": 400, "limits_message_bytes": 4 * MIB}

    def connect(self, address=None, **options):
        client = socket.create_connection(self.loopback(address or self.plain), SECONDS, **options)
        self.addCleanup(client.close)
        return client

    def session(self):
        connection = self.enterContext(greet(self.plain, DOMAIN, self.alone.authority.certificate))
        log_in(connection, ALICE, self.secret)
        return connection

    def test_line_ends_inside_bodies_and_strings_are_octets(self):
        smuggled = (b"\n.\n", b"\r\n.\r\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n\x00.\r\n", b"\r", b"\n", b"\r\n", b"\n\n\n",
                    b"\nDONE\nQUIT\n", b"\r\nDONE\r\nQUIT\r\n", b"\rDONE\rQUIT\r", b"\nAS x DATA b LENGTH 1\nx\nDONE\n",
                    b"\r\n.\r\nMAIL FROM:<eve@b.example>\r\nDATA\r\n", b"a\r\nDELIVER TO bob@b.example\r\n")
        session = self.session()
        parts = [text_part("Smuggled\n.\n")] + [Part(f"p{number}-{coded}", octets, base64=coded)
                                               for number, octets in enumerate(smuggled) for coded in (False, True)]
        session.send(f'DELIVER TO {ALICE} SUBJECT "Smuggled" ID 1f0d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77\n')
        session.send(b"".join(part.wire() for part in parts) + b"DONE\n")
        codes = [answer.code for answer in session.answers(2 + 2 * len(parts))]
        self.assertEqual(codes, [270] + [271, 272] * len(parts) + [275])
        for part in parts:
            self.assertEqual(self.alice.fetch_part("1f0d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77", part.name), part.data, part)
        # In a line they end it, or it is refused; what stands behind is a command of its own, or nothing.
        for line, code in ((b'DELIVER TO %s SUBJECT "a\nNOOP"\n', [400, 400]), (b'DELIVER TO %s SUBJECT "a\r\nNOOP"\r\n', [400, 400]),
                           (b'DELIVER TO %s SUBJECT "a\rNOOP"\n', [415]), (b"NOOP\rDELIVER TO %s\n", [415]),
                           (b"NOOP\r\rDELIVER TO %s\n", [415]), (b'DELIVER TO %s SUBJECT "a\xc2\x85b"\n', [415]),
                           (b'DELIVER TO %s SUBJECT "a\x0bb"\n', [415])):
            session.send(line.replace(b"%s", ALICE.encode()) + b"ABORT\n")
            self.assertEqual([answer.code for answer in session.answers(len(code) + 1)], code + [405], line)
        # Line ends of Unicode are text, and begin no header of the message as MIME.
        sent = self.alice.submit([ALICE], "a\u2028Bcc: eve@b.example\u2029.", [text_part("Hello\n")])
        lines = self.alice.fetch_mime(sent.last.text.split(" ")[0]).splitlines()
        self.assertEqual([line for line in lines if line.lower().startswith(b"bcc")], [])

    def test_commands_before_tls_are_never_run(self):
        for behind in (b"NOOP\n", b"AUTH SECRET " + ALICE.encode() + b"\n", b"\n", b"\x16\x03\x01\x02\x00"):
            client = self.enterContext(Connection(self.plain))
            client.answers(3)
            client.send(b"UPGRADE TLS3\n" + behind)
            self.assertEqual([line.code for line in client.rest()], [710], behind)
        # Later than the server's answer they are no handshake.
        client = self.enterContext(Connection(self.plain))
        client.answers(3)
        expect(client.ask("UPGRADE TLS3"), 204)
        client.send("NOOP\nNOOP\nNOOP\n")
        rest = b""
        while octets := self.receive(client.raw):
            rest += octets
        self.assertNotIn(b"200", rest)
        # What needs a login is refused in the clear, and its words are forgotten.
        client = self.enterContext(Connection(self.plain))
        client.answers(3)
        for command in (f"AUTH SECRET {ALICE}", "AUTH RESPONSE SCRAM AA== NONCE AA==", "MBOX CHECK /INBOX", f"DELIVER TO {ALICE}"):
            expect(client.ask(command), 405)
        client.ask("UPGRADE TLS3")
        client.secure(DOMAIN, self.alone.authority.certificate)
        self.assertEqual(client.answer().code, 101)
        expect(client.ask("AUTH RESPONSE SCRAM AA== NONCE AA=="), 405)
        self.assert_served()

    @staticmethod
    def receive(client):
        try:
            return client.recv(65536)
        except ConnectionError:
            return b""

    def test_slow_clients_hold_nobody_up(self):
        line, clients = b"NOOP;NOOP\n", [self.connect() for _ in range(300)]
        hello, waiting = self.client_hello(), [self.connect(self.tls) for _ in range(50)]
        for at in range(max(len(line), len(hello))):
            for client in clients if at < len(line) else ():
                client.sendall(line[at:at + 1])
            for client in waiting if at < len(hello) - 1 else ():
                client.sendall(hello[at:at + 1])
            expect(self.alice.connection.ask("NOOP"), 200)
        for client in clients:
            text = b""
            while text.count(b"200 ") < 2:
                octets = client.recv(65536)
                self.assertTrue(octets, text)
                text += octets
        for client in waiting:  # the last octet was missing: now the server's handshake comes
            client.sendall(hello[-1:])
            self.assertEqual(client.recv(1), b"\x16")
        self.assert_grown_within((len(clients) + len(waiting)) * SESSION_BYTES)

    def client_hello(self):
        hello = ssl.MemoryBIO()
        secured = ssl.create_default_context(cafile=self.alone.authority.certificate).wrap_bio(ssl.MemoryBIO(), hello,
                                                                                               server_hostname=DOMAIN)
        with self.assertRaises(ssl.SSLWantReadError):
            secured.do_handshake()
        return hello.read()

    def flood(self, client, octets):
        """Sends until nothing more is taken while Alice is answered 50 times; returns how much was."""
        client.setblocking(False)
        sent, refused = 0, 0
        while refused < 50:
            if select.select([], [client], [], 0)[1]:
                sent, refused = sent + client.send(octets), 0
            else:
                refused += 1
                expect(self.alice.connection.ask("NOOP"), 200)
        return sent

    def test_replies_never_read_are_bounded(self):
        clients, asked = [self.connect() for _ in range(8)], b"HELP\n" * 10_000
        sent = sum(self.flood(client, asked) for client in clients)
        client = self.enterContext(Connection(self.plain))
        client.answers(3)
        client.send("HELP\n" * 2_000)
        first = client.answer()
        answer_bytes = sum(len(line.text) for line in first.lines)
        # Their answers would be hundreds of MiB; each client has 256 KiB of them at most, and what one read asked for.
        self.assertGreater(sent // len("HELP\n") * answer_bytes, 100 * MIB)
        self.assert_grown_within(len(clients) * MIB + 4 * MIB)
        # Who reads late gets them all.
        self.assertEqual({answer.code for answer in client.answers(1_999)}, {200})
        self.assert_served()

    def test_clients_that_vanish_in_the_midst_of_it(self):
        film = self.alice.submit([ALICE], "film", [text_part("See the film"), Part("film", b"x" * (3 * MIB))])
        film = expect(film, 275).last.text.split(" ")[0]
        fetch = f"FETCH /INBOX#{film} PART film -READ\n"
        begun = f"DELIVER TO {ALICE} SUBJECT cut\n"
        # And how often such a client reads at most: there is that much for it.
        under_way = ((fetch, 6), (fetch * 3, 6), ("".join(f"AS {pipeline} {fetch}" for pipeline in range(3)), 6),
                     ("MBOX INDEX /INBOX +JSON\n" * 300, 2), ("HELP\n" * 1000, 4), ("SET COMPRESSION GZIP\n" + fetch, 1),
                     ("MBOX WATCH /\n", 1), (begun + "DATA a LENGTH 3000000\n" + "x" * 1_000_000, 1),
                     (begun + "AS 1 DATA a CHUNKED\n" + "AS 1 CHUNK 9\n123456789\n" * 9000, 1),
                     (begun + "DATA text TYPE text/plain LENGTH 1 +CONTENT\nx\nDONE\n" + fetch, 3))
        chance = random.Random(SEED)
        for number in range(15 * len(under_way)):
            octets, most_reads = under_way[number % len(under_way)]
            session = self.session()
            session.send(octets)
            for _ in range(chance.randrange(most_reads + 1)):
                session.raw.recv(chance.choice((1, 4096, 65_536)))
            # With a reset: the next octets that the daemon writes or reads fail, whatever it is at.
            session.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            session.close()
        self.assert_served()
        self.assertIn("film", self.subjects())

    def test_giant_lengths(self):
        for line, code in (("DATA a LENGTH 1073741824", 413), ("DATA a LENGTH 18446744073709551615", 413),
                           ("DATA a LENGTH 99999999999999999999", 400), ("DATA a LENGTH -1", 400), ("DATA a LENGTH 0x40000000", 400),
                           ("DATA a LENGTH 01", 400), ("DATA a LENGTH 1073741824 +BASE64", 413)):
            session = self.session()
            expect(session.ask(f"DELIVER TO {ALICE}"), 270)
            session.send(line + "\n" + "x" * 100_000 + "\nQUIT\n")
            self.assertEqual([reply.code for reply in session.rest()], [code], line)
        session = self.session()
        session.send(f"DELIVER TO {ALICE}\nAS x DATA a CHUNKED\nAS x CHUNK 1073741824\n" + "x" * 100_000)
        self.assertEqual([reply.code for reply in session.rest()], [270, 271, 413])
        session = self.session()
        session.send(f"DELIVER TO {ALICE}\nDATA a +BASE64\n")
        self.assertEqual([answer.code for answer in session.answers(2)], [270, 271])
        with self.assertRaises(OSError):  # a body without end: closed behind what the message may hold
            while True:
                session.send("QUJD" * 16_384 + "\n")
        self.assert_served()
        self.assert_grown_within(4 * MIB + 16 * MIB)  # what one message may hold, and what the store keeps of it

    def test_thousands_of_connections_from_one_address(self):
        clients = [self.connect() for _ in range(2_000)]
        greetings = []
        for client in clients:
            with client.makefile("rb") as lines:
                greetings.append(lines.readline()[:3])
        self.assertEqual({b"100", b"429"}, set(greetings))
        self.assertLessEqual(greetings.count(b"100"), 400)
        self.assert_served()
        elsewhere = self.connect(source_address=("127.0.0.2", 0))
        self.assertEqual(elsewhere.recv(4), b"100-")
        self.assert_grown_within(400 * SESSION_BYTES)
        for client in clients:
            client.close()
        wait_until("room for one more", lambda: self.connect().recv(4) == b"100-", SECONDS)

    def test_out_of_descriptors(self):
        pid = self.daemon.pid
        used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (next(n for n in itertools.count() if n not in used), limits[1]))
        administrator = self.administrator()
        client = self.connect()
        self.daemon.wait_for("cannot accept on")
        expect(self.alice.connection.ask("NOOP"), 200)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        self.assertEqual(client.recv(4), b"100-")
        for asked in (administrator, self.administrator()):
            asked.sendall(b"status\n")
            self.assertIn('"step":"store"', asked.makefile().read())

    def administrator(self):
        client = self.enterContext(socket.socket(socket.AF_UNIX))
        client.settimeout(SECONDS)
        client.connect(os.path.join(self.alone.folder, "store", "control.sock"))
        return client

    def test_garbage_instead_of_tls(self):
        chance = random.Random(SEED)
        hello = self.client_hello()
        garbage = [b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(300), hello[:100], b"\x80" * 10,
                   hello[:5] + bytes(len(hello) - 5), b"\x15\x03\x01\x00\x02\x02\x28", b"NOOP\nNOOP\n", b"\x16\x03\x01\x00\x00" * 40]
        garbage += [chance.randbytes(chance.randrange(1, 600)) for _ in range(50)]
        for octets in garbage:
            upgraded = self.connect()
            upgraded.sendall(b"UPGRADE TLS3\n")
            greeting = b""
            while b"204" not in greeting:
                greeting += upgraded.recv(4096)
            for client in (self.connect(self.tls), upgraded):
                client.sendall(octets)
                client.shutdown(socket.SHUT_WR)
                rest = b""
                while said := self.receive(client):
                    rest += said
                # At most an alert (RFC 8446, 6), never a reply.
                self.assertTrue(rest in (b"", greeting) or rest[:1] == b"\x15", rest)
        self.assert_served()
        self.assert_grown_within(8 * MIB)


if __name__ == "__main__":
    unittest.main()
