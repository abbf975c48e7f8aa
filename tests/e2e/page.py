"""The examples of docs/protocol.md, and whether what a server says has the form that an example shows.

An example is a ```dialog block; the comment before it says how it begins (`login:`, `start:`, `listener: immediate`, `listener: xmpp`) and, for
the real daemon, what must be there first: `real: alice MBOX CREATE /INBOX/lists` is a command, `real: mail UUID` a message to her,
`real: device NAME` a login of hers from such a device, `real: quota ADDRESS OCTETS`, `real: shared ADDRESS OWNER` and
`real: program NAME` the administrator's. `real: push NAME UUID` is a push of his
to her with the action "That is me". `real: refused` is a mail
to her from one whom she blocks just then. `real: then ...` is done when the first reply has come, `real: until N` plays the first N
steps only: what follows needs another domain or session.
"""

import dataclasses
import json
import re

EXAMPLE = re.compile(r"(?:<!--\n(?P<head>.*?)-->\n)?```dialog\n(?P<dialog>.*?)```", re.DOTALL)
HEADING = re.compile(r"^#{2,3} (.*)$", re.MULTILINE)
LENGTH = re.compile(r"\bLENGTH (\d+)\b")
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# What differs from one server and day to the next, in the order in which it is looked for.
VARIABLE = [(re.compile(pattern), name) for pattern, name in (
    (UUID, "<uuid>"),
    (r"\b[0-9a-f]{64}\b", "<hex>"),
    (r"(?<= )[A-Za-z0-9+/]{8,}=*$", "<base64>"),
    (r"(?<= )(?:-|read|flagged|read,flagged)(?= \d)", "<flags>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    (r"[^\s@\"=]+@[^\s@\"]+\.[^\s@\"]+", "<imid>"),
    (r"(?<= )[a-z*.-]+\.example\b", "<domain>"),
    (r"(?<==)[^\s=]*[0-9+/_][^\s]*", "<value>"),
    (r"(?<=(?:cret|oken|caps|next)=)\S+", "<value>"),
    (r'"(?:[^"\\]|\\.)*"', "<text>"),
    (r"(?<![\w<])\d+(?![\w>])", "<n>"))]


@dataclasses.dataclass
class Example:
    name: str
    head: list  # (word, text) of the comment
    steps: list  # (word, text); what is said and expected


def examples(page):
    """All of them, named by the section in which they stand."""
    found, count = [], {}
    for match in EXAMPLE.finditer(page):
        section = HEADING.findall(page[:match.start()])[-1]
        count[section] = count.get(section, 0) + 1
        head = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "")
                for line in (match["head"] or "").splitlines()]
        steps = [("handshake", "") if line.startswith("---") else (line[0], line[3:]) for line in match["dialog"].splitlines()]
        found.append(Example(f"{section} ({count[section]})", head, steps))
    return found


def form(line):
    """A line with what may differ taken out. Codes, dashes, pipelines, names of fields and words stay."""
    code = re.match(r"(?:\w+: )?(\d{3})-?", line)
    rest = line[code.end():] if code else line
    if code and (int(code.group(1)) >= 400 or " e=" in rest):
        # Words are for people and may change.
        rest = " ".join(word for word in rest.split(" ") if re.match(r"(?:e|retry)=|\d{3}$", word))
    if rest.lstrip().startswith("{"):
        return line[:code.end()] + " " + json_form(json.loads(rest))
    for pattern, name in VARIABLE:
        rest = pattern.sub(name, rest)
    return (code.group() if code else "") + rest


def learn(names, shown, real):
    """What an example calls `shown`, this server calls `real`: cursors, ids, leases."""
    for one, other in zip(shown.split(" "), real.split(" ")):
        one, other = one.rpartition("=")[2], other.rpartition("=")[2]
        if one != other and re.fullmatch(rf"{UUID}|[0-9a-f]{{4,}}", one):
            names[one] = other


def json_form(value):
    """Names and kinds of a JSON value, in order."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{json_form(member)}" for name, member in value.items()) + "}"
    return type(value).__name__


def is_piece(line):
    """Of a body in a pipeline, and not the last."""
    return bool(re.match(r"\w+: 25[012]- LENGTH", line))


def body_length(line):
    found = LENGTH.search(line) if re.match(r"(?:\w+: )?25[012]", line) else None
    return int(found.group(1)) if found else None
