"""Checks the table of docs/threats.md, "Hostile input", against the tests: each case has a name of its own, says what happens, and
names tests that are there; each test of the files that hold nothing but such cases is named.

    check.py ROOT           prints each fault; exit status 1 if there is one
    check.py --self-test    shows that faults are found
"""

import ast
import os
import re
import sys
import tempfile

HEADING = "## Hostile input"
ALL_NAMED = ("test_edges", "test_feeds_hostile", "test_hostile")
FILES = {"scenarios": ".scenario", "dialogs": ".dialog", "vectors": ".txt"}  # folder below tests -> ending
ROW = re.compile(r"\| `([a-z0-9-]+)` \| (.*) \| (.*) \|$")
GTEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)


def rows(page):
    """(case, what happens, [names of tests]) of each line of the table; a line in another form is a case without a name."""
    section = page.partition(HEADING + "\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        found = ROW.match(line)
        if found:
            yield found[1], found[2].strip(), re.findall(r"`([^`]+)`", found[3])
        elif line.startswith("| `"):
            yield "", line, []


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def python_tests(folder):
    """`test_file.Class.test_name` of each test in a folder."""
    for name in sorted(os.listdir(folder)):
        module, ending = os.path.splitext(name)
        if not module.startswith("test_") or ending != ".py":
            continue
        for cls in ast.parse(read(os.path.join(folder, name))).body:
            for member in cls.body if isinstance(cls, ast.ClassDef) else ():
                if isinstance(member, ast.FunctionDef) and member.name.startswith("test_"):
                    yield f"{module}.{cls.name}.{member.name}"


def all_tests(root):
    """Everything that a row may name."""
    tests = os.path.join(root, "tests")
    names = set(python_tests(os.path.join(tests, "e2e")))
    for folder, _, files in os.walk(tests):
        for name in files:
            path, (stem, ending) = os.path.join(folder, name), os.path.splitext(name)
            below = os.path.relpath(os.path.join(folder, stem), tests)
            if ending == ".cpp":
                names |= {".".join(found) for found in GTEST.findall(read(path))}
            elif FILES.get(below.split(os.sep)[0]) == ending:
                names.add(below)
    return names


def faults(page, tests):
    found, cases, named = [], set(), set()
    for case, happens, names in rows(page):
        if not case or not happens or not names:
            found.append(f"a line without a case, what happens or a test: {case or happens}")
        if case in cases:
            found.append(f"twice: {case}")
        cases.add(case)
        named |= set(names)
        found += [f"{case}: no test is called {name}" for name in names if name not in tests]
    if not cases:
        found.append(f"no table below {HEADING}")
    found += [f"no case names {name}" for name in sorted(tests - named) if name.partition(".")[0] in ALL_NAMED]
    return found


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for folder in ("tests/e2e", "tests/scenarios", "tests/net"):
            os.makedirs(os.path.join(root, folder))
        for path, text in (("tests/e2e/test_edges.py", "class A:\n    def test_b(self):\n        pass\n"),
                           ("tests/scenarios/c.scenario", ""), ("tests/net/d.cpp", "TEST_F(D,\n       E) {\n")):
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        tests = all_tests(root)
    assert tests == {"test_edges.A.test_b", "scenarios/c", "D.E"}, tests
    page = HEADING + "\n\n| case | what | tests |\n|---|---|---|\n| `x` | 400 | `test_edges.A.test_b`, `D.E` |\n| `y` | 1 | `scenarios/c` |\n"
    assert not faults(page, tests), faults(page, tests)
    for broken, count in ((page.replace("D.E", "D.F"), 1), (page.replace("`scenarios/c`", ""), 1), (page.replace("`y`", "`x`"), 1),
                          (page.replace(" 400 ", "  "), 1), (page.replace("test_edges.A.test_b", "D.E"), 1),
                          (page.replace("| `y` | 1 |", "| `y` |"), 1), ("", 2)):
        assert len(faults(broken, tests)) == count, (broken, faults(broken, tests))


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    root, = arguments
    found = faults(read(os.path.join(root, "docs", "threats.md")), all_tests(root))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
