"""Every verb of docs/protocol.md's table at a real immpd: in every state, and with arguments that are missing, surplus, doubled,
unknown, quoted, oversized or of the wrong type. What is wrong gets its code; nothing else comes of it, and the mail there stays.
"""

import itertools
import os
import re
import subprocess
import tempfile
import unittest

from alone import DOMAIN, Alone, program
from immp_client import Connection, Mailer, expect, greet, text_part

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "protocol.md")
ROW = re.compile(r"^\| `([^`]+)` \| (?:`([^`]*)`)? *\| ([-EULR]{4}) \| (may|no|must) \| (701)? *\|$", re.MULTILINE)
NAME_OR_SWITCH = re.compile(r"\[*[+-]?[A-Z]+(?:\|.*)?\]*")
ALICE = f"alice@{DOMAIN}"
UUID = "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab"
# What stands for a placeholder in a line of the right form; where nothing does, an address is it.
SAMPLES = {"path": "/INBOX", "uuid": UUID, "n": "1", "name": "x", "lease": "0" * 32}
# Their bodies follow whatever the reply: tests/dialogs has their lines.
WITH_BODIES = ("DATA", "CHUNK")
# A line is 8,192 octets at most, and a token of it may be as long.
LONG = "x" * 8_000
ERRORS_BEFORE_LOGIN = 10
# What is not of the type that the table names: verb, rest of the line, code.
WRONG_TYPES = [
    *[("MBOX INDEX /INBOX LIMIT", number, 400) for number in ("x", "-1", "01", "0", "1.5", "18446744073709551616", '""')],
    *[("MBOX INDEX /INBOX AFTER", cursor, 400) for cursor in ("x", LONG)],
    *[("FETCH", path, 400) for path in ("/INBOX", f"/INBOX#{UUID[:-1]}", f"/INBOX#{UUID.upper()}", "/INBOX#", f"#{UUID}")],
    *[("MBOX COMMIT", lease, 400) for lease in ("x", "0" * 31, "g" * 32, UUID)],
    *[("MBOX CHECK", path, 400) for path in ("INBOX", '""', "/", "//", "/a//b", "/INBOX::", "/INBOX::read", "/INBOX::since=now",
                                             "/INBOX::from=@")],
    *[("MBOX CREATE", path, 400) for path in ("x", "/", "/a#b", '"/a::b"', "/a?b", "/" + "a" * 1_023)],
    *[("MBOX FLAG", rest, 400) for rest in (f"/INBOX#{UUID} +READ -READ", "/INBOX +READ", f"/INBOX#{UUID}")],
    *[("DELIVER TO", rest, 400) for rest in ("x", "@", "a@", "@b", '""', f"{ALICE},", f"{ALICE} ID x", f"{ALICE} ID {UUID.upper()}",
                                             f"{ALICE} EXPIRES x", f"{ALICE} EXPIRES -1", f"{ALICE} +IMPORTANT -IMPORTANT")],
    *[("BLOCK ADD", rest, 400) for rest in ("x@ ACTION", f"{ALICE} ACTION EAT", f"{ALICE} EXPIRES x", '""')],
    *[("SET", value, 430) for value in ("NOSUCH=1", "NOSUCH")],
    *[("SET GLOBAL", value, 430) for value in ("NOSUCH=1", "NOSUCH")],
    *[("PUSH TO", f"{ALICE} {rest}", 400) for rest in ("", "FROM", "FROM x@", f"FROM {DOMAIN}", f"FROM alice+x@{DOMAIN}",
                                                     f"FROM {ALICE} ID x", f"FROM {ALICE} TOKEN x", f"FROM {ALICE} TTL 0",
                                                     f"FROM {ALICE} TTL 2592001", f"FROM {ALICE} ACTION a", f"FROM {ALICE} ACTION a b",
                                                     f"FROM {ALICE} ACTION a http://a.example/",
                                                     f"FROM {ALICE}" + " ACTION a https://a.example/" * 6)],
    *[("PUSH MINT", rest, 400) for rest in ("USES 0", "USES 1001", "TTL 0", "TTL x", "FOR @", f"FOR {DOMAIN}", f"FOR alice+x@{DOMAIN}")],
    *[("PUSH ANSWER", rest, 400) for rest in ("x y", f"{UUID.upper()} y", UUID)],
    *[(verb, source, 400) for verb in ("PUSH APPROVE", "PUSH BLOCK", "PUSH FORGET") for source in ("@", DOMAIN, f"alice+x@{DOMAIN}", '""')],
    *[("PUBLISH CREATE", rest, 400) for rest in ('""', "@", "alice+x", "a//b", "alice/x +OPEN -OPEN", f"alice/x#{UUID}")],
    *[("PUBLISH CREATE", rest, 403) for rest in ("nobody/x", "alice/x@other.example")],
    ("PUBLISH CREATE", f'alice/x TITLE "{"x" * 401}"', 413),
    *[("PUBLISH TO", rest, 400) for rest in ("alice+x", f"alice/x ID {UUID.upper()}", "alice/x ID x")],
    *[(f"PUBLISH {verb}", node, 404) for verb in ("LIST", "DROP") for node in ("alice/none", "nobody/x", "x@other.example")],
    *[(f"PUBLISH {verb}", f"alice/none {who}", code) for verb in ("ADMIT", "REFUSE")
      for who, code in ((ALICE, 404), ("x", 400), ("a+b@c.d", 400))],
    *[("SUBSCRIBE TO", node, 400) for node in ('""', "@", "alice+x", "a@b@c")],
    *[("UNSUBSCRIBE", name, code) for name, code in ((UUID, 454), ("alice/none", 454), (UUID.upper(), 454), ("a+b", 400))],
    *[("KEY REQUEST", owner, 400) for owner in ('""', "a@b@c", "a..b")],
]


def rows():
    with open(PAGE, encoding="utf-8") as file:
        return ROW.findall(file.read().replace("\\|", "|"))


class Row:
    """A verb as the table has it."""

    def __init__(self, verb, synopsis, states, pipelined, missing):
        self.verb, self.states, self.pipelined, self.works = verb, states, pipelined, not missing
        words = synopsis.split(" ") if synopsis else []
        positional = list(itertools.takewhile(lambda word: not NAME_OR_SWITCH.fullmatch(word), words))
        self.needed = [word for word in positional if not word.startswith("[")]
        self.named = re.findall(r"(?<![<\"|])\b([A-Z]{2,})\b(?= [<\"A-Z])", " ".join(words[len(positional):]))
        self.switches = re.findall(r"[+-][A-Z]+\b", synopsis)
        self.prefix = "AS p " if pipelined == "must" else ""

    def line(self, surplus=""):
        """In the right form, but for what is surplus."""
        words = [re.sub(r"<([^>]*)>(\[[^\]]*\])?", lambda m: SAMPLES.get(m[1], ALICE), word) for word in self.needed]
        words = ["TLS1" if word.startswith("TLS") else word for word in words]
        return " ".join([self.prefix + self.verb, *words]) + surplus


ROWS = [Row(*row) for row in rows()]
PLAIN = [row for row in ROWS if row.verb not in WITH_BODIES]


def code_of(connection, line):
    connection.send(line + "\n")
    return connection.answer().code


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.alone = Alone(cls.enterClassContext(tempfile.TemporaryDirectory()))
        made = subprocess.run([program(), "account", "add", ALICE, "-c", cls.alone.config], capture_output=True, text=True, check=True)
        cls.daemon = cls.enterClassContext(cls.alone.start())
        cls.plain, _ = cls.daemon.addresses()
        cls.ca = cls.alone.authority.certificate
        cls.side = {"domain": DOMAIN, "ca": cls.ca, "listener": cls.plain, "accounts": {ALICE: made.stdout.strip()}}
        cls.alice = cls.enterClassContext(Mailer(cls.side, "alice"))
        cls.alice.submit([ALICE], "Stays", [text_part("As it was\n")])

    def tearDown(self):
        """Whatever was tried: the session goes on, and the mail is there."""
        expect(self.alice.connection.ask("NOOP"), 200)
        self.assertEqual([message["subject"] for message in self.alice.index()], ["Stays"])

    def assert_code(self, line, *codes):
        code = code_of(self.alice.connection, line)
        self.assertIn(code, codes, line[:200])

    def test_the_table_is_read_whole(self):
        self.assertGreater(len(ROWS), 50)
        self.assertEqual({row.verb for row in ROWS if not row.needed and row.states == "EULR"}, {"NOOP", "QUIT", "HELP", "CAPS"})
        fetch = next(row for row in ROWS if row.verb == "MBOX FETCH")
        self.assertEqual((len(fetch.needed), fetch.named, fetch.switches), (1, ["PART"], ["+JSON", "+PRETTY", "-READ", "+REMOVE"]))

    def test_verbs_that_a_state_does_not_have(self):
        for state in "EU":
            connection, errors = None, 0
            for row in ROWS:
                if state in row.states:
                    continue
                if connection is None or errors == ERRORS_BEFORE_LOGIN - 1:
                    connection, errors = self.session(state), 0
                line = {"DATA": "DATA x LENGTH 0\n", "CHUNK": "AS p CHUNK 0\n"}.get(row.verb, row.line())
                login_opens = state == "U" and set(row.states) & set("LR")
                self.assertEqual(code_of(connection, line), 401 if login_opens else 405, f"{line} in {state}")
                errors += 1

    def session(self, state):
        if state == "U":
            return self.enterContext(greet(self.plain, DOMAIN, self.ca))
        connection = self.enterContext(Connection(self.plain))
        connection.answers(3)
        return connection

    def test_verbs_that_local_does_not_have(self):
        for row in PLAIN:
            if "L" not in row.states:
                self.assert_code(row.line(), 405)
            elif not row.works:
                self.assert_code(row.line(), 701)

    def usable(self):
        return [row for row in PLAIN if row.works and "L" in row.states and row.verb != "QUIT"]

    def test_missing_arguments(self):
        for row in self.usable():
            for kept in range(len(row.needed)):
                self.assert_code(" ".join(row.line().split(" ")[:len((row.prefix + row.verb).split(" ")) + kept]), 400)
            for name in row.named:
                self.assert_code(row.line(f" {name}"), 400)

    def test_surplus_arguments(self):
        for row in self.usable():
            self.assert_code(row.line(" surplus" * 3), 400)
            self.assert_code(row.line(' ""' * 3), 400)
            for name in row.named:
                self.assert_code(row.line(f" {name} 1" * 6), 400)
            for switch in row.switches:
                self.assert_code(row.line(f" {switch} {switch}"), 400)

    def test_unknown_switches(self):
        for row in self.usable():
            self.assert_code(row.line(" +NOSUCH"), 406)
            self.assert_code(row.line(" -NOSUCH"), 406)

    def test_quoted_words_are_no_keywords(self):
        for row in self.usable():
            first, *rest = row.verb.split(" ")
            for words in (['"' + first + '"', *rest], [first, *(f'"{word}"' for word in rest)]):
                line = row.prefix + " ".join(words)
                if line != row.prefix + row.verb and not (rest and first == "SET"):
                    self.assert_code(line + row.line()[len(row.prefix + row.verb):], 400)
            for name in row.named:
                self.assert_code(row.line(f' "{name}" 1 2 3'), 400)

    def test_oversized_arguments(self):
        for row in self.usable():
            self.assert_code(row.line(" " + "x" * 8_192), 414)
            for at in range(len(row.needed)):
                words = row.line().split(" ")
                words[len((row.prefix + row.verb).split(" ")) + at] = LONG
                self.assert_code(" ".join(words), 400, 402, 404, 405, 413, 415, 430, 451)

    def test_pipelines_that_a_verb_does_not_take(self):
        for row in self.usable():
            if row.pipelined != "may":
                self.assert_code(row.line()[len(row.prefix):] if row.prefix else "AS p " + row.line(), 400)
            for identity in ("a-b", "x" * 33, '"a"', "a,b"):
                self.assert_code(f"AS {identity} {row.line()[len(row.prefix):]}", 400)

    def test_arguments_of_the_wrong_type(self):
        for verb, rest, code in WRONG_TYPES:
            with self.subTest(f"{verb} {rest[:60]}"):
                self.assert_code(f"{verb} {rest}", code)

    def test_wrong_order(self):
        for line in ("DONE", "ABORT", f"DELIVER ADD {ALICE}"):
            self.assert_code(line, 405)
        for line in (f"ID {UUID} DELIVER TO {ALICE}", f"DELIVER ID {UUID} TO {ALICE}", f"DELIVER TO SUBJECT x {ALICE}",
                     f"DELIVER TO +SECURE {ALICE}", "TO DELIVER", "INDEX MBOX /INBOX", f"PART text FETCH /INBOX#{UUID}"):
            self.assert_code(line, 400)
        self.alice.connection.send(f"DELIVER TO {ALICE}\nDELIVER TO {ALICE}\nDONE\nABORT\n")
        self.assertEqual([answer.code for answer in self.alice.connection.answers(4)], [270, 405, 400, 276])


if __name__ == "__main__":
    unittest.main()
