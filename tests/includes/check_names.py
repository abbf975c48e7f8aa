"""Two types of one name in one namespace are one to the linker, which then takes either's functions for both ("one definition rule"); no
compiler sees it where no file includes both. Looks at the types that headers define at namespace scope. And at the types, aliases and
constants of unnamed namespaces: ./run compiles several files of a folder as one, and which ones changes with every new file, so such a
name is one file's alone in its whole folder. (Functions may be overloads; there the compiler judges.)

    check_names.py ROOT           prints each name that is defined twice; exit status 1 if there is one
    check_names.py --self-test    shows that such a name is found
"""

import os
import re
import sys

SPACE = re.compile(r"namespace (\w[\w:]*) \{")
TYPE = re.compile(r"(?:class|struct|enum class) (\w+)(?: final)?(?: : [^;]*)? \{")
UNNAMED = re.compile(r"namespace \{")
END = re.compile(r"\}  // namespace$")
OWN = re.compile(r"(?:class|struct|enum(?: class)?|using) (\w+)(?: final)?(?: : [^;]*)?(?: \{| =|;)"
                 r"|(?:const|constexpr|inline constexpr) [^(;=]*?\b(k[A-Z]\w*)\b")


def names_in(lines):
    """(namespace, name) of each type that begins in the first column: what is nested is indented."""
    space = ""
    for line in lines:
        if match := SPACE.match(line):
            space = match.group(1)
        elif match := TYPE.match(line):
            yield space, match.group(1)


def own_names(lines):
    """The names of a source's unnamed namespaces."""
    within = False
    for line in lines:
        if UNNAMED.match(line) or END.match(line.rstrip("\n")):
            within = bool(UNNAMED.match(line))
        elif within and (match := OWN.match(line)):
            yield match.group(1) or match.group(2)


def shared(homes):
    return [f"{name}: {', '.join(paths)}" for name, paths in sorted(homes.items()) if len(paths) > 1]


def doubled(files):
    """files: (path, lines)."""
    types, own = {}, {}
    for path, lines in files:
        if path.endswith(".hpp"):
            for space, name in names_in(lines):
                types.setdefault(f"{space}::{name}", []).append(path)
        else:
            for name in set(own_names(lines)):
                own.setdefault(f"{os.path.dirname(path)}: {name}", []).append(path)
    return shared(types) + shared(own)


def files_below(root, tops, ending):
    for top in tops:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(ending) and name != "main.cpp":
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, root), file.readlines()


def self_test():
    one = ("a.hpp", ["namespace immp::bridge {\n", "class Connection;\n", "class Connection {\n", "    struct State {\n"])
    same = ("b.hpp", ["namespace immp::bridge {\n", "class Connection final : public Base {\n"])
    other = ("c.hpp", ["namespace immp::bridge::client {\n", "class Connection {\n"])
    right = doubled([one, same, other]) == ["immp::bridge::Connection: a.hpp, b.hpp"] and not doubled([one, other])
    own = ["namespace {\n", "constexpr int kMost = 1;\n", "struct Row {\n", "int f(const T& t) {\n", "    const int kMost = 2;\n", "}  // namespace\n"]
    for line in own[1:3]:
        files = [("x/a.cpp", own), ("x/b.cpp", ["namespace {\n", line]), ("y/c.cpp", own)]
        right = right and len(doubled(files)) == 1 and not doubled([files[0], files[2]])
    outside = ("x/b.cpp", ["namespace {\n", "}  // namespace\n", "constexpr int kMost = 1;\n"])
    return 0 if right and not doubled([("x/a.cpp", own), outside]) else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = arguments[0]
    sources = ("armor", "bridge", "component")
    tests = [f"tests/{name}" for name in ("armor", "wire", "mail", "session", "store", "node", "net", "component", "client")]
    found = doubled([*files_below(root, sources, ".hpp"), *files_below(root, (*sources, *tests), ".cpp")])
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
