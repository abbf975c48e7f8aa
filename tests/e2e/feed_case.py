"""A lab as in hostile_case.py, where the domains that are not ours know feeds."""

import contextlib

from hostile_case import SECONDS, HostileCase
from immp_client import Mailer, expect
from immp_feeds import FeedDomain
from test_publish import Node, envelope, items, wait_for_items
from waiting import wait_until


class FeedCase(HostileCase):
    """b.example and c.example are not ours, alice and carol are a.example's."""

    def setUp(self):
        super().setUp()
        self.carol = self.enterContext(Mailer(self.lab.a, "carol"))
        self.other.peer_key = self.key
        self.b, self.c = FeedDomain(self.stranger), FeedDomain(self.other)

    def node(self, name, switches=""):
        return Node(self.alice, name, switches)

    def taken(self, node, domain=None, first=0):
        """A feed of the node's that its items come by; those up to the newest of now are there."""
        feed, outcome = (domain or self.b).take(node.name)
        self.assertEqual(outcome, "280")
        wait_until("the node's word", lambda: feed.words, SECONDS)
        wait_until("its items", lambda: len(feed.items) >= first, SECONDS)
        return feed

    def subscribed(self, reader, own):
        """The reader has subscribed to a node of b.example's; where its items go."""
        reader.connection.send(f"SUBSCRIBE TO {own.name}\n")
        feed = self.b.follower(*self.b.next_wish())
        self.assertEqual(self.b.tell(own, feed), "280")
        expect(reader.connection.answer(), 380)
        expect(reader.connection.answer(), 280)
        return feed

    @contextlib.contextmanager
    def silence(self):
        """b.example takes everything and says nothing, for a time."""
        self.stranger.judge = lambda *_: (None, None)
        try:
            yield
        finally:
            self.stranger.judge = self.b.judge
            self.stranger.come_online()

    def chains(self, reader, own):
        """By number what is said of each item's place in the node, for those that lie in /PUSH."""
        return {said["sequence"]: said.get("chain", "") for said in (envelope(reader, each["_id"]) for each in items(reader, own.name))}

    def assert_others_are_served(self, node, *feeds):
        """Somebody at home, and each of these domains, have what is published now."""
        before = len(items(self.carol, node.name))
        node.publish("for all others")
        wait_for_items(self.carol, node.name, before + 1)
        for feed in feeds:
            wait_until("another domain has it", lambda feed=feed: feed.text(feed.numbers()[-1]) == "for all others", SECONDS)
