"""Feeds with a domain whose component is not ours, on real XMPP servers: it takes our nodes' items and we its, by the documentation
alone; and what becomes of them when accounts, owners or a domain go.
"""

import subprocess
import unittest
import uuid

from alone import program
from feed_case import FeedCase
from hostile_case import ALICE, SECONDS
from immp_client import Mailer, expect, text_part
from immp_feeds import HISTORY, WORD, Feed, OwnNode, for_feed, message, wish
from test_publish import Node, envelope, items, subscribe, subscription, wait_for_items
from waiting import wait_until

CAROL = "carol@a.example"
NOT_SUBSCRIBED, NO_NODE = "454 e=5.7.1", "481 e=5.1.1"
MIB = 1 << 20


class Feeds(FeedCase):
    """Everybody does what the documentation says."""

    def test_it_takes_the_items_of_an_open_node(self):
        node = self.node("news")
        node.publish(*(f"early {number}" for number in range(1, 26)))
        feed = self.taken(node, first=HISTORY)
        word, = feed.words
        self.assertEqual((word["title"], word["description"], word["open"], word["sequence"]),
                         ("Title of news", "What is new", True, 25))
        self.assertEqual(feed.numbers(), list(range(6, 26)))
        node.publish('Grüße "\\"', "and on")
        wait_until("two more", lambda: len(feed.items) == 22, SECONDS)
        self.assertEqual(feed.broken_links(), [])
        inner, _, _ = feed.items[26]
        self.assertEqual((inner["subject"], inner["from"], inner["recipients"], feed.text(26)),
                         ('Grüße "\\"', node.name, [f"{feed.uuid}@b.example"], 'Grüße "\\"'))
        self.assertEqual(node.line().field("domains"), "1")
        self.assertEqual(self.b.wish(feed, kind="unsubscribe"), "283")
        self.assertEqual(node.line().field("domains"), "0")
        node.publish("unheard")
        again = self.taken(node, first=HISTORY)
        self.assertEqual((again.numbers(), feed.numbers()[-1]), (list(range(9, 29)), 27))

    def test_it_asks_for_what_is_missing(self):
        node = self.node("gaps")
        node.publish(*(f"number {number}" for number in range(1, 31)))
        feed = self.taken(node, first=HISTORY)
        self.assertEqual(self.b.wish(feed, after=3), "280")
        wait_until("all behind the third", lambda: feed.numbers() == list(range(4, 31)), SECONDS)
        self.assertEqual((feed.broken_links(), len(feed.words)), ([], 2))
        self.assertEqual(self.b.wish(feed, after=30), "280")
        wait_until("the answer", lambda: len(feed.words) == 3, SECONDS)
        self.assertEqual(feed.numbers(), list(range(4, 31)))

    def test_it_hears_that_a_node_is_no_more(self):
        node = self.node("short")
        node.publish("kept")
        feed = self.taken(node, first=1)
        expect(node.publisher.connection.ask(f"PUBLISH DROP {node.name}"), 244)
        wait_until("the node's end", lambda: feed.is_ended, SECONDS)
        self.assertEqual(self.b.take(node.name)[1], NO_NODE)

    def test_it_takes_a_node_that_is_not_open_for_whom_it_admits(self):
        node = self.node("board", "-OPEN")
        node.publish("before")
        feed = self.taken(node)
        word, = feed.words
        self.assertEqual((word["open"], set(word) & {"admitted", "refused", "waiting"}, node.people()), (False, set(), {}))
        bob, dave = str(uuid.uuid4()), str(uuid.uuid4())
        for user, subscription_ in (("bob@b.example", bob), ("dave@b.example", dave)):
            self.assertEqual(self.b.wish(feed, user=user, subscription=subscription_), "280")
            wait_until("what the node says of him", lambda user=subscription_: feed.words[-1].get("waiting") == [user], SECONDS)
        self.assertEqual((node.people(), feed.numbers()), ({"bob@b.example": "waiting", "dave@b.example": "waiting"}, []))
        node.decide("ADMIT", "bob@b.example")
        node.decide("REFUSE", "dave@b.example")
        wait_until("the decisions", lambda: len(feed.words) == 5, SECONDS)
        told = {word["version"]: (word.get("admitted"), word.get("refused"), word.get("waiting")) for word in feed.words}
        first = word["version"]
        self.assertEqual((told[first + 1], told[first + 2]), (([bob], None, None), (None, [dave], None)))
        wait_until("what was published before", lambda: feed.numbers() == [1], SECONDS)
        # He leaves: with the last who was admitted there, nothing comes any more.
        self.assertEqual(self.b.wish(feed, user="bob@b.example", subscription=bob, kind="unsubscribe"), "283")
        node.publish("for nobody")
        again = str(uuid.uuid4())
        self.assertEqual(self.b.wish(feed, after=2, user="bob@b.example", subscription=again), "280")
        wait_until("he is admitted as before", lambda: feed.words[-1].get("admitted") == [again], SECONDS)
        node.publish("for bob")
        wait_until("his item", lambda: feed.numbers() == [1, 3], SECONDS)

    def test_we_take_the_items_of_its_node(self):
        own = OwnNode("bob/news@b.example", 'Bob\'s "news"', "What is new")
        for number in range(1, 5):
            own.add(f"early {number}", subject=f"Number {number}")
        self.alice.connection.send(f"SUBSCRIBE TO {own.name}\n")
        inner, said = self.b.next_wish()
        self.assertEqual((inner["from"], inner["recipients"], said["after"], set(said)),
                         ("a.example", [own.name], 0, {"feed", "after"}))
        feed = self.b.follower(inner, said)
        self.assertEqual(self.b.tell(own, feed), "280")
        expect(self.alice.connection.answer(), 380)
        accepted = expect(self.alice.connection.answer(), 280)
        self.assertTrue(accepted.last.text.startswith('Subscribed to: "Bob\'s \\"news\\"" id='), accepted)
        # The second item is missing, and asked for once.
        self.assertEqual(self.b.send(own, feed, 1, 3, 4), ["260", "260", "260"])
        wait_for_items(self.alice, own.name, 3)
        self.assertEqual(self.chains(self.alice, own), {1: "", 3: "gap", 4: ""})
        asking, said = self.b.next_wish()
        self.assertEqual((self.b.follower(asking, said), said["after"]), (feed, 1))
        self.assertEqual(self.b.send(own, feed, 2), "260")
        wait_until("the gap is taken back", lambda: self.chains(self.alice, own) == {1: "", 2: "", 3: "", 4: ""}, SECONDS)
        shown = envelope(self.alice, items(self.alice, own.name)[0]["_id"])
        self.assertEqual((shown["kind"], shown["from"], shown["to"]), ("item", own.name, [own.name]))
        # The next of that domain needs no other feed; the last who leaves ends it.
        self.assertTrue(subscribe(self.carol, own.name).last.text.startswith("Subscribed to: "))
        self.assertEqual(len(items(self.carol, own.name)), 4)
        for reader in (self.alice, self.carol):
            expect(reader.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)
        ended, said = self.b.next_wish()
        self.assertEqual((ended["kind"], self.b.follower(ended, said)), ("unsubscribe", feed))
        self.assertTrue(self.b.asked.empty())

    def test_we_name_our_users_to_a_node_that_is_not_open(self):
        own = OwnNode("bob/board@b.example", "Board", is_open=False)
        own.add("before")
        self.alice.connection.send(f"SUBSCRIBE TO {own.name}\n")
        feed = self.b.follower(*self.b.next_wish())
        self.assertEqual(self.b.tell(own, feed), "280")
        inner, said = self.b.next_wish()
        self.assertEqual((inner["from"], self.b.follower(inner, said)), (ALICE, feed))
        alices = said["subscription"]
        self.assertEqual(self.b.tell(own, feed, waiting=[alices]), "280")
        expect(self.alice.connection.answer(), 380)
        expect(self.alice.connection.answer(), 480)
        self.assertEqual((subscription(self.alice, own.name)["uuid"], subscription(self.alice, own.name)["state"]), (alices, "waiting"))
        self.carol.connection.send(f"SUBSCRIBE TO {own.name}\n")
        inner, said = self.b.next_wish()
        self.assertEqual(inner["from"], CAROL)
        self.assertEqual(self.b.tell(own, feed, refused=[said["subscription"]]), "280")
        expect(self.carol.connection.answer(), 380)
        self.assertIsNone(expect(self.carol.connection.answer(), 480).last.field("retry"))
        own.version += 1
        self.assertEqual(self.b.tell(own, feed, admitted=[alices]), "280")
        self.assertEqual(subscription(self.alice, own.name)["state"], "active")
        self.assertEqual(self.b.send(own, feed, 1), "260")
        wait_for_items(self.alice, own.name, 1)
        self.assertEqual(items(self.carol, own.name), [])
        expect(self.carol.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)
        inner, ended = self.b.next_wish()
        self.assertEqual((inner["kind"], inner["from"], ended["subscription"]), ("unsubscribe", CAROL, said["subscription"]))

    def test_small_parts_are_read_behind_large_ones(self):
        # What a bundle's parts hold in memory is bounded: the small ones behind them go to the disk, too.
        node, own = self.node("behind"), OwnNode("bob/behind@b.example")
        own.add("one")
        feed, asking = self.subscribed(self.alice, own), Feed(node.name)
        self.b.feeds[asking.uuid] = asking
        large = message("mail", "bob@b.example", [ALICE], [("text", "text/plain", b"x" * (MIB - 8))])
        self.assertEqual(self.b.offer(large, for_feed(own.items[0], feed), wish(node.name, "b.example", asking.uuid, asking.token),
                                      message("subscribe", own.name, [feed[0]], [("node", WORD, own.word())], token=feed[1])),
                         ["275", "260", "280", "280"])
        wait_for_items(self.alice, own.name, 1)
        wait_until("the node's word", lambda: asking.words, SECONDS)

    def test_we_hear_that_its_node_is_no_more(self):
        own = OwnNode("bob/short@b.example")
        own.add("kept")
        feed = self.subscribed(self.alice, own)
        self.assertEqual(self.b.send(own, feed, 1), "260")
        self.assertEqual(self.b.tell(own, feed, "unsubscribe"), "283")
        self.assertEqual(subscription(self.alice, own.name)["state"], "gone")
        self.assertEqual(len(wait_for_items(self.alice, own.name, 1)), 1)
        expect(self.alice.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)

    def test_a_node_that_it_has_not(self):
        self.b.says_to_wishes = NO_NODE
        self.assertEqual(subscribe(self.alice, "bob/none@b.example").code, 481)
        self.assertIsNone(subscription(self.alice, "bob/none@b.example"))


class Departures(FeedCase):
    """Accounts that are removed, nodes with another owner, a domain that is gone."""

    def immpd(self, *arguments):
        done = subprocess.run([program(), *arguments, "-c", self.lab.a["config"]], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def account(self, name):
        address = f"{name}@a.example"
        return self.enterContext(Mailer({**self.lab.a, "accounts": {address: self.immpd("account", "add", address)}}, name))

    def wait_until_gone(self, reader, node):
        wait_until(f"{node} is gone for {reader.address}", lambda: subscription(reader, node)["state"] == "gone", SECONDS)

    def test_a_publisher_whose_account_is_removed(self):
        node = Node(self.account("erin"), "news")
        feed = self.taken(node)
        expect(subscribe(self.carol, node.name), 280)
        node.publish("one")
        wait_until("the first item", lambda: feed.numbers() == [1], SECONDS)
        self.immpd("account", "remove", "erin@a.example")
        self.wait_until_gone(self.carol, node.name)
        wait_until("b.example hears of it", lambda: feed.is_ended, SECONDS)
        # Another owner of the same name: nobody has what he publishes who did not subscribe to it.
        again = Node(self.account("erin"), "news")
        again.publish("of somebody else")
        later = self.taken(again, first=1)
        self.assertEqual((later.text(1), feed.numbers(), len(items(self.carol, node.name))), ("of somebody else", [1], 1))
        accepted = expect(subscribe(self.carol, node.name), 280)
        self.assertEqual(len(items(self.carol, node.name)), 2)
        # The name means the newer subscription.
        self.assertEqual(subscription(self.carol, node.name)["uuid"], accepted.last.field("id"))
        expect(self.carol.connection.ask(f"UNSUBSCRIBE {node.name}"), 283)
        self.assertEqual(subscription(self.carol, node.name)["state"], "gone")
        expect(self.carol.connection.ask(f"UNSUBSCRIBE {node.name}"), 283)
        self.assertIsNone(subscription(self.carol, node.name))

    def test_a_subscriber_whose_account_is_removed(self):
        own = OwnNode("bob/letters@b.example")
        frank = self.account("frank")
        feed = self.subscribed(frank, own)
        self.immpd("account", "remove", "frank@a.example")
        inner, said = self.b.next_wish()
        self.assertEqual((inner["kind"], self.b.follower(inner, said)), ("unsubscribe", feed))
        own.add("for nobody")
        self.assertEqual(self.b.send(own, feed, 1), NOT_SUBSCRIBED)

    def test_a_node_whose_mailbox_has_another_owner(self):
        self.immpd("mailbox", "add", "desk@a.example", "--owner", ALICE)
        expect(self.alice.connection.ask("PUBLISH CREATE desk/news"), 261)
        feed, outcome = self.b.take("desk/news@a.example")
        self.assertEqual(outcome, "280")

        def publish(publisher, text):
            publisher.connection.send(f"PUBLISH TO desk/news\n".encode() + text_part(text).wire() + b"DONE\n")
            return [answer.code for answer in publisher.connection.answers(4)]
        self.assertEqual(publish(self.alice, "hers"), [270, 271, 272, 260])
        self.immpd("mailbox", "owner", "desk@a.example", CAROL)
        expect(self.carol.connection.ask(f"MBOX SHARE desk@a.example {ALICE} RIGHTS NONE"), 244)
        self.assertEqual(publish(self.alice, "not hers any more")[-1], 404)
        self.assertEqual(publish(self.carol, "hers now")[-1], 260)
        wait_until("both items", lambda: feed.numbers() == [1, 2], SECONDS)
        self.assertEqual((feed.text(2), feed.broken_links()), ("hers now", []))
        self.immpd("mailbox", "remove", "desk@a.example")
        wait_until("the end", lambda: feed.is_ended, SECONDS)

    def test_a_domain_that_is_gone_for_a_time(self):
        node, own = self.node("patient"), OwnNode("bob/away@b.example")
        silent, good = self.taken(node), self.taken(node, self.c)
        self.subscribed(self.alice, own)
        self.lab.kill("b", "xmpp")
        try:
            expect(self.alice.connection.ask(f"UNSUBSCRIBE {own.name}"), 283)
            self.assertIsNone(subscription(self.alice, own.name))
            expect(subscribe(self.carol, node.name), 280)
            node.publish(*(f"number {number}" for number in range(1, 11)))
            wait_until("the other domain has all", lambda: len(good.items) == 10, SECONDS)
            wait_for_items(self.carol, node.name, 10)
            self.assertEqual(silent.numbers(), [])
        finally:
            self.lab.start("b", "xmpp")
        stranger = self.attach(self.lab.b["component"]["address"], "immp.b.example", self.lab.b["component"]["secret"], self.identity)
        stranger.peer_key, stranger.judge = self.key, self.b.judge
        type(self).stranger = stranger
        wait_until("what waited for it", lambda: silent.numbers() == list(range(1, 11)), SECONDS)
        self.assertEqual((silent.broken_links(), self.b.next_wish()[0]["kind"]), ([], "unsubscribe"))


if __name__ == "__main__":
    unittest.main()
