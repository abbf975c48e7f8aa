"""What needs no engine: the containers' XMPP servers have the configuration that README.md tells people to write, word for word,
and the compose file is valid for both generations of compose.

    check.py ROOT
"""

import os
import re
import sys

# A block of README.md by its language and its first words, and the file that must hold it.
BLOCKS = (("lua", 'Component "immp.', "packaging/docker/prosody.cfg.lua"), ("yaml", "  -\n", "packaging/docker/ejabberd.yml"))
LINES = (("s2s_max_retry_delay: 10 seconds", "packaging/docker/ejabberd.yml"),)
BASE = "debian:bookworm-slim"


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8") as file:
        return file.read()


def complaints(root):
    readme, compose = read(root, "README.md"), read(root, "docker-compose.yml")
    for language, beginning, name in BLOCKS:
        blocks = [block for block in re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL) if block.startswith(beginning)]
        if len(blocks) != 1:
            yield f"README.md has {len(blocks)} blocks in {language} that begin with {beginning!r}"
        elif blocks[0] not in read(root, name):
            yield f"{name} does not hold README.md's block {beginning!r}"
    for line, name in LINES:
        if line not in readme or f"\n{line}\n" not in read(root, name):
            yield f"{line!r} is not both in README.md and {name}"
    if re.search(r"^version:", compose, re.MULTILINE):
        yield "docker-compose.yml has a version: key, which compose v2 warns of and v1 takes for an older format"
    for name in sorted(os.listdir(os.path.join(root, "packaging/docker"))):
        if name.endswith(".Dockerfile"):
            text = read(root, f"packaging/docker/{name}")
            stages = re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE)
            for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
                if image not in (BASE, *stages):
                    yield f"packaging/docker/{name} is built on {image}"
            if not re.search(r"^USER \w+", text, re.MULTILINE):
                yield f"packaging/docker/{name} names no user"


def main():
    found = list(complaints(sys.argv[1]))
    print("\n".join(found) or "all as README.md says")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
