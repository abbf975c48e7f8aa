"""tests/vectors/names.txt against the servers themselves: Prosody's util.encodings and ejabberd's jid module prepare each name
as the table says."""

import os
import re
import subprocess
import tempfile
import unittest

TABLE = os.path.join(os.path.dirname(__file__), "..", "vectors", "names.txt")

# Each reads lines `node HEX` or `name HEX` and answers the prepared octets in hex, or `refused`.
PROSODY = r"""
package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath
package.path = "/usr/lib/prosody/?.lua;" .. package.path
local prep = require "util.encodings".stringprep
for line in io.lines() do
    local kind, hex = line:match("^(%S+) (%S*)$")
    local name = hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
    local prepared = (kind == "node" and prep.nodeprep or prep.nameprep)(name, true)
    print(prepared and prepared:gsub(".", function(octet) return ("%02x"):format(octet:byte()) end) or "refused")
end
"""
EJABBERD = r"""#!/usr/bin/env escript
main(_) ->
    {ok, _} = application:ensure_all_started(stringprep),
    ok = jid:start(),
    answer().
answer() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Kind, Hex] = string:split(string:trim(Line), " "),
            Name = << <<(list_to_integer([A, B], 16))>> || <<A, B>> <= list_to_binary(Hex) >>,
            Prepared = case Kind of "node" -> jid:nodeprep(Name); "name" -> jid:nameprep(Name) end,
            io:format("~s~n", [case Prepared of
                                   error -> "refused";
                                   _ -> [io_lib:format("~2.16.0b", [Octet]) || <<Octet>> <= Prepared]
                               end]),
            answer()
    end.
"""
RUNNERS = {"prosody": ("lua5.4", PROSODY), "ejabberd": ("escript", EJABBERD)}


def unescape(text):
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found.group(1), 16)), text)


def table():
    """(kind, name, prepared or None) of each case."""
    with open(TABLE, encoding="ascii") as file:
        for line in file:
            if line.startswith("#"):
                continue
            kind, rest = line.rstrip("\n").split(" ", 1)
            name, verdict = rest.split(" -> ")
            verdict = verdict.split(" ; here ")[0]
            yield kind, unescape(name), None if verdict == "refused" else unescape(verdict)


class Names(unittest.TestCase):
    def verdicts(self, server, cases):
        runner, program = RUNNERS[server]
        with tempfile.NamedTemporaryFile("w", suffix=".script") as script:
            script.write(program)
            script.flush()
            asked = "".join(f"{kind} {name.encode().hex()}\n" for kind, name, _ in cases)
            done = subprocess.run([runner, script.name], input=asked, capture_output=True, text=True, timeout=60, check=True)
        return [None if line == "refused" else bytes.fromhex(line).decode() for line in done.stdout.splitlines()]

    def check(self, server):
        cases = list(table())
        self.assertGreaterEqual(len(cases), 216)
        verdicts = self.verdicts(server, cases)
        self.assertEqual(len(verdicts), len(cases))
        for (kind, name, expected), verdict in zip(cases, verdicts):
            with self.subTest(kind=kind, name=ascii(name)):
                self.assertEqual(verdict, expected)

    def test_prosody_prepares_as_the_table_says(self):
        self.check("prosody")

    def test_ejabberd_prepares_as_the_table_says(self):
        self.check("ejabberd")

    def test_a_wrong_table_is_noticed(self):
        self.assertEqual(self.verdicts("prosody", [("node", "ALICE", None), ("node", "a b", None)]), ["alice", None])


if __name__ == "__main__":
    unittest.main()
