"""tests/vectors/sealed/ read by the implementation that was written from docs/envelope.md alone."""

import base64
import glob
import os
import unittest

import nacl.bindings as sodium

from immp_sealed import Refused, open_content

FOLDER = os.path.join(os.path.dirname(__file__), "..", "vectors", "sealed")


def read_vector(path):
    """(fields, parts), as tests/vectors/README.md has them."""
    fields, parts, octets = {}, {}, None
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            name, _, value = line.partition(": ")
            if name == "part":
                octets = parts[value] = bytearray()
            elif name == "line":
                octets += value.encode() + b"\n"
            elif name == "text":
                octets += value.encode()
            elif name == "base64":
                octets += base64.b64decode(value)
            elif not line.startswith("#"):
                fields[name] = value
    return fields, {name: bytes(octets) for name, octets in parts.items()}


class Vectors(unittest.TestCase):
    def outcome(self, fields, parts):
        secret = bytes.fromhex(fields["secret"])
        held = {fields["key"]: (sodium.crypto_scalarmult_base(secret), secret)}
        try:
            _, subject, found = open_content(parts["sealed"], fields["id"], fields["from"], fields["me"], held, [bytes.fromhex(fields["sign"])])
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
                fields, parts = read_vector(path)
                self.assertEqual(self.outcome(fields, parts), fields["expect"].split(" ")[0])


if __name__ == "__main__":
    unittest.main()
