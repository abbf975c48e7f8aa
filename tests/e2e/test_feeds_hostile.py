"""What domains that are not ours may not want of nodes, and may not send for them, each by the code of docs/envelope.md; that nobody
else is delayed or loses anything; and many of everything.
"""

import secrets
import subprocess
import threading
import time
import unittest
import uuid

import edge_case
from alone import program
from feed_case import FeedCase
from hostile_case import ALICE, SECONDS
from immp_armor import compact
from immp_client import Mailer, expect
from immp_feeds import HISTORY, KEPT, PLACE, WISH, Feed, FeedDomain, OwnNode, for_feed, fresh_token, message, wish
from processes import peak_bytes, reset_peak
from test_publish import Node, envelope, items, subscribe, subscription, wait_for_items
from waiting import wait_until

CAROL = "carol@a.example"
REFUSED, NOT_SUBSCRIBED, TOO_LARGE, NO_NODE = "452 e=5.7.1", "454 e=5.7.1", "413 e=5.3.4", "481 e=5.1.1"
FALSE_DIGEST = "0" * 64
MIB = 1 << 20
FLOOD = 60  # wishes of a domain in a minute
AN_HOUR = 12  # of them for the items of one node in an hour


class HostileFeeds(FeedCase):
    """b.example, and where it is named c.example, wants and sends what it may not."""

    # --- Of our nodes.

    def test_wishes_in_anothers_name_and_of_no_form(self):
        node = self.node("forged")
        feed = Feed(node.name)
        mine, token = feed.uuid, feed.token
        for refused, offered in {
                "another domain's": wish(node.name, "c.example", mine, token),
                "ours": wish(node.name, "a.example", mine, token),
                "another domain's user's": wish(node.name, "dave@c.example", mine, token, subscription=str(uuid.uuid4())),
                "our user's": wish(node.name, CAROL, mine, token, subscription=str(uuid.uuid4())),
                "without a token": wish(node.name, "b.example", mine, None),
                "a user's without his subscription": wish(node.name, "bob@b.example", mine, token),
                "a user's with a tag": wish(node.name, "bob+x@b.example", mine, token, subscription=str(uuid.uuid4())),
                "a feed that is no UUID": wish(node.name, "b.example", "everything", token),
                "two parts": message("subscribe", "b.example", [node.name], [("a", WISH, b"{}"), ("b", WISH, b"{}")], token=token),
                "another type": message("subscribe", "b.example", [node.name], [("a", "text/plain", b"x")], token=token),
                "another's end": wish(node.name, "c.example", mine, token, kind="unsubscribe"),
                "JSON of a megabyte": message("subscribe", "b.example", [node.name], [("a", WISH, b" " * MIB)], token=token)}.items():
            with self.subTest(refused):
                self.assertEqual(self.b.offer(offered), REFUSED)
        self.assertEqual(self.b.wish(Feed("alice/none@a.example")), NO_NODE)
        self.assertEqual(self.b.wish(Feed(f"{ALICE}")), NO_NODE)
        self.assertEqual(node.line().field("domains"), "0")
        node.publish("for nobody")
        self.assertEqual((self.b.others, self.c.others), ([], []))

    def test_a_wish_that_comes_again_is_taken_once(self):
        node = self.node("again")
        node.publish("one", "two")
        feed = Feed(node.name)
        self.b.feeds[feed.uuid] = feed
        sent = wish(node.name, "b.example", feed.uuid, feed.token)
        self.assertEqual(self.b.offer(sent), "280")
        wait_until("its items", lambda: feed.numbers() == [1, 2], SECONDS)
        # In bundles of their own: each is signed anew, so nothing but the item's id tells.
        self.assertEqual([self.b.offer(sent), self.b.offer(sent)], ["280", "280"])
        other = wish(node.name, "b.example", str(uuid.uuid4()), fresh_token(), id=sent[0]["id"])
        self.assertEqual(self.b.offer(other), REFUSED)
        # Another domain that has seen it gains nothing by it.
        self.assertEqual(self.c.offer(sent), REFUSED)
        node.publish("three")
        wait_until("by the feed that it wished for", lambda: feed.numbers() == [1, 2, 3], SECONDS)
        self.assertEqual((len(feed.words), self.b.others, self.c.others), (1, [], []))

    def test_an_end_that_comes_again_ends_no_later_feed(self):
        node = self.node("ends")
        feed = self.taken(node)
        end = wish(node.name, "b.example", feed.uuid, feed.token, kind="unsubscribe")
        self.assertEqual(self.b.offer(end), "283")
        later = self.taken(node)
        self.assertEqual(self.b.offer(end), "283")
        self.assertEqual(self.b.wish(feed, kind="unsubscribe"), "283")
        self.assertEqual(self.c.wish(later, kind="unsubscribe"), "283")
        node.publish("still")
        wait_until("it goes on", lambda: later.numbers() == [1], SECONDS)
        self.assertEqual(feed.numbers(), [])

    def test_the_end_of_a_former_subscription_ends_no_later_one(self):
        node = self.node("persons", "-OPEN")
        feed = self.taken(node)
        former, later = str(uuid.uuid4()), str(uuid.uuid4())
        for each in (former, later):
            self.assertEqual(self.b.wish(feed, user="bob@b.example", subscription=each), "280")
        self.assertEqual(self.b.wish(feed, user="bob@b.example", subscription=former, kind="unsubscribe"), "283")
        self.assertEqual(node.people(), {"bob@b.example": "waiting"})
        node.decide("ADMIT", "bob@b.example")
        wait_until("the later one is admitted", lambda: feed.words[-1].get("admitted") == [later], SECONDS)
        node.publish("for him")
        wait_until("his item", lambda: feed.numbers() == [1], SECONDS)

    def test_a_late_wish_of_a_former_feed_does_not_silence_the_later_one(self):
        # Ours is the subscriber here: b.example plays a publisher that heard of two feeds in the wrong order.
        own = OwnNode("bob/order@b.example")
        former = self.subscribed(self.alice, own)
        expect(self.alice.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)
        self.assertEqual(self.b.next_wish()[0]["kind"], "unsubscribe")
        later = self.subscribed(self.alice, own)
        own.add("by the former feed")
        self.assertEqual(self.b.send(own, former, 1), NOT_SUBSCRIBED)
        told = self.b.follower(*self.b.next_wish())
        self.assertEqual(told, later)
        self.assertEqual(self.b.send(own, later, 1), "260")
        wait_for_items(self.alice, own.name, 1)

    def test_a_domain_that_never_acknowledges_holds_up_nobody(self):
        node = self.node("silent")
        expect(subscribe(self.carol, node.name), 280)
        silent, good = self.taken(node), self.taken(node, self.c)
        reset_peak(self.lab.pid("a", "immpd"))
        before = peak_bytes(self.lab.pid("a", "immpd"))
        with self.silence():
            node.publish(*(f"number {number}" for number in range(1, KEPT + 11)))
            wait_until("the other domain has all", lambda: len(good.items) == KEPT + 10, SECONDS)
            wait_for_items(self.carol, node.name, KEPT + 10)
            self.assertEqual((silent.items, good.broken_links(), self.waiting(f"{silent.uuid}@b.example")), ({}, [], KEPT))
        self.assertLess(peak_bytes(self.lab.pid("a", "immpd")) - before, 64 * MIB)
        wait_until("it has what waited, then the newest", lambda: len(silent.items) == KEPT + 1, SECONDS)
        self.assertEqual(sorted(silent.items), [*range(1, KEPT + 1), KEPT + 10])

    def test_a_domain_that_only_asks_holds_up_nobody(self):
        node = self.node("asked")
        node.publish(*(f"number {number}" for number in range(1, KEPT + 1)))
        expect(subscribe(self.carol, node.name), 280)
        good = self.taken(node, self.c, first=HISTORY)
        feed, times = Feed(node.name), 40
        self.b.feeds[feed.uuid] = feed
        with self.silence():
            self.assertEqual({self.b.wish(feed, after=number % 2) for number in range(AN_HOUR)}, {"280"})
            self.assertRegex(self.b.wish(feed, after=0), "^429 retry=")
            self.assertEqual({self.b.wish(feed, after=KEPT) for _ in range(times - AN_HOUR)}, {"280"})
            self.assertLessEqual(self.waiting(f"{feed.uuid}@b.example"), KEPT + times)
            self.assert_others_are_served(node, good)
        # The newest does not wait for it behind so much else: the next one will show the gap.
        wait_until("each item once", lambda: feed.numbers() == list(range(2, KEPT + 1)), SECONDS)
        wait_until("nothing more", lambda: not self.waiting(f"{feed.uuid}@b.example"), SECONDS)

    # --- For our subscribers.

    def own(self, name):
        own = OwnNode(f"bob/{name}@b.example")
        own.add("one")
        return own, self.subscribed(self.alice, own)

    def test_items_of_who_does_not_own_the_name(self):
        own, feed = self.own("mine")
        second, other_feed = self.own("second")
        draft = own.items[0]

        def offered(domain, drafted, to, **members):
            inner, bodies = for_feed(drafted, to)
            return domain.offer((inner | {"id": str(uuid.uuid4())} | members, bodies))
        for refused, code, said in (
                ("another token", NOT_SUBSCRIBED, offered(self.b, draft, (feed[0], fresh_token()))),
                ("another feed's token", NOT_SUBSCRIBED, offered(self.b, draft, (feed[0], other_feed[1]))),
                ("no such feed", NOT_SUBSCRIBED, offered(self.b, draft, (f"{uuid.uuid4()}@a.example", feed[1]))),
                ("another node of that domain", REFUSED, offered(self.b, second.items[0], feed)),
                ("the bare domain", REFUSED, offered(self.b, draft, feed, **{"from": "b.example"})),
                ("another domain, by the true token", NOT_SUBSCRIBED,
                 offered(self.c, draft, feed, **{"from": "bob/mine@c.example"})),
                ("another domain, in that node's name", REFUSED, offered(self.c, draft, feed)),
                ("a node of ours", REFUSED, offered(self.b, draft, feed, **{"from": "alice/mine@a.example"})),
                ("the word of another domain", NOT_SUBSCRIBED, self.c.tell(OwnNode("bob/mine@c.example"), feed)),
                ("the end by another domain", NOT_SUBSCRIBED, self.c.tell(OwnNode("bob/mine@c.example"), feed, "unsubscribe")),
                ("the end by another node", REFUSED, self.b.tell(second, feed, "unsubscribe"))):
            with self.subTest(refused):
                self.assertEqual(said, code)
        self.assertEqual((items(self.alice, own.name), subscription(self.alice, own.name)["state"]), ([], "active"))
        self.assertEqual(self.b.send(own, feed, 1), "260")
        wait_for_items(self.alice, own.name, 1)

    def test_items_of_no_form(self):
        own, feed = self.own("shapeless")
        text = ("text", "text/plain", b"x")
        for refused, parts in {
                "without its place": [text], "two contents": [text, ("more", "text/plain", b"y")],
                "three parts": [text, ("place", PLACE, compact({"sequence": 1})), ("more", PLACE, compact({"sequence": 1}))],
                "number 0": [text, ("place", PLACE, compact({"sequence": 0}))],
                "a first one with another before": [text, ("place", PLACE, compact({"sequence": 1, "previous": FALSE_DIGEST}))],
                "a later one without": [text, ("place", PLACE, compact({"sequence": 2}))],
                "no digest": [text, ("place", PLACE, compact({"sequence": 2, "previous": "ab"}))],
                "a number that no reader keeps": [text, ("place", PLACE, b'{"sequence":9007199254740992,"previous":"' + b"0" * 64 + b'"}')],
                "a place of a megabyte": [text, ("place", PLACE, compact({"sequence": 1}) + b" " * MIB)]}.items():
            with self.subTest(refused):
                inner, bodies = message("item", own.name, [own.name], parts, token=feed[1])
                self.assertEqual(self.b.offer((inner | {"recipients": [feed[0]]}, bodies)), REFUSED)
        self.assertEqual(items(self.alice, own.name), [])

    def test_items_that_come_again(self):
        own, feed = self.own("replayed")
        self.assertEqual([self.b.send(own, feed, 1), self.b.send(own, feed, 1)], ["260", "260"])
        forged = for_feed(own.draft("another text", {"sequence": 1}, id=own.items[0][0]["id"]), feed)
        self.assertEqual(self.b.offer(forged), REFUSED)
        wait_for_items(self.alice, own.name, 1)
        self.assertEqual(self.chains(self.alice, own), {1: ""})
        # The same number under another id is an edit, and so is a history that does not hold.
        self.assertEqual(self.b.offer(for_feed(own.draft("again, and changed", {"sequence": 1}), feed)), "260")
        self.assertEqual(self.b.offer(for_feed(own.draft("of another history", {"sequence": 2, "previous": FALSE_DIGEST}), feed)), "260")
        found = wait_for_items(self.alice, own.name, 3)
        said = [envelope(self.alice, each["_id"]) for each in found]
        self.assertEqual({(each["sequence"], each.get("chain")) for each in said}, {(1, None), (1, "edited"), (2, "edited")})

    def test_an_item_older_than_all_that_are_kept(self):
        own, feed = self.own("ancient")
        for number in range(2, KEPT + 2):
            own.add(f"number {number}")
        self.assertEqual(self.b.send(own, feed, *range(1, KEPT + 2)), ["260"] * (KEPT + 1))
        beside = message("mail", "bob@b.example", [ALICE], [("text", "text/plain", b"x")], subject="Beside it")
        ancient = for_feed(own.draft("of another history", {"sequence": 1}), feed)
        self.assertEqual(self.b.offer(ancient, beside), ["260", "275"])
        wait_for_items(self.alice, own.name, KEPT + 2)

    def test_an_older_word_is_passed_over(self):
        own = OwnNode("bob/versions@b.example", is_open=False)
        self.alice.connection.send(f"SUBSCRIBE TO {own.name}\n")
        feed = self.b.follower(*self.b.next_wish())
        self.b.tell(own, feed)
        alices = self.b.next_wish()[1]["subscription"]
        own.version = 5
        self.assertEqual(self.b.tell(own, feed, admitted=[alices]), "280")
        for code in (380, 280):
            expect(self.alice.connection.answer(), code)
        own.version = 4
        self.assertEqual(self.b.tell(own, feed, refused=[alices]), "280")
        self.assertEqual(subscription(self.alice, own.name)["state"], "active")
        # About others' subscriptions it says nothing, and of no form it is refused.
        second = OwnNode("bob/versions-2@b.example", is_open=False)
        self.carol.connection.send(f"SUBSCRIBE TO {second.name}\n")
        other_feed = self.b.follower(*self.b.next_wish())
        self.b.tell(second, other_feed)
        carols = self.b.next_wish()[1]["subscription"]
        own.version = 6
        self.assertEqual(self.b.tell(own, feed, admitted=[carols]), "280")
        looking = self.enterContext(Mailer(self.lab.a, "carol"))
        self.assertEqual(subscription(looking, second.name)["state"], "asked")
        self.assertEqual(self.b.tell(own, feed, refused=[str(uuid.uuid4()) for _ in range(101)]), REFUSED)
        self.assertEqual(self.b.tell(OwnNode(own.name, "x" * 401), feed), REFUSED)
        self.assertEqual(self.b.tell(OwnNode(own.name, "a\nb"), feed), REFUSED)
        self.assertEqual(self.b.tell(second, other_feed, waiting=[carols]), "280")
        for code in (380, 480):
            expect(self.carol.connection.answer(), code)

    def test_a_publisher_that_goes_on_after_the_last_unsubscribe(self):
        own, feed = self.own("stubborn")
        self.assertEqual(self.b.send(own, feed, 1), "260")
        expect(self.alice.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)
        for number in range(2, 6):
            own.add(f"number {number}")
        self.assertEqual(self.b.send(own, feed, 2, 3, 4, 5), [NOT_SUBSCRIBED] * 4)
        self.assertEqual(self.b.tell(own, feed), NOT_SUBSCRIBED)
        self.assertEqual(len(items(self.alice, own.name)), 1)
        self.assertEqual([inner for inner, _ in self.b.asked.queue if inner["kind"] == "subscribe"], [])

    def test_nothing_that_came_is_published_again(self):
        node = self.node("copies")
        taken = self.taken(node)
        own, feed = self.own("loop")
        for name, rest in (("one", f"FORWARD {own.name}"), ("two", f"FORWARD {node.name}"), ("three", "FORWARD bob@b.example")):
            expect(self.alice.connection.ask(f"RULE ADD {name} {rest}"), 201)
        try:
            for number in range(2, 7):
                own.add(f"number {number}")
            self.assertEqual(self.b.send(own, feed, 1, 2, 3, 4, 5, 6), ["260"] * 6)
            wait_for_items(self.alice, own.name, 6)
            # Mail to a node's name publishes nothing.
            self.assertEqual(self.b.offer(message("mail", own.name, [node.name], [("text", "text/plain", b"x")])), "451 e=5.1.1")
            node.publish("the only one")
            wait_until("what alice published", lambda: taken.numbers() == [1], SECONDS)
            self.assertEqual((taken.text(1), self.b.others, node.line().field("items")), ("the only one", [], "1"))
            self.assertTrue(self.b.asked.empty())
        finally:
            for name in ("one", "two", "three"):
                expect(self.alice.connection.ask(f"RULE DROP {name}"), 244)


class Crowds(edge_case.EdgeCase):
    """Many of everything, at immpd alone; every other domain is the test's."""

    def assert_flood(self, outcomes, allowed):
        """As many as the rate are taken, and one more for each second that began meanwhile: no more than `allowed`."""
        self.assertEqual(outcomes[:FLOOD], ["280"] * FLOOD)
        self.assertLessEqual(outcomes.count("280"), allowed)
        for outcome in outcomes[FLOOD:]:
            self.assertRegex(outcome, r"^280$|^429 retry=[1-9][0-9]* e=4\.")

    def test_a_flood_of_wishes(self):
        node = Node(self.alice, "wanted")
        flooding, calm = (FeedDomain(self.peer(domain)) for domain in ("flood.example", "calm.example"))
        began = int(time.time())
        told = flooding.offer(*(wish(node.name, "flood.example", str(uuid.uuid4()), fresh_token()) for _ in range(FLOOD + 40)))
        allowed = FLOOD + int(time.time()) - began
        self.assert_flood(told, allowed)
        # Its own words are bounded with that, and others have what they ask for.
        self.assertLessEqual(len([recipient for recipient in self.waiting() if recipient.endswith("@flood.example")]), allowed)
        feed, outcome = calm.take(node.name)
        self.assertEqual(outcome, "280")
        node.publish("for calm people")
        wait_until("its item", lambda: feed.numbers() == [1], SECONDS)
        self.assert_served()

    def test_a_crowd_at_a_closed_node(self):
        node = Node(self.alice, "guarded", "-OPEN")
        crowd, calm = (FeedDomain(self.peer(domain)) for domain in ("crowd.example", "quiet.example"))
        feed = Feed(node.name)
        outcomes, began = [], int(time.time())
        for _ in range(2):
            outcomes += crowd.offer(*(wish(node.name, f"user{secrets.token_hex(4)}@crowd.example", feed.uuid, feed.token,
                                           subscription=str(uuid.uuid4())) for _ in range(FLOOD)))
        self.assert_flood(outcomes, FLOOD + int(time.time()) - began)
        other, outcome = calm.take(node.name)
        self.assertEqual((outcome, calm.wish(other, user="dave@quiet.example", subscription=str(uuid.uuid4()))), ("280", "280"))
        self.assertEqual(node.people()["dave@quiet.example"], "waiting")
        self.assert_served()

    def test_an_item_of_64_mib(self):
        own, publisher = OwnNode("eve/huge@huge.example"), FeedDomain(self.peer("huge.example"))
        self.alice.connection.send(f"SUBSCRIBE TO {own.name}\n")
        feed = publisher.follower(*publisher.next_wish())
        self.assertEqual(publisher.tell(own, feed), "280")
        for code in (380, 280):
            expect(self.alice.connection.answer(), code)
        own.add("small")
        huge, said = for_feed(own.draft(bytes(64 * MIB), {"sequence": 2, "previous": FALSE_DIGEST}), feed), []
        sending = threading.Thread(target=lambda: said.append(publisher.offer(huge)))
        sending.start()
        while sending.is_alive():
            self.assert_served()
        self.assertEqual(said, [TOO_LARGE])
        self.assert_grown_within(64 * MIB)
        self.assertEqual(publisher.send(own, feed, 1), "260")
        self.assertEqual(len(wait_for_items(self.alice, own.name, 1)), 1)

    def test_ten_thousand_nodes(self):
        names = [f"many{number}" for number in range(10)]
        held, made = [], []
        for name in names:
            address = f"{name}@{edge_case.DOMAIN}"
            secret = subprocess.run([program(), "account", "add", address, "-c", self.alone.config], capture_output=True, text=True,
                                    check=True).stdout.strip()
            held.append(self.enterContext(Mailer({**self.as_side(), "accounts": {address: secret}}, name)))

        def create(mailer):
            for start in range(0, 1_000, 100):
                mailer.connection.send("".join(f"PUBLISH CREATE {mailer.address.partition('@')[0]}/{number}\n"
                                               for number in range(start, start + 100)))
                made.extend(answer.code for answer in mailer.connection.answers(100))
            made.append(mailer.connection.ask(f"PUBLISH CREATE {mailer.address.partition('@')[0]}/more").code)
        threads = [threading.Thread(target=create, args=(mailer,)) for mailer in held]
        for thread in threads:
            thread.start()
        self.assert_served()
        for thread in threads:
            thread.join()
        # alice has some of her own, so the last of the domain's ten thousand are hers.
        self.assertEqual((len(made), set(made)), (10 * 1_001, {261, 413}))
        self.assertLessEqual(made.count(261), 10_000)
        self.assertEqual(self.alice.connection.ask("PUBLISH CREATE alice/one-more").code, 413)
        listed = expect(held[0].connection.ask("PUBLISH LIST"), 262)
        self.assertEqual(listed.last.text, f"n={len(listed.lines) - 1}")
        reader = FeedDomain(self.peer("reader.example"))
        feed, outcome = reader.take(f"many0/0@{edge_case.DOMAIN}")
        self.assertEqual(outcome, "280")
        wait_until("its word", lambda: feed.words, SECONDS)
        self.assert_grown_within(64 * MIB)


if __name__ == "__main__":
    unittest.main()
