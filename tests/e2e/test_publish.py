"""Nodes and subscriptions between two domains on real XMPP servers, by a client that shares no code with the daemon."""

import json
import unittest

from harness import Lab
from immp_client import Mailer, Part, expect
from waiting import wait_until

KEPT = 100
HISTORY = 20
SECONDS = 60


class Node:
    """One that a publisher made."""

    def __init__(self, publisher, name, switches=""):
        self.publisher, self.name = publisher, f"{publisher.address.partition('@')[0]}/{name}@{publisher.address.partition('@')[2]}"
        expect(publisher.connection.ask(f'PUBLISH CREATE {self.name} TITLE "Title of {name}" DESCRIPTION "What is new" {switches}'), 261)

    def publish(self, *texts):
        """All at once; their UUIDs."""
        connection = self.publisher.connection
        for text in texts:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            connection.send(f'PUBLISH TO {self.name} SUBJECT "{quoted}"\n'.encode() + Part("text", text.encode(), "text/plain").wire() +
                            b"DONE\n")
        found = []
        for _ in texts:
            for code in (270, 271, 272):
                expect(connection.answer(), code)
            found.append(expect(connection.answer(), 260).last.text.split(" ")[0])
        return found

    def line(self):
        return expect(self.publisher.connection.ask(f"PUBLISH LIST {self.name}"), 262).lines[0]

    def people(self):
        return {who: state for who, state in (line.text.split(" ") for line in
                                              expect(self.publisher.connection.ask(f"PUBLISH LIST {self.name}"), 262).lines[1:-1])}

    def decide(self, verb, who):
        expect(self.publisher.connection.ask(f"PUBLISH {verb} {self.name} {who}"), 200)


def subscribe(reader, node):
    """The last reply to SUBSCRIBE."""
    reader.connection.send(f"SUBSCRIBE TO {node}\n")
    expect(reader.connection.answer(), 380)
    return reader.connection.answer()


def subscription(reader, node):
    """As SUBSCRIBE LIST +JSON has it: the newest of that node."""
    lines = expect(reader.connection.ask("SUBSCRIBE LIST +JSON"), 282).lines[:-1]
    return ([each for each in (json.loads(line.text) for line in lines) if each["node"] == node] or [None])[-1]


def items(reader, node):
    """What lies in /PUSH of the node, newest first."""
    return [message for message in reader.index("/PUSH") if message["from"] == node]


def wait_for_items(reader, node, count):
    return wait_until(f"{count} items of {node} for {reader.address}",
                      lambda: (found := items(reader, node)) and len(found) >= count and found, SECONDS)


def envelope(reader, identity):
    return reader.fetch_json(identity, "/PUSH", " -READ")["envelope"]


class Publish(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd"))

    def log_in(self, name):
        return self.enterContext(Mailer(self.lab.a if name in ("alice", "carol") else self.lab.b, name))

    def wait_for_domains(self, node, count):
        wait_until(f"{count} domains that take {node.name}", lambda: int(node.line().field("domains")) == count, SECONDS)

    def open_node(self, publisher, reader, other):
        node = Node(publisher, "news")
        sent = node.publish(*(f"early {n}" for n in range(25)))
        answer = expect(subscribe(reader, node.name), 280)
        self.assertTrue(answer.last.text.startswith('Subscribed to: "Title of news" id='), answer)
        # A late subscriber gets the newest, the next one of his domain by his own domain.
        history = wait_for_items(reader, node.name, HISTORY)
        self.assertEqual([message["_id"] for message in history], sent[:-HISTORY - 1:-1])
        expect(subscribe(other, node.name), 280)
        self.assertEqual(len(items(other, node.name)), HISTORY)
        again = expect(subscribe(reader, node.name), 409)
        self.assertEqual(again.last.text.split(" ")[0], answer.last.field("id"))
        new, = node.publish("Grüße")
        for each in (reader, other):
            first = wait_for_items(each, node.name, HISTORY + 1)[0]
            self.assertEqual((first["_id"], first["subject"]), (new, "Grüße"))
            said = envelope(each, new)
            self.assertEqual((said["kind"], said["from"], said["to"], said["sequence"]), ("item", node.name, [node.name], 26))
            self.assertRegex(said["previous"], "^[0-9a-f]{64}$")
            self.assertNotIn("chain", said)
        self.assertEqual(each.fetch_part(new, "text", "/PUSH"), "Grüße".encode())
        self.assertEqual(node.line().field("domains"), "1")
        listed = subscription(reader, node.name)
        self.assertEqual((listed["state"], listed["title"], listed["description"], listed["uuid"]),
                         ("active", "Title of news", "What is new", answer.last.field("id")))
        # The last who leaves ends the feed, whatever the publisher does.
        expect(reader.connection.ask(f"UNSUBSCRIBE {listed['uuid']}"), 283)
        expect(other.connection.ask(f"UNSUBSCRIBE {node.name}"), 283)
        expect(other.connection.ask(f"UNSUBSCRIBE {node.name}"), 454)
        self.wait_for_domains(node, 0)
        node.publish("unheard")
        self.assertEqual(len(items(reader, node.name)), HISTORY + 1)

    def test_open_node_of_a(self):
        self.open_node(self.log_in("alice"), self.log_in("bob"), self.log_in("dave"))

    def test_open_node_of_b(self):
        self.open_node(self.log_in("bob"), self.log_in("alice"), self.log_in("carol"))

    def test_publisher_who_goes_on_is_refused_at_the_door(self):
        node, bob = Node(self.log_in("alice"), "stubborn"), self.log_in("bob")
        expect(subscribe(bob, node.name), 280)
        self.lab.kill("b", "xmpp")
        try:
            # The publisher's domain does not hear of it: its items come behind.
            expect(bob.connection.ask(f"UNSUBSCRIBE {node.name}"), 283)
            node.publish("unwanted")
        finally:
            self.lab.start("b", "xmpp")
        self.wait_for_domains(node, 0)
        self.assertEqual(items(bob, node.name), [])
        self.assertEqual([message for message in node.publisher.index() if message["subject"].startswith("Undelivered")], [])

    def test_admitted_by_name(self):
        node, bob, dave = Node(self.log_in("alice"), "board", "-OPEN"), self.log_in("bob"), self.log_in("dave")
        node.publish("before")
        waiting = expect(subscribe(bob, node.name), 480)
        self.assertTrue(waiting.last.field("retry"), waiting)
        self.assertEqual(subscription(bob, node.name)["state"], "waiting")
        self.assertEqual(node.people(), {bob.address: "waiting"})
        node.decide("ADMIT", bob.address)
        node.decide("REFUSE", dave.address)
        wait_for_items(bob, node.name, 1)
        self.assertEqual(subscription(bob, node.name)["state"], "active")
        refused = expect(subscribe(dave, node.name), 480)
        self.assertIsNone(refused.last.field("retry"), refused)
        node.publish("for bob")
        wait_for_items(bob, node.name, 2)
        self.assertEqual(items(dave, node.name), [])
        self.assertEqual(node.people(), {bob.address: "admitted", dave.address: "refused"})

    def test_publisher_down_while_somebody_subscribes(self):
        alice, bob = self.log_in("alice"), self.log_in("bob")
        node = Node(alice, "away")
        node.publish("before")
        self.lab.kill("a", "immpd")
        try:
            answer = expect(subscribe(bob, node.name), 480)
            self.assertTrue(answer.last.field("retry"), answer)
            self.assertEqual(subscription(bob, node.name)["state"], "asked")
        finally:
            self.lab.start("a", "immpd")
        wait_for_items(bob, node.name, 1)
        self.assertEqual(subscription(bob, node.name)["state"], "active")
        expect(subscribe(bob, node.name), 409)

    def test_node_that_is_dropped(self):
        node, bob = Node(self.log_in("alice"), "short"), self.log_in("bob")
        expect(subscribe(bob, node.name), 280)
        node.publish("kept")
        wait_for_items(bob, node.name, 1)
        expect(node.publisher.connection.ask(f"PUBLISH DROP {node.name}"), 244)
        wait_until("the node is gone for bob", lambda: subscription(bob, node.name)["state"] == "gone", SECONDS)
        self.assertEqual(len(items(bob, node.name)), 1)
        expect(subscribe(bob, node.name), 481)
        expect(bob.connection.ask(f"UNSUBSCRIBE {node.name}"), 283)

    def test_node_that_never_was(self):
        bob = self.log_in("bob")
        expect(subscribe(bob, "alice/none@a.example"), 481)
        self.assertIsNone(subscription(bob, "alice/none@a.example"))

    def test_gap_is_shown(self):
        node, bob = Node(self.log_in("alice"), "many"), self.log_in("bob")
        node.publish("first")
        expect(subscribe(bob, node.name), 280)
        wait_for_items(bob, node.name, 1)
        self.lab.kill("b", "immpd")
        try:
            node.publish(*(f"number {n}" for n in range(2, 252)))
        finally:
            self.lab.start("b", "immpd")
        bob = self.log_in("bob")
        # What waited, then the newest without another, and what is missing before it as far as it is kept.
        last = 251
        places = wait_until("the newest item and those before it", lambda: self.chain_up_to(bob, node.name, last), SECONDS)
        first, = (number for number, said in places.items() if "chain" in said)
        self.assertEqual(places[first]["chain"], "gap")
        self.assertEqual(sorted(places), [*range(1, KEPT + 2), *range(last - KEPT + 1, last + 1)])
        self.assertEqual(first, last - KEPT + 1)
        node.publish("last")
        wait_until("the next item", lambda: self.chain_up_to(bob, node.name, last + 1), SECONDS)

    def chain_up_to(self, reader, node, last):
        """What he has of the node by number, when all that is kept for him is there and one gap is left."""
        places = {said["sequence"]: said for said in (envelope(reader, each["_id"]) for each in items(reader, node))}
        return places if last in places and len(places) > 2 * KEPT and sum("chain" in said for said in places.values()) == 1 else None


if __name__ == "__main__":
    unittest.main()
