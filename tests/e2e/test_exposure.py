"""The check for exposed words is itself checked: it must find them in every encoding, or its silence means nothing."""

import base64
import os
import tempfile
import unittest

from exposure import exposed, logged_stanzas

WORD = "lighthouse"


class Exposure(unittest.TestCase):
    def test_finds_every_encoding_at_every_position(self):
        for prefix in (b"", b"x", b"xy", b"xyz"):
            sealed = prefix + WORD.encode() + b" and more"
            for name, text in (("plain", sealed.decode()), ("hex", sealed.hex()), ("base64", base64.b64encode(sealed).decode()),
                               ("twice", base64.b64encode(base64.b64encode(sealed)).decode())):
                with self.subTest(prefix=prefix, encoding=name):
                    self.assertTrue(exposed([f"<iq><bundle>{text}</bundle></iq>"], [WORD]))

    def test_finds_attributes_in_any_case(self):
        self.assertTrue(exposed(["<iq to='BOB@b.example'/>"], ["bob"]))

    def test_silent_on_sealed_octets(self):
        sealed = base64.b64encode(os.urandom(200_000)).decode()
        self.assertEqual(exposed([f"<iq to='immp.b.example'><bundle>{sealed}</bundle></iq>"], [WORD, "alice@", "bob"]), [])

    def test_reads_prosodys_log(self):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            log.write("Nov 23 08:27:46 jcp1\tdebug\tRECV: <iq id='1'>two\nlines</iq>\n"
                      "Nov 23 08:27:46 general\tinfo\tnothing\n"
                      "Nov 23 08:27:47 s2sin2\tdebug\tSEND: <iq id='2'/>\n")
            log.flush()
            self.assertEqual(logged_stanzas(log.name), ["<iq id='1'>two\nlines</iq>", "<iq id='2'/>"])


if __name__ == "__main__":
    unittest.main()
