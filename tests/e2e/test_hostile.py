"""Another domain's component that is not ours, on a real XMPP server: first that it exchanges mail with immpd, then what immpd
refuses of it, each by the code of docs/envelope.md, and that nothing of what was refused has an effect.
"""

import re
import time
import unittest

import nacl.bindings as sodium

from hostile_case import ALICE, BOB, SECONDS, HostileCase
from immp_armor import Identity, b64, mail_item, make_bundle, make_receipt, moment, read_receipt
from immp_component import refusal
from waiting import wait_until


class Hostile(HostileCase):
    # --- It can talk.

    def test_its_mail_is_delivered_and_the_receipt_verifies(self):
        bundle = self.bundle("From a stranger")
        self.assert_receipt(self.stranger.offer(bundle), bundle, 275, ["0 0 275"])
        found, = [message for message in self.alice.index() if message["subject"] == "From a stranger"]
        self.assertEqual((found["from"], self.alice.fetch_part(found["_id"], "text")), (BOB, b"Hello Alice.\n"))

    def test_mail_to_it_is_read_and_ends_with_its_receipt(self):
        self.send("reader@b.example", "To a stranger")
        (inner, body), = self.receive("reader@b.example")[2]
        self.assertEqual((inner["from"], inner["recipients"], inner["subject"], inner["parts"][0]["class"], body),
                         (ALICE, ["reader@b.example"], "To a stranger", "content", b"Hello\n"))
        wait_until("the end of the row", lambda: not self.waiting("reader@b.example"), SECONDS)

    def test_a_receipt_that_comes_later_ends_it_too(self):
        self.stranger.judge = lambda bundle, *_: self.stranger.stored(bundle)
        self.send("later@b.example", "Later")
        bundle, content_key, items = self.receive("later@b.example")
        self.assertEqual(self.stranger.asked.get(timeout=SECONDS), bundle.id)
        self.assertEqual(self.waiting("later@b.example"), 1)
        receipt = make_receipt(bundle, self.identity, content_key, self.stranger.outcomes(items, "275"))
        self.assertEqual(self.stranger.tell(receipt).code, 0)
        self.assertEqual(self.waiting("later@b.example"), 0)

    def test_its_mail_goes_on_in_pieces_from_where_it_stopped(self):
        bundle = self.bundle("In pieces")
        octets = bundle.octets()
        half = len(octets) - 200
        first = self.stranger.offer(bundle, octets=octets[:half])
        self.assertEqual((first.code, first.at, first.receipt), (0, half, None))
        self.assertEqual(self.stranger.ask_about(bundle).at, half)
        for at, of in ((half + 1, len(octets)), (half, len(octets) + 1), (half, len(octets) + 1_000)):
            gap = self.stranger.offer(bundle, at=at, of=of, octets=octets[at:])
            self.assertEqual((gap.code, gap.at), (409, half), (at, of))
        self.assert_receipt(self.stranger.offer(bundle, at=half, octets=octets[half:]), bundle, 275, ["0 0 275"])

    # --- What is refused of its bundles.

    def test_forged_signature_is_422(self):
        bundle = self.bundle("Forged")
        self.assert_refused(self.stranger.offer(bundle.signed(self.other_identity.sign_secret)), 422, "Forged")

    def test_changed_header_is_422(self):
        bundle = self.bundle("Changed header")
        changed = bundle.changed(**{"received-from": {"domain": "b.example", "timestamp": moment(time.time() - 60)}})
        self.assert_refused(self.stranger.offer(changed), 422, "Changed header")

    def test_truncated_bundle_is_400(self):
        bundle = self.bundle("Truncated")
        octets = bundle.octets()[:-17]
        self.assert_refused(self.stranger.offer(bundle, octets=octets, of=len(octets)), 400, "Truncated")

    def test_payload_without_its_end_is_423(self):
        bundle = self.bundle("Endless", final=False)
        self.assert_refused_by_signature(self.stranger.offer(bundle), bundle, 423, "Endless")

    def test_payload_without_its_end_is_423_in_pieces_too(self):
        bundle = self.bundle("Endless pieces", final=False)
        octets = bundle.octets()
        self.assertEqual(self.stranger.offer(bundle, octets=octets[:-100]).code, 0)
        last = self.stranger.offer(bundle, at=len(octets) - 100, octets=octets[-100:])
        self.assert_refused_by_signature(last, bundle, 423, "Endless pieces")
        self.assertEqual(self.stranger.ask_about(bundle).code, 404)

    def test_touched_payload_is_423(self):
        bundle = self.bundle("Touched")
        bundle.payload = bundle.payload[:-1] + bytes([bundle.payload[-1] ^ 1])
        self.assert_refused_by_signature(self.stranger.offer(bundle), bundle, 423, "Touched")

    def test_replayed_bundle_gets_the_same_receipt_and_no_second_copy(self):
        bundle = self.bundle("Replayed")
        first = self.stranger.offer(bundle)
        self.assert_receipt(first, bundle, 275, ["0 0 275"])
        self.assertEqual(self.stranger.offer(bundle).receipt, first.receipt)
        self.assertEqual(self.stranger.ask_about(bundle).receipt, first.receipt)
        self.assertEqual(self.subjects().count("Replayed"), 1)

    def test_replayed_message_in_another_bundle_is_delivered_once(self):
        identity = "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77"
        bundle = self.bundle("Once only", identity)
        item = mail_item(BOB, [ALICE], "Once only", b"Hello Alice.\n", identity)
        again = make_bundle(self.identity, self.key, item, self.content_key)
        other = self.bundle("Under the same id", identity)
        for each, outcome in ((bundle, "0 0 275"), (again, None), (other, "0 0 452 e=5.7.1")):
            answer = self.stranger.offer(each)
            code, outcomes = read_receipt(answer.receipt, each, self.key, self.content_key)
            self.assertEqual(code, 275)
            if outcome:
                self.assertEqual(outcomes, [outcome])
        self.assertEqual([subject for subject in self.subjects() if subject in ("Once only", "Under the same id")], ["Once only"])

    def test_another_bundle_under_a_used_id_is_424(self):
        bundle = self.bundle("First of the id")
        self.assertIsNotNone(self.stranger.offer(bundle).receipt)
        second = self.bundle("Second of the id").changed(**{"immp-bundle": bundle.id}).signed(self.identity.sign_secret)
        self.assert_refused(self.stranger.offer(second), 424, "Second of the id")

    def test_bundle_signed_anew_by_another_domain_is_423(self):
        # Taken on its way and sent as its own: signature and origin are right, but the payload's key comes from b.example's names.
        bundle = self.bundle("Taken over")
        taken = bundle.changed(**{
            "immp-origin": "c.example", "immp-keys": [self.other_identity.record.fingerprint, bundle.envelope["immp-keys"][1]],
            "received-from": {"domain": "c.example", "timestamp": moment()}}).signed(self.other_identity.sign_secret)
        self.assert_refused_by_signature(self.other.offer(taken), taken, 423, "Taken over")

    def test_another_domain_can_speak_for_itself(self):
        bundle = self.bundle("From c.example", signer=self.other_identity)
        self.assert_receipt(self.other.offer(bundle), bundle, 275, ["0 0 275"])

    def test_sender_of_another_domain_is_452(self):
        item = mail_item("alice@a.example", [ALICE], "As if from alice", b"Hello.\n")
        bundle = make_bundle(self.identity, self.key, item, self.content_key)
        self.assert_receipt(self.stranger.offer(bundle), bundle, 275, ["0 0 452 e=5.7.1"])
        self.assertNotIn("As if from alice", self.subjects())

    def test_unknown_recipient_is_451(self):
        bundle = self.bundle("For nobody", recipient="nobody@a.example")
        self.assert_receipt(self.stranger.offer(bundle), bundle, 275, ["0 0 451 e=5.1.1"])

    def test_recipient_of_another_domain_is_452(self):
        bundle = self.bundle("For another domain", recipient="alice@b.example")
        self.assert_receipt(self.stranger.offer(bundle), bundle, 275, ["0 0 452 e=5.7.1"])

    def test_bundle_for_another_domain_is_450(self):
        bundle = self.bundle("Elsewhere").changed(**{"immp-destination": "d.example"}).signed(self.identity.sign_secret)
        self.assert_refused(self.stranger.offer(bundle), 450, "Elsewhere")

    def test_stale_and_ahead_are_424(self):
        for subject, offset in (("Stale", -7 * 86400 - 60), ("Ahead", 660)):
            stamp = {"domain": "b.example", "timestamp": moment(time.time() + offset)}
            bundle = self.bundle(subject).changed(**{"received-from": stamp}).signed(self.identity.sign_secret)
            self.assert_refused(self.stranger.offer(bundle), 424, subject)

    def test_unknown_suite_is_423(self):
        bundle = self.bundle("Suite 2").changed(**{"immp-suite": 2}).signed(self.identity.sign_secret)
        self.assert_refused(self.stranger.offer(bundle), 423, "Suite 2")

    def test_unknown_member_is_400(self):
        bundle = self.bundle("Member").changed(**{"immp-more": 1}).signed(self.identity.sign_secret)
        self.assert_refused(self.stranger.offer(bundle), 400, "Member")

    def test_wrong_destination_fingerprint_is_423(self):
        bundle = self.bundle("Not our key")
        keys = [bundle.envelope["immp-keys"][0], self.other_identity.record.fingerprint]
        bundle = bundle.changed(**{"immp-keys": keys}).signed(self.identity.sign_secret)
        self.assert_refused_by_signature(self.stranger.offer(bundle), bundle, 423, "Not our key")

    def test_box_for_another_key_is_423(self):
        bundle = self.bundle("Not our box")
        box = sodium.crypto_box_seal(self.content_key, self.identity.seal_public)
        bundle = bundle.changed(**{"immp-recipient": [b64(box)]})
        bundle = bundle.signed(self.identity.sign_secret)
        self.assert_refused_by_signature(self.stranger.offer(bundle), bundle, 423, "Not our box")

    def test_address_that_does_not_speak_for_the_origin_is_403(self):
        bundle = self.bundle("Eve")
        for sender in ("eve@immp.b.example", "immp.b.example/eve"):
            self.assert_refused(self.stranger.offer(bundle, sender=sender), 403, "Eve")
        self.assert_refused(self.other.offer(bundle), 403, "Eve")

    def test_unknown_peer_is_403(self):
        # Listed by a.example, but neither immp.<domain> nor in the table.
        bundle = self.bundle("Nobody knows", signer=self.other_identity)
        self.assert_refused(self.stranger.offer(bundle), 403, "Nobody knows")

    def test_octets_beyond_the_bundle_are_400(self):
        bundle = self.bundle("Beyond")
        self.assertEqual(self.stranger.offer(bundle, of=10).code, 400)
        self.assertEqual(self.stranger.offer(bundle, of=1 << 40).code, 413)

    def test_items_that_are_none_are_400(self):
        kind, method, zeros = b"\x02" + bytes(30), b"\x01\x07" + bytes(30), bytes(600) + b"\x01"
        for items in (kind, method, zeros):
            bundle = make_bundle(self.identity, self.key, items, self.content_key)
            self.assert_receipt(self.stranger.offer(bundle), bundle, 400)

    # --- What it says about ours.

    def judged(self, recipient, judge):
        """Sends a mail that is judged so; returns its bundle when the daemon has read the judgement."""
        self.stranger.judge = judge
        while not self.stranger.asked.empty():
            self.stranger.asked.get()
        self.send(recipient, f"For {recipient}")
        return self.receive(recipient)

    def test_what_is_there_already_has_arrived(self):
        self.judged("there@b.example", lambda bundle, content_key, items: self.stranger.stored(bundle, make_receipt(
            bundle, self.identity, content_key, self.stranger.outcomes(items, "409 e=5.6.0"))))
        wait_until("the end of the row", lambda: not self.waiting("there@b.example"), SECONDS)
        self.assertEqual([subject for subject in self.subjects() if "there@" in subject], [])

    def assert_waits_for_a_true_receipt(self, recipient, judge):
        """After this judgement the daemon still asks for the bundle, nothing bounced, and a true receipt ends it."""
        bundle, content_key, items = self.judged(recipient, judge)
        for _ in range(2):  # the second question comes after an answer to the first
            self.assertEqual(self.stranger.asked.get(timeout=SECONDS), bundle.id)
        self.assertEqual(self.waiting(recipient), 1)
        self.stranger.judge = self.stranger.accept
        wait_until("the end of the row", lambda: not self.waiting(recipient), SECONDS)
        self.assertEqual([subject for subject in self.subjects() if recipient in subject], [])
        return bundle, content_key, items

    def receipt_451(self, bundle, content_key, items, signer=None, **members):
        outcomes = self.stranger.outcomes(items, "451 e=5.1.1")
        return make_receipt(bundle, signer or self.identity, content_key, outcomes, **members)

    def test_receipt_signed_by_another_key_ends_nothing(self):
        self.assert_waits_for_a_true_receipt("forged@b.example", lambda bundle, *rest: self.stranger.stored(
            bundle, self.receipt_451(bundle, *rest, signer=self.other_identity, key=self.identity.record.fingerprint)))

    def test_receipt_of_another_domain_ends_nothing(self):
        self.assert_waits_for_a_true_receipt("others@b.example", lambda bundle, *rest: self.stranger.stored(
            bundle, self.receipt_451(bundle, *rest, signer=self.other_identity)))

    def test_receipt_for_another_header_ends_nothing(self):
        self.assert_waits_for_a_true_receipt("header@b.example", lambda bundle, *rest: self.stranger.stored(
            bundle, self.receipt_451(bundle, *rest, digest="00" * 32)))

    def test_receipt_under_another_content_key_ends_nothing(self):
        self.assert_waits_for_a_true_receipt("answer@b.example", lambda bundle, content_key, items: self.stranger.stored(
            bundle, self.receipt_451(bundle, bytes(32), items)))

    def test_receipt_without_its_recipients_ends_nothing(self):
        self.assert_waits_for_a_true_receipt("left-out@b.example", lambda bundle, content_key, items: self.stranger.stored(
            bundle, make_receipt(bundle, self.identity, content_key, [])))

    def test_forged_receipt_told_by_itself_is_422_and_the_true_one_still_ends_it(self):
        bundle, content_key, items = self.judged("told@b.example", lambda bundle, *_: self.stranger.stored(bundle))
        forged = self.receipt_451(bundle, content_key, items, self.other_identity, key=self.identity.record.fingerprint)
        self.assertEqual(self.stranger.asked.get(timeout=SECONDS), bundle.id)
        self.assertEqual(self.stranger.tell(forged).code, 422)
        self.assertEqual(self.waiting("told@b.example"), 1)
        self.stranger.judge = self.stranger.accept
        wait_until("the end of the row", lambda: not self.waiting("told@b.example"), SECONDS)
        self.assertEqual([subject for subject in self.subjects() if "told@" in subject], [])

    def assert_goes_back(self, recipient, code, judge):
        """After this judgement the mail is in the outbox, for a later bundle, and nothing bounced."""
        self.judged(recipient, judge)
        wait_until("the refusal in the log", lambda: re.search(rf"goes back to the outbox: {code}\b", self.log()), SECONDS)
        self.assertEqual(self.waiting(recipient), 1)
        self.assertEqual([subject for subject in self.subjects() if recipient in subject], [])

    def test_unsigned_refusal_ends_nothing(self):
        # Anybody on the way could have made it: it counts as no answer.
        self.assert_waits_for_a_true_receipt("unsigned@b.example", lambda *_: refusal(410))

    def test_signed_refusal_of_the_whole_bundle_ends_nothing(self):
        self.assert_goes_back("whole@b.example", 413, lambda bundle, *_: self.stranger.stored(
            bundle, make_receipt(bundle, self.identity, code=413)))

    def test_refusal_for_a_time_ends_nothing(self):
        recipient = "for-a-time@b.example"
        self.judged(recipient, lambda bundle, content_key, items: self.stranger.stored(bundle, make_receipt(
            bundle, self.identity, content_key, self.stranger.outcomes(items, "451 retry=600 e=4.1.1"))))
        self.send("behind@b.example", "Behind")
        self.stranger.judge = self.stranger.accept
        wait_until("the end of what was sent behind", lambda: not self.waiting("behind@b.example"), SECONDS)
        self.assertEqual(self.waiting(recipient), 1)
        self.assertEqual([subject for subject in self.subjects() if recipient in subject], [])

    def test_signed_451_bounces_exactly_once(self):
        recipient = "gone@b.example"
        bundle, content_key, items = self.judged(recipient, lambda bundle, *rest: self.stranger.stored(
            bundle, self.receipt_451(bundle, *rest)))
        subject = f"Undelivered: {recipient}: For {recipient}"
        bounce, = self.alice.wait_for(subject)
        self.assertEqual(bounce["from"], "mailer-daemon@a.example")
        failed, = self.alice.fetch_json(bounce["_id"])["envelope"]["failed"]
        self.assertEqual((failed["recipient"], failed["code"]), (recipient, 451))
        self.assertEqual(self.waiting(recipient), 0)
        self.assertEqual(self.stranger.tell(self.receipt_451(bundle, content_key, items)).code, 0)
        self.assertEqual(self.subjects().count(subject), 1)

    # --- Its key.

    def test_changed_key_is_412_and_mail_to_it_waits(self):
        changed = Identity("b.example")
        self.stranger.identity = changed
        try:
            bundle = make_bundle(changed, self.key, mail_item(BOB, [ALICE], "New key", b"Hello\n"), self.content_key)
            self.assert_refused(self.stranger.offer(bundle), 412, "New key")
            self.send("key@b.example", "Waits")
            wait_until("412 in the log", lambda: re.search(r"mail to b\.example waits \d+ s: 412", self.log()), SECONDS)
            self.assertEqual(self.waiting("key@b.example"), 1)
            self.assertTrue(self.stranger.received.empty())
            # What the pinned key signs is believed as before.
            bundle = self.bundle("Old key")
            self.assert_receipt(self.stranger.offer(bundle), bundle, 275, ["0 0 275"])
        finally:
            self.stranger.identity = self.identity
            self.lab.kill("a", "immpd")  # the pause for a changed key is minutes long, and a start asks anew
            self.lab.start("a", "immpd")
        wait_until("the end of the row", lambda: not self.waiting("key@b.example"), SECONDS)


if __name__ == "__main__":
    unittest.main()
