"""A second reader and writer of records, bundles and receipts, written from docs/envelope.md alone: it shares no code with the
daemon. What it reads it checks, and says by an AssertionError what does not hold.
"""

import base64
import ctypes
import dataclasses
import hashlib
import json
import time
import uuid

import nacl.bindings as sodium

RECORD_PLAIN, RECORD_EXTRA, STREAM_HEADER = 65536, 17, 24
CHUNK_BYTES = 1 << 20
YEAR = 365 * 86400
ZSTD = ctypes.CDLL("libzstd.so.1")  # the standard library of this Python has no zstd
ZSTD.ZSTD_decompress.restype = ctypes.c_size_t


def digest(context, *octets):
    """H(ctx, x..)"""
    return hashlib.blake2b(context.encode() + b"\n" + b"".join(octets), digest_size=32).digest()


def derived(content_key, context, route):
    """K(c, ctx)"""
    text = "".join(part + "\n" for part in ("1", *route))
    return hashlib.blake2b(context.encode() + b"\n" + text.encode(), digest_size=32, key=content_key).digest()


def b64(octets):
    return base64.b64encode(octets).decode()


def unb64(text):
    octets = base64.b64decode(text, validate=True)
    assert b64(octets) == text, "another base64 than the one there is"
    return octets


def moment(seconds=None):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sign(value, secret):
    return sodium.crypto_sign(value, secret)[:64]


def holds(signature, value, public):
    try:
        return sodium.crypto_sign_open(signature + value, public) == value
    except Exception:  # pylint: disable=broad-exception-caught  (PyNaCl's own class differs between its versions)
        return False


@dataclasses.dataclass
class Record:
    text: bytes
    claims: dict

    @property
    def fingerprint(self):
        return digest("IMMP1 key", self.text.split(b"\n")[1]).hex()

    @classmethod
    def read(cls, text, domain):
        """A domain's record; its own signature must hold."""
        first, line, signature = text.split(b"\n")[:3]
        claims = json.loads(line)
        assert first == b"IMMP-KEY 1" and claims["domain"] == domain and 1 in claims["suites"], text
        record = cls(text, claims)
        assert holds(unb64(signature.decode()), bytes.fromhex(record.fingerprint), unb64(claims["sign"])), "own signature"
        return record


class Identity:
    """The keys of a domain, with their first record."""

    def __init__(self, domain):
        self.domain = domain
        self.sign_public, self.sign_secret = sodium.crypto_sign_keypair()
        self.seal_public, self.seal_secret = sodium.crypto_box_keypair()
        now = time.time()
        line = compact({"domain": domain, "serial": 1, "sign": b64(self.sign_public), "seal": b64(self.seal_public),
                        "not-before": moment(now - 3600), "not-after": moment(now + YEAR), "previous": None, "next": None,
                        "suites": [1]})
        signature = sign(digest("IMMP1 key", line), self.sign_secret)
        self.record = Record.read(b"IMMP-KEY 1\n" + line + b"\n" + b64(signature).encode() + b"\n", domain)


def padme(length):
    length = max(512, length)
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return (length + unit - 1) // unit * unit


def number(value, octets):
    return value.to_bytes(octets, "big")


def stored_item(inner, bodies):
    """An item as it is (method 0)."""
    text = compact(inner)
    raw = number(len(text), 4) + text + b"".join(bodies)
    chunks = (raw[at:at + CHUNK_BYTES] for at in range(0, len(raw), CHUNK_BYTES))
    return b"\x01\x00" + number(len(raw), 8) + b"".join(number(len(chunk), 4) + chunk for chunk in chunks) + number(0, 4)


def mail_item(sender, recipients, subject, body, identity=None):
    """One mail with one text part."""
    return stored_item({"id": identity or str(uuid.uuid4()), "kind": "mail", "from": sender, "recipients": recipients,
                        "to": recipients, "subject": subject, "date": moment(),
                        "parts": [{"id": "text", "type": "text/plain", "class": "content", "length": len(body)}]}, [body])


def push_item(sender, recipients, body, identity=None, metadata=None, ttl=3600, **members):
    """One push; `metadata` are the members of its metadata part, a member of the envelope that is None is left out."""
    parts, bodies = [{"id": "text", "type": "text/plain", "class": "content", "length": len(body)}], [body]
    if metadata is not None:
        bodies.append(compact(metadata))
        parts.append({"id": "metadata", "type": "application/immp-metadata+json", "length": len(bodies[-1])})
    inner = {"id": identity or str(uuid.uuid4()), "kind": "push", "from": sender, "recipients": recipients, "to": recipients,
             "date": moment(), "expires": moment(time.time() + ttl), "parts": parts} | members
    return stored_item({name: value for name, value in inner.items() if value is not None}, bodies)


def seal(content_key, route, items, final=True):
    """The payload. Without `final` its last record says that more follows."""
    plain = items.ljust(padme(len(items)), b"\x00")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    payload = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, derived(content_key, "IMMP1 payload", route))
    for at in range(0, len(plain), RECORD_PLAIN):
        last = final and at + RECORD_PLAIN >= len(plain)
        tag = (sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL if last
               else sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
        payload += sodium.crypto_secretstream_xchacha20poly1305_push(state, plain[at:at + RECORD_PLAIN], tag=tag)
    return payload


@dataclasses.dataclass
class Bundle:
    header: dict
    signature: bytes
    payload: bytes
    line: bytes = b""

    def __post_init__(self):
        self.line = self.line or compact(self.header)

    @property
    def envelope(self):
        return self.header["envelope"]

    @property
    def id(self):
        return self.envelope["immp-bundle"]

    @property
    def route(self):
        return (self.envelope["immp-origin"], self.envelope["immp-destination"], self.id, *self.envelope["immp-keys"])

    @property
    def digest(self):
        return digest("IMMP1 bundle", self.line)

    def octets(self):
        return b"IMMP-BUNDLE 1\n" + self.line + b"\n" + b64(self.signature).encode() + b"\n\n" + self.payload

    def signed(self, secret):
        return dataclasses.replace(self, signature=sign(self.digest, secret))

    def changed(self, **members):
        """The same with other members of its header; the signature stays, and no longer holds."""
        return Bundle({"envelope": {**self.envelope, **members}}, self.signature, self.payload)


def make_bundle(origin, destination, items, content_key, final=True):
    """Sealed by `origin` to the record `destination`, and signed."""
    identity = str(uuid.uuid4())
    route = (origin.domain, destination.claims["domain"], identity, origin.record.fingerprint, destination.fingerprint)
    payload = seal(content_key, route, items, final)
    box = sodium.crypto_box_seal(content_key, unb64(destination.claims["seal"]))
    return Bundle({"envelope": {
        "immp-suite": 1, "immp-bundle": identity, "immp-origin": route[0], "immp-destination": route[1],
        "immp-keys": list(route[3:]), "immp-recipient": [b64(box)],
        "immp-payload": [len(payload), digest("IMMP1 cipher", payload).hex()],
        "received-from": {"domain": route[0], "timestamp": moment()}}}, b"", payload).signed(origin.sign_secret)


def read_bundle(octets, origin):
    """The bundle, its origin's signature verified; hops are not expected here."""
    first, line, signature, end, payload = octets.split(b"\n", 4)
    assert (first, end) == (b"IMMP-BUNDLE 1", b""), (first, end)
    bundle = Bundle(json.loads(line), unb64(signature.decode()), payload, line)
    assert bundle.envelope["immp-keys"][0] == origin.fingerprint
    assert holds(bundle.signature, bundle.digest, unb64(origin.claims["sign"])), "the origin's signature"
    assert bundle.envelope["immp-payload"] == [len(payload), digest("IMMP1 cipher", payload).hex()]
    return bundle


def open_bundle(bundle, destination):
    """(content key, [(inner, body octets)]) of a bundle sealed to the identity `destination`."""
    box, = bundle.envelope["immp-recipient"]
    content_key = sodium.crypto_box_seal_open(unb64(box), destination.seal_public, destination.seal_secret)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, bundle.payload[:STREAM_HEADER],
                                                           derived(content_key, "IMMP1 payload", bundle.route))
    plain, tag = b"", None
    for at in range(STREAM_HEADER, len(bundle.payload), RECORD_PLAIN + RECORD_EXTRA):
        assert tag in (None, sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE), tag
        record, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, bundle.payload[at:at + RECORD_PLAIN + RECORD_EXTRA])
        plain += record
    assert tag == sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL, tag
    return content_key, list(read_items(plain))


def read_items(plain):
    at = 0
    while at < len(plain) and plain[at]:
        kind, method, raw_bytes = plain[at], plain[at + 1], int.from_bytes(plain[at + 2:at + 10], "big")
        assert kind == 1 and method in (0, 1), (kind, method)
        at, chunks = at + 10, b""
        while length := int.from_bytes(plain[at:at + 4], "big"):
            assert length <= 1 << 20, length
            chunks += plain[at + 4:at + 4 + length]
            at += 4 + length
        at += 4
        raw = chunks if method == 0 else decompressed(chunks, raw_bytes)
        assert len(raw) == raw_bytes
        end = 4 + int.from_bytes(raw[:4], "big")
        yield json.loads(raw[4:end]), raw[end:]
    assert len(plain) == padme(at) and not any(plain[at:]), "the zeros are not those of Padmé"


def decompressed(frame, raw_bytes):
    raw = ctypes.create_string_buffer(raw_bytes)
    count = ZSTD.ZSTD_decompress(raw, ctypes.c_size_t(raw_bytes), frame, ctypes.c_size_t(len(frame)))
    assert count == raw_bytes, "not one zstd frame of that length"
    return raw.raw


def make_receipt(bundle, signer, content_key=None, outcomes=(), code=275, **members):
    """Without `content_key` a refusal of the whole bundle. `members` replace those of the JSON."""
    answer = b""
    if content_key is not None:
        lines = "".join(line + "\n" for line in outcomes).encode()
        plain = lines.ljust(max(256, (len(lines) + 255) // 256 * 256), b"\x00")
        nonce = sodium.randombytes(24)
        answer = nonce + sodium.crypto_secretbox(plain, nonce, derived(content_key, "IMMP1 answer", bundle.route))
    line = compact({"immp-origin": bundle.route[0], "immp-destination": bundle.route[1], "immp-bundle": bundle.id,
                    "digest": bundle.digest.hex(), "key": signer.record.fingerprint, "timestamp": moment(),
                    "code": code, **members})
    signature = sign(digest("IMMP1 receipt", line, b"\n", answer), signer.sign_secret)
    return b"IMMP-RECEIPT 1\n" + line + b"\n" + b64(signature).encode() + b"\n" + answer


def read_receipt(octets, bundle, destination, content_key):
    """The receipt's code and its outcome lines; it must name exactly this bundle, and be signed by the record `destination`."""
    first, line, signature, answer = octets.split(b"\n", 3)
    claims = json.loads(line)
    assert first == b"IMMP-RECEIPT 1", first
    signed = digest("IMMP1 receipt", line, b"\n", answer)
    assert holds(unb64(signature.decode()), signed, unb64(destination.claims["sign"])), "the receipt's signature"
    named = [claims[name] for name in ("immp-origin", "immp-destination", "immp-bundle", "digest", "key")]
    assert named == [*bundle.route[:3], bundle.digest.hex(), destination.fingerprint], claims
    if claims["code"] != 275:
        assert not answer
        return claims["code"], []
    plain = sodium.crypto_secretbox_open(answer[24:], answer[:24], derived(content_key, "IMMP1 answer", bundle.route))
    lines = plain.rstrip(b"\x00").decode()
    assert len(plain) == max(256, (len(lines) + 255) // 256 * 256) and (not lines or lines.endswith("\n")), plain
    return 275, lines.splitlines()
