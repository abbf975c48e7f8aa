"""Two types of one name in one namespace are one to the linker, which then takes either's functions for both ("one definition rule"); no
compiler sees it, as no file includes both. Looks at the types that headers define at namespace scope.

    check_names.py ROOT           prints each name that is defined twice; exit status 1 if there is one
    check_names.py --self-test    shows that such a name is found
"""

import os
import re
import sys

SPACE = re.compile(r"namespace (\w[\w:]*) \{")
TYPE = re.compile(r"(?:class|struct|enum class) (\w+)(?: final)?(?: : [^;]*)? \{")


def names_in(lines):
    """(namespace, name) of each type that begins in the first column: what is nested is indented."""
    space = ""
    for line in lines:
        if match := SPACE.match(line):
            space = match.group(1)
        elif match := TYPE.match(line):
            yield space, match.group(1)


def doubled(files):
    """files: (path, lines)."""
    homes = {}
    for path, lines in files:
        for name in names_in(lines):
            homes.setdefault(name, []).append(path)
    return [f"{space}::{name}: {', '.join(paths)}" for (space, name), paths in sorted(homes.items()) if len(paths) > 1]


def headers_below(root):
    for top in ("armor", "bridge", "component"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(".hpp"):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, root), file.readlines()


def self_test():
    one = ("a.hpp", ["namespace immp::bridge {\n", "class Connection;\n", "class Connection {\n", "    struct State {\n"])
    same = ("b.hpp", ["namespace immp::bridge {\n", "class Connection final : public Base {\n"])
    other = ("c.hpp", ["namespace immp::bridge::client {\n", "class Connection {\n"])
    right = doubled([one, same, other]) == ["immp::bridge::Connection: a.hpp, b.hpp"] and not doubled([one, other])
    return 0 if right else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    found = doubled(headers_below(arguments[0]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
