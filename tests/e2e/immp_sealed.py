"""A second reader and writer of sealed content, written from docs/envelope.md, 8, alone: it shares no code with `immp`. What it
reads it checks in the reader's order, and says by Refused which step does not hold, with its code.
"""

import hashlib
import json
import re

import nacl.bindings as sodium

from immp_armor import RECORD_EXTRA, RECORD_PLAIN, STREAM_HEADER, b64, compact, digest, holds, number, padme, sign, unb64

FIRST_LINE = b"IMMP-SEALED 1\n"
BOX = re.compile(rb"([0-9a-f]{64}) ([A-Za-z0-9+/]{107}=)\n")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[ -~]*)?")
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
MAX_BOXES, MAX_JSON = 256, 262144
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


class Refused(Exception):
    def __init__(self, code, why):
        super().__init__(f"{code} {why}")
        self.code = code


def require(holds_true, code, why):
    if not holds_true:
        raise Refused(code, why)


def keyed(key, *octets):
    return hashlib.blake2b(b"".join(octets), digest_size=32, key=key).digest()


def signed_for(seal, recipient):
    return digest("IMMP1 sealed for", "".join(text + "\n" for text in (seal["id"], seal["from"], recipient["imid"], recipient["key"],
                                                                     seal["digest"])).encode())


def seal_content(identity, sender, record, signing, recipients, subject, parts, content_key=None, changed=None, of_digest=None):
    """`recipients`: (imid, fingerprint, sealing key); `parts`: (name, type, body), the first is the content. `changed` replaces members of
    the seal after it was signed, `of_digest` its digest before."""
    content = compact({"subject": subject, "parts": [{"id": name, "type": kind, **({"class": "content"} if at == 0 else {}), "length": len(body)}
                                                     for at, (name, kind, body) in enumerate(parts)]})
    bodies = b"".join(body for _, _, body in parts)
    _, secret = signing
    seal = {"id": identity, "from": sender, "record": b64(record), "digest": (of_digest or digest("IMMP1 sealed content", content, b"\n", bodies)).hex(),
            "to": [{"imid": imid, "key": key} for imid, key, _ in recipients]}
    for each in seal["to"]:
        each["signature"] = b64(sign(signed_for(seal, each), secret))
    line = compact({**seal, **(changed or {})})
    content_key = content_key or sodium.randombytes(32)
    head = FIRST_LINE + b"".join(f"{key} {b64(sodium.crypto_box_seal(content_key, public))}\n".encode() for _, key, public in recipients) + b"\n"
    plain = number(len(line), 4) + line + number(len(content), 4) + content + bodies
    plain = plain.ljust(padme(len(plain)), b"\x00")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    payload = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, keyed(content_key, b"IMMP1 sealed\n", head))
    for at in range(0, len(plain), RECORD_PLAIN):
        tag = FINAL if at + RECORD_PLAIN >= len(plain) else MESSAGE
        payload += sodium.crypto_secretstream_xchacha20poly1305_push(state, plain[at:at + RECORD_PLAIN], tag=tag)
    return head + payload


def read_head(octets):
    """The boxes, and where the payload begins."""
    require(octets.startswith(FIRST_LINE), 400, "not sealed content")
    require(len(octets) > len(FIRST_LINE), 400, "cut off")
    at, boxes = len(FIRST_LINE), {}
    while octets[at:at + 1] != b"\n":
        require(len(boxes) < MAX_BOXES, 413, "too many boxes")
        line = BOX.match(octets, at)
        require(line and unb64(line[2].decode()), 400, "a box of another form")
        require(line[1].decode() not in boxes, 400, "two boxes for one key")
        boxes[line[1].decode()] = unb64(line[2].decode())
        at = line.end()
    require(boxes, 400, "no box")
    return boxes, at + 1


def open_stream(payload, key):
    stream = len(payload) - STREAM_HEADER
    records = -(-stream // (RECORD_PLAIN + RECORD_EXTRA))
    length = stream - records * RECORD_EXTRA
    require(length >= 512 and padme(length) == length, 400, "a length that it cannot have")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, payload[:STREAM_HEADER], key)
    plain = b""
    for at in range(STREAM_HEADER, len(payload), RECORD_PLAIN + RECORD_EXTRA):
        try:
            record, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, payload[at:at + RECORD_PLAIN + RECORD_EXTRA])
        except Exception as error:
            raise Refused(423, "a record does not open") from error
        require(tag == (FINAL if at + RECORD_PLAIN + RECORD_EXTRA >= len(payload) else MESSAGE), 423, "the wrong tag")
        plain += record
    return plain


def strict(octets):
    """A JSON object without doubled members."""
    def unique(members):
        require(len(dict(members)) == len(members), 400, "a doubled member")
        return dict(members)
    try:
        value = json.loads(octets, object_pairs_hook=unique)
    except ValueError as error:
        raise Refused(400, "no JSON") from error
    require(isinstance(value, dict), 400, "no object")
    return value


def take_json(plain, at):
    length = int.from_bytes(plain[at:at + 4], "big")
    require(length <= MAX_JSON, 413, "JSON over its bound")
    require(length, 400, "no JSON")
    return strict(plain[at + 4:at + 4 + length]), at + 4 + length


def read_seal(seal, boxes):
    """The key that its sender's record has for signing."""
    require(set(seal) == {"id", "from", "record", "digest", "to"}, 400, "members of the seal")
    require(UUID.fullmatch(seal["id"]), 400, "an id that is none")
    require(0 < len(seal["to"]) <= MAX_BOXES and all(set(each) == {"imid", "key", "signature"} for each in seal["to"]), 400, "recipients")
    require([each["key"] for each in seal["to"]] == list(boxes), 400, "other keys than the boxes")
    _, line, signature = unb64(seal["record"]).split(b"\n")[:3]
    claims = strict(line)
    require(claims.get("imid") == seal["from"], 400, "another's record")
    signing = unb64(claims["sign"])
    require(holds(unb64(signature.decode()), digest("IMMP1 key", line), signing), 400, "the record's own signature")
    return signing


def read_content(content):
    require(set(content) == {"subject", "parts"}, 400, "members of the content")
    require(not CONTROL.search(content["subject"]), 400, "control characters in the subject")
    names = [part["id"] for part in content["parts"]]
    require(len(set(names)) == len(names), 400, "two parts of one name")
    for part in content["parts"]:
        require(set(part) - {"class"} == {"id", "type", "length"} and part.get("class", "content") == "content", 400, "members of a part")
        require(0 < len(part["id"].encode()) <= 255 and not re.search(r"[/\\]", part["id"]) and not CONTROL.search(part["id"])
                and part["id"] not in (".", ".."), 400, "a part's name")
        require(TYPE.fullmatch(part["type"]), 400, "a part's type")
    require(sum("class" in part for part in content["parts"]) == 1, 400, "not one content part")


def open_content(octets, identity, sender, me, held, signing_keys):
    """(seal, subject, [(name, type, body)]). `held`: fingerprint -> (public, secret); `signing_keys`: those of the sender."""
    boxes, at = read_head(octets)
    ours = next((key for key in boxes if key in held), None)
    require(ours, 423, "sealed to no key of ours")
    try:
        content_key = sodium.crypto_box_seal_open(boxes[ours], *held[ours])
    except Exception as error:
        raise Refused(423, "the key box does not open") from error
    plain = open_stream(octets[at:], keyed(content_key, b"IMMP1 sealed\n", octets[:at]))
    seal, at = take_json(plain, 0)
    signing = read_seal(seal, boxes)
    require(seal["id"] == identity, 424, "sent before, as another message")
    require(seal["from"] == sender, 403, "another sender")
    mine = next(each for each in seal["to"] if each["key"] == ours)
    require(mine["imid"] == me, 403, "for somebody else")
    require(signing in signing_keys, 412, "no key of the sender")
    require(holds(unb64(mine["signature"]), signed_for(seal, mine), signing), 422, "the signature")
    begin = at
    content, at = take_json(plain, at)
    line = plain[begin + 4:at]
    read_content(content)
    end = at + sum(part["length"] for part in content["parts"])
    require(padme(end) == len(plain) and not any(plain[end:]), 400, "the lengths and the zeros")
    require(digest("IMMP1 sealed content", line, b"\n", plain[at:end]).hex() == seal["digest"], 422, "the digest")
    parts = []
    for part in content["parts"]:
        parts.append((part["id"], part["type"], plain[at:at + part["length"]]))
        at += part["length"]
    return seal, content["subject"], parts
