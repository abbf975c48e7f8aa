"""Every command of `immp` through its user's own XMPP account, at both servers: each row of the command table is tried."""

import json
import os
import re
import tempfile
import unittest

from harness import Lab
from person import CommandFailed, Person, make_file
from waiting import wait_until

SECONDS = 120
USAGE, TEMPORARY = 64, 75


class Walk:
    """What a person does, and the commands that he has not tried yet."""

    def __init__(self, person):
        self.person = person
        # The manual is made of the table.
        page = person.immp("manual").stdout
        self._names = set(re.findall(r"^\.SS immp ([a-z]+(?: [a-z]+)?)", page, re.MULTILINE))
        self.untried = self._names - {"manual"}

    def tries(self, *words):
        name = " ".join(words[:2])
        self.untried.discard(name if name in self._names else words[0])

    def __call__(self, *words, text=""):
        self.tries(*words)
        return self.person.immp(*words, text=text).stdout

    def json(self, *words, text=""):
        return [json.loads(line) for line in self(*words, "--json", text=text).splitlines()]


class XmppCommands(unittest.TestCase):
    def setUp(self):
        self.lab = self.enterContext(Lab("--tuned"))
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_every_command_of_the_table(self):
        sides = {"a": self.lab.a, "b": self.lab.b}
        for here, name, neighbour, there, friend in (("a", "carol", "alice", "b", "bob"), ("b", "dave", "bob", "a", "alice")):
            me = Person(sides[here], name, self.folder).log_in()
            me.allow_xmpp()
            other = Person(sides[there], friend, self.folder).log_in()
            walk = Walk(me)
            walk.tries("login")
            me.log_in_through_xmpp()
            for part in (self.mail, self.keys, self.pushes, self.nodes, self.account):
                with self.subTest(person=me.address, part=part.__name__):
                    part(walk, other, f"{neighbour}@{me.address.split('@')[1]}")
            self.assertEqual(walk.untried, set(), f"of {me.address}")

    def mail(self, walk, other, neighbour):
        me = walk.person
        (sent,) = walk.json("send", other.address, "-s", "Lighthouse", text="Dear reader\n")
        self.assertEqual(other.wait_for(1, "Lighthouse")[0]["_id"], sent["id"])
        drawing = make_file(me.folder, "drawing.bin", 100_000)
        other.send(me.address, "Harbour", "Dear writer\n", [drawing])
        identity = me.wait_for(1, "Harbour")[0]["_id"]
        self.assertEqual([found["_id"] for found in walk.json("search", "harbour")], [identity])
        self.assertIn("Dear writer", walk("read", identity))
        saved = os.path.join(me.folder, "saved.bin")
        walk("save", identity, "drawing.bin", "-o", saved)
        with open(drawing, "rb") as original, open(saved, "rb") as came:
            self.assertEqual(original.read(), came.read())
        walk("folder", "create", "Letters")
        walk("cp", identity, "Letters")
        walk("flag", identity, "--star")
        walk("folder", "rename", "Letters", "Post")
        self.assertIn("/Post", walk("folder", "list"))
        self.assertIn(identity, walk("ls", "Post"))
        walk("mv", identity, "DRAFTS")
        walk("rm", identity, "--folder", "DRAFTS")
        self.assertNotIn(identity, walk("ls", "DRAFTS"))
        walk("share", "give", "Post", neighbour, "READ")
        self.assertIn(neighbour, walk("share", "list", "Post"))
        walk("share", "end", "Post", neighbour)
        self.assertNotIn(neighbour, walk("share", "list", "Post"))
        walk("folder", "drop", "Post")
        self.assertIn(me.address, walk("quota"))
        walk("rule", "add", "lists", "--from", "*@lists.example", "--star")
        self.assertIn("*@lists.example", walk("rule", "list"))
        walk("rule", "drop", "lists")
        walk("block", "add", "*@spam.example")
        self.assertIn("*@spam.example", walk("block", "list"))
        walk("block", "drop", "*@spam.example")
        self.assertNotIn("spam.example", walk("block", "list") + walk("block", "refused"))

    def keys(self, walk, other, _):
        me = walk.person
        walk("key", "create")
        walk("key", "rotate")
        walk("key", "publish")
        self.assertIn(me.address, walk("key", "show"))
        other.immp("key", "create")
        (verified,) = walk.json("key", "verify", other.address)
        walk("key", "accept", other.address, verified["fingerprint"])
        self.assertIn(other.address, walk("key", "list"))
        backup = os.path.join(me.folder, "keys")
        walk("key", "export", backup, "--passphrase-file", "-", text="correct horse\n")
        walk("key", "import", backup, "--passphrase-file", "-", text="correct horse\n")
        walk("send", other.address, "-s", "Sealed", "--sealed", text="For you alone\n")
        self.assertEqual(other.read(other.wait_for(1, "Sealed")[0]["_id"])["text"].strip(), "For you alone")

    def pushes(self, walk, other, _):
        me = walk.person
        (minted,) = walk.json("mint", "--for", other.address)
        other.immp("push", me.address, "Is it you?", "--token", minted["token"], "--action", "Yes=https://b.example/yes")
        push = wait_until("the push", lambda: next((one for one in walk.json("pushes") if one.get("text") == "Is it you?"), None), SECONDS)
        walk("answer", push["_id"], "Yes")
        walk("approve", other.address)
        walk("block", "push", other.address)
        self.assertIn({"source": other.address, "state": "blocked"},
                      [{key: one.get(key) for key in ("source", "state")} for one in walk.json("pushes", "--sources")])
        walk("forget", other.address)
        self.assertEqual([one for one in walk.json("pushes", "--sources") if one.get("state") == "blocked"], [])
        other.immp("approve", me.address)
        walk("push", other.address, "Disk 3 failed")
        wait_until("the push there", lambda: "Disk 3 failed" in other.immp("pushes").stdout, SECONDS)
        watching = me.start("watch", "--once")
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        with watching.stderr, watching.stdout:
            self.assertIn("watching", watching.stderr.readline())
            me.send(me.address, "For the watch")
            self.assertIn("/INBOX", watching.stdout.read())
        self.assertEqual(watching.wait(SECONDS), 0)
        walk.tries("watch")

    def nodes(self, walk, other, _):
        me = walk.person
        node = f"{me.address.split('@')[0]}/team"
        walk("publish", "create", node, "--title", "Team", "--closed")
        self.fails(TEMPORARY, other, "subscribe", f"{node}@{me.address.split('@')[1]}")
        self.assertIn({"subscriber": other.address, "state": "waiting"}, walk.json("publish", "list", node))
        walk("publish", "admit", node, other.address)
        walk("publish", "to", node, "Only for us")
        wait_until("the item there", lambda: "Only for us" in other.immp("pushes").stdout, SECONDS)
        walk("publish", "refuse", node, other.address)
        walk("publish", "drop", node)
        news = f"{other.address.split('@')[0]}/news"
        other.immp("publish", "create", news, "--title", "All the news")
        (subscribed,) = walk.json("subscribe", f"{news}@{other.address.split('@')[1]}")
        self.assertIn(subscribed["uuid"], walk("subscriptions"))
        walk("unsubscribe", subscribed["uuid"])
        self.assertEqual(walk("subscriptions"), "")

    def account(self, walk, _, __):
        me = walk.person
        secret = walk.json("device", "add", "phone")[0]["secret"]
        self.assertNotEqual(secret, "")
        self.assertIn("phone", walk("device", "list"))
        walk("device", "revoke", "phone")
        self.assertIn("NOTIFY=ALL", walk("settings"))
        walk("settings", "NOTIFY=IMPORTANT")
        self.assertIn("is a domain", walk("open", "imid:b.example"))
        self.assertIn("_immp", walk("completion", "bash"))
        self.assertIn("through XMPP", walk("accounts"))
        walk.tries("passwd")
        self.fails(USAGE, me, "passwd")  # of the XMPP account, and not through it
        walk("logout")
        self.assertEqual(walk("accounts"), "")

    def fails(self, status, person, *words):
        with self.assertRaises(CommandFailed) as failed:
            person.immp(*words)
        self.assertEqual(failed.exception.status, status, failed.exception)


if __name__ == "__main__":
    unittest.main()
