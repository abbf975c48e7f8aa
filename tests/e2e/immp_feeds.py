"""Feeds of a domain that is not ours, written from docs/envelope.md, 3.3, and docs/protocol.md, 19, alone: what it takes of others'
nodes, and nodes of its own. It shares no code with the daemon.
"""

import base64
import json
import queue
import secrets
import uuid

import nacl.bindings as sodium

from immp_armor import compact, digest, make_bundle, make_receipt, moment, read_receipt, stored_item

WISH, WORD, PLACE = "application/immp-subscribe+json", "application/immp-node+json", "application/immp-metadata+json"
HISTORY, KEPT = 20, 100
MAX_DECIDED = 100
SECONDS = 60


def fresh_token():
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def message(kind, sender, recipients, parts, **members):
    """The envelope and the bodies of an item; `parts` are (name, type, octets), the first is the content. A member that is None is
    left out."""
    described = [{"id": name, "type": type_} | ({"class": "content"} if at == 0 else {}) | {"length": len(octets)}
                 for at, (name, type_, octets) in enumerate(parts)]
    inner = {"id": str(uuid.uuid4()), "kind": kind, "from": sender, "to": recipients, "subject": "", "date": moment(),
             "recipients": recipients, "parts": described} | members
    return {name: value for name, value in inner.items() if value is not None}, [octets for _, _, octets in parts]


def wish(node, sender, feed, token, after=0, subscription=None, kind="subscribe", **members):
    """From a subscriber's domain to a node: it wants the node's items, or no more."""
    said = {"feed": feed, "after": after} if kind == "subscribe" else {"feed": feed}
    if subscription:
        said["subscription"] = subscription
    return message(kind, sender, [node], [("wish", WISH, compact(said))], token=token, **members)


def item_digest(inner, bodies):
    """What the next item names as the one before."""
    told = {name: inner[name] for name in ("id", "kind", "from", "original-from") if name in inner}
    told["to"] = inner.get("to", [])
    told |= {"cc": inner["cc"]} if inner.get("cc") else {}
    told |= {"subject": inner.get("subject", ""), "date": inner["date"]}
    told |= {"expires": inner["expires"]} if "expires" in inner else {}
    told |= {"importance": inner["importance"]} if inner.get("importance", "normal") != "normal" else {}
    told |= {"secure": True} if inner.get("secure") else {}
    told["parts"] = [{name: part[name] for name in ("id", "type", "class", "length") if name in part} for part in inner["parts"]]
    return digest("IMMP1 message", compact(told), *(digest("IMMP1 body", body) for body in bodies)).hex()


def split_bodies(inner, octets):
    bodies, at = [], 0
    for part in inner["parts"]:
        bodies.append(octets[at:at + part["length"]])
        at += part["length"]
    assert at == len(octets)
    return bodies


def only_part(inner, bodies, type_):
    part, = inner["parts"]
    assert (part["type"], part["class"]) == (type_, "content"), part
    return json.loads(bodies[0])


class Feed:
    """What a domain takes of one node, by number; what comes is judged as it comes."""

    def __init__(self, node):
        self.node, self.uuid, self.token = node, str(uuid.uuid4()), fresh_token()
        self.items, self.words, self.is_ended = {}, [], False

    def take_item(self, inner, bodies):
        content, = (part for part in inner["parts"] if part.get("class") == "content")
        place, = (part for part in inner["parts"] if part is not content)
        assert place["type"] == PLACE and inner["to"] == [self.node], inner
        said = json.loads(bodies[inner["parts"].index(place)])
        assert set(said) == {"sequence"} | ({"previous"} if said["sequence"] > 1 else set()), said
        self.items[said["sequence"]] = (inner, bodies, said.get("previous"))
        return "260"

    def take_word(self, inner, bodies):
        said = only_part(inner, bodies, WORD)
        assert {"title", "description", "open", "sequence", "version"} <= set(said), said
        assert sum(len(said.get(name, [])) for name in ("admitted", "refused", "waiting")) <= MAX_DECIDED
        self.words.append(said)
        return "280"

    def numbers(self):
        return sorted(self.items)

    def broken_links(self):
        """Numbers of items that do not name the digest of the one before, where that is here."""
        return [number for number, (_, _, previous) in self.items.items()
                if number - 1 in self.items and previous != item_digest(*self.items[number - 1][:2])]

    def text(self, number):
        inner, bodies, _ = self.items[number]
        return bodies[next(at for at, part in enumerate(inner["parts"]) if part.get("class") == "content")].decode()


class OwnNode:
    """A node of this domain's, and who takes it."""

    def __init__(self, name, title="A title", description="What it is", is_open=True):
        self.name, self.title, self.description, self.is_open = name, title, description, is_open
        self.version, self.items = 1, []

    def add(self, text, **members):
        """The next item, with its digest; its recipients and token are a feed's."""
        said = {"sequence": len(self.items) + 1}
        if self.items:
            said["previous"] = item_digest(*self.items[-1])
        self.items.append(self.draft(text, said, **members))
        return len(self.items)

    def draft(self, text, said, **members):
        octets = text if isinstance(text, bytes) else text.encode()
        inner, bodies = message("item", self.name, [], [("text", "text/plain", octets), ("place", PLACE, compact(said))], **members)
        return inner | {"to": [self.name]}, bodies

    def word(self, **members):
        return compact({"title": self.title, "description": self.description, "open": self.is_open, "sequence": len(self.items),
                        "version": self.version, **members})


def for_feed(drafted, feed):
    """An item as it goes to a follower, (name@domain, token)."""
    (inner, bodies), (recipient, token) = drafted, feed
    return inner | {"recipients": [recipient], "token": token}, bodies


class FeedDomain:
    """A domain's subscriptions and nodes, on the domain's component. Outcomes are those of docs/envelope.md."""

    def __init__(self, peer):
        self.peer = peer
        self.domain = peer.identity.domain
        self.feeds = {}
        self.asked = queue.Queue()  # (inner, what it says) of wishes for nodes of ours, and of their ends
        self.others = []            # what came that belongs to no feed
        self.says_to_wishes = "280"
        self._done = {}
        peer.judge = self.judge

    # --- What comes.

    def judge(self, bundle, content_key, items):
        outcomes = []
        for at, (inner, octets) in enumerate(items):
            for number, recipient in enumerate(inner["recipients"]):
                key = (inner["from"], inner["id"], recipient)
                if key not in self._done:
                    self._done[key] = self._take(inner, octets, recipient)
                outcomes.append(f"{at} {number} {self._done[key]}")
        return self.peer.stored(bundle, make_receipt(bundle, self.peer.identity, content_key, outcomes))

    def _take(self, inner, octets, recipient):
        bodies = split_bodies(inner, octets)
        if inner["kind"] in ("subscribe", "unsubscribe") and inner["parts"][0]["type"] == WISH:
            self.asked.put((inner, only_part(inner, bodies, WISH)))
            return self.says_to_wishes if inner["kind"] == "subscribe" else "283"
        feed = self.feeds.get(recipient.partition("@")[0])
        if feed is None or feed.is_ended or inner.get("token") != feed.token or inner["from"] != feed.node:
            self.others.append(inner)
            return "275" if inner["kind"] not in ("item", "subscribe", "unsubscribe") else "454 e=5.7.1"
        if inner["kind"] == "item":
            return feed.take_item(inner, bodies)
        if inner["kind"] == "subscribe":
            return feed.take_word(inner, bodies)
        only_part(inner, bodies, WORD)
        feed.is_ended = True
        return "283"

    # --- What goes.

    def offer(self, *messages):
        """What the receipt says of each, all in one bundle, each with one recipient."""
        content_key = sodium.randombytes(32)
        bundle = make_bundle(self.peer.identity, self.peer.peer_key, b"".join(stored_item(*each) for each in messages), content_key)
        answer = self.peer.offer_whole(bundle)
        assert answer.receipt is not None, answer
        code, outcomes = read_receipt(answer.receipt, bundle, self.peer.peer_key, content_key)
        assert (code, len(outcomes)) == (275, len(messages)), (code, outcomes)
        told = {tuple(line.split(" ")[:2]): line.split(" ", 2)[2] for line in outcomes}
        found = [told[str(at), "0"] for at in range(len(messages))]
        return found[0] if len(messages) == 1 else found

    def wish(self, feed, after=0, user=None, subscription=None, kind="subscribe", **members):
        return self.offer(wish(feed.node, user or self.domain, feed.uuid, feed.token, after, subscription, kind, **members))

    def take(self, node):
        """A new feed of that node, asked for."""
        feed = Feed(node)
        self.feeds[feed.uuid] = feed
        return feed, self.wish(feed)

    def next_wish(self):
        return self.asked.get(timeout=SECONDS)

    def follower(self, inner, said):
        """Where the items go that this wish is for."""
        return f"{said['feed']}@{self.peer.peer_key.claims['domain']}", inner["token"]

    def tell(self, node, feed, kind="subscribe", **members):
        """The node's word to a follower, or its last."""
        return self.offer(message(kind, node.name, [feed[0]], [("node", WORD, node.word(**members))], token=feed[1]))

    def send(self, node, feed, *numbers):
        return self.offer(*(for_feed(node.items[number - 1], feed) for number in numbers))
