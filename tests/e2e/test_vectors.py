"""tests/vectors/sealed/ and the example of docs/envelope.md, 8, read by the implementation that was written from that page alone."""

import base64
import glob
import os
import unittest

import nacl.bindings as sodium

from immp_armor import digest
from immp_sealed import Refused, compact, keyed, open_content, read_head

FOLDER = os.path.join(os.path.dirname(__file__), "..", "vectors", "sealed")
PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "envelope.md")


def parse_vector(text):
    """(fields, parts), as tests/vectors/README.md has them."""
    fields, parts, octets = {}, {}, None
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        if name == "part":
            octets = parts[value] = bytearray()
        elif name in ("line", "line:"):
            octets += value.encode() + b"\n"
        elif name == "text":
            octets += value.encode()
        elif name == "base64":
            octets += base64.b64decode(value)
        elif not line.startswith("#"):
            fields[name] = value
    return fields, {name: bytes(octets) for name, octets in parts.items()}


def read_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Vectors(unittest.TestCase):
    def outcome(self, fields, parts):
        secret = bytes.fromhex(fields["secret"])
        held = {fields["key"]: (sodium.crypto_scalarmult_base(secret), secret)}
        try:
            self.seal, subject, found = open_content(parts["sealed"], fields["id"], fields["from"], fields["me"], held, [bytes.fromhex(fields["sign"])])
        except Refused as refused:
            return str(refused.code)
        self.assertEqual(subject, fields["subject"])
        self.assertEqual(" ".join(f"{name} {len(body)}" for name, _, body in found), fields["parts"])
        self.assertEqual(b"".join(body for _, _, body in found), parts["bodies"])
        return "accepted"

    def test_each_sealed_vector(self):
        paths = sorted(glob.glob(os.path.join(FOLDER, "*.txt")))
        self.assertGreaterEqual(len(paths), 35)
        for path in paths:
            with self.subTest(os.path.basename(path)):
                fields, parts = parse_vector(read_text(path))
                self.assertEqual(self.outcome(fields, parts), fields["expect"].split(" ")[0])

    def test_the_worked_example_of_the_page(self):
        fields, parts = parse_vector(read_text(PAGE).partition("```vector sealed\n")[2].partition("\n```")[0])
        self.assertEqual(self.outcome(fields, parts), "accepted")
        secret = bytes.fromhex(fields["secret"])
        boxes, payload = read_head(parts["sealed"])
        content_key = sodium.crypto_box_seal_open(boxes[fields["key"]], sodium.crypto_scalarmult_base(secret), secret)
        self.assertEqual(content_key.hex(), fields["content-key"])
        self.assertEqual(keyed(content_key, b"IMMP1 sealed\n", parts["sealed"][:payload]).hex(), fields["payload-key"])
        self.assertEqual(self.seal["digest"], fields["digest"])
        self.assertEqual(compact(self.seal), parts["seal"])
        self.assertEqual(digest("IMMP1 sealed content", parts["content"], b"\n", parts["bodies"]).hex(), fields["digest"])


if __name__ == "__main__":
    unittest.main()
