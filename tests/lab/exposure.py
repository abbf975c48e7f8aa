"""What an XMPP server saw of a mail: the stanzas that Prosody logged (mod_stanza_debug), and whether words stand in them."""

import base64
import re

NEW_LINE = re.compile(r"^(?=\w{3} \d\d \d\d:\d\d:\d\d )", re.MULTILINE)
LOGGED = re.compile(r"\t(?:SEND|RECV): (<.*)", re.DOTALL)
BASE64_TEXT = re.compile(r">([A-Za-z0-9+/=\s]{16,})<")
# In half a million sealed characters a shorter word may stand by chance.
SHORTEST_IN_OCTETS = 5
SHORTEST_IN_TEXT = 6


def logged_stanzas(log):
    """The text of every stanza in Prosody's debug log, in order."""
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = NEW_LINE.split(file.read())
    return [found.group(1).rstrip("\n") for line in lines if (found := LOGGED.search(line))]


def _forms(word):
    """The word as octets in the encodings that a mail passes through, each in lower case where case does not matter."""
    plain = word.encode()
    yield "plain text", plain
    yield "UTF-16", word.encode("utf-16-le")
    yield "hexadecimal", plain.hex().encode()
    for shift in range(3):  # base64 looks different at each position; its first and last character depend on the neighbours
        encoded = base64.b64encode(b"\0" * shift + plain)
        inner = encoded[(0, 2, 3)[shift]:len(encoded) - (0 if (shift + len(plain)) % 3 == 0 else 4 - (shift + len(plain)) % 3)]
        yield "base64", inner


def _views(stanza):
    """What to search, with the shortest word to look for: the markup, each long base64 text as it stands, its octets."""
    yield "markup", BASE64_TEXT.sub("><", stanza).encode(), 1
    for text in BASE64_TEXT.findall(stanza):
        packed = re.sub(r"[\s=]", "", text)
        yield "sealed text", packed.encode(), SHORTEST_IN_TEXT
        whole = len(packed) - (len(packed) % 4 == 1)
        yield "sealed octets", base64.b64decode(packed[:whole] + "=" * (-whole % 4)), SHORTEST_IN_OCTETS


def _stands_in(octets, needle, fold):
    return needle.lower() in octets.lower() if fold else needle in octets


def exposed(stanzas, words):
    """A line for each word that stands in a stanza, in whatever encoding; none when the servers saw nothing."""
    found = []
    for number, stanza in enumerate(stanzas):
        for place, octets, shortest in _views(stanza):
            for word in words:
                for form, needle in _forms(word):
                    fold = form in ("plain text", "hexadecimal") and place != "sealed text"
                    if len(needle) >= (shortest if form == "plain text" else SHORTEST_IN_TEXT) and \
                            _stands_in(octets, needle, fold):
                        found.append(f"stanza {number}, {place}: {word!r} as {form}")
    return found
