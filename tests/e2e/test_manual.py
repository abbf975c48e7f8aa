"""immpd(8): groff takes it without a warning, and it has each command, configuration key and exit status."""

import os
import re
import subprocess
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OPERATIONS = os.path.join(ROOT, "docs", "operations.md")
PROJECT = os.path.join(ROOT, "CMakeLists.txt")


def said(*command, given=""):
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=True)


def immpd(*arguments):
    return said(os.path.join(os.environ["IMMP_BIN"], "immpd"), *arguments).stdout


def subcommands(*words):
    """Of the help of a command, if it has any."""
    behind = re.split(r"^Subcommands:$", immpd(*words, "--help"), flags=re.MULTILINE)[1:]
    return re.findall(r"^  (\S+)", behind[0], flags=re.MULTILINE) if behind else []


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = immpd("manual")
        cls.shown = said("groff", "-man", "-Tascii", "-P-cbou", "-rLL=400n", given=cls.page).stdout

    def test_groff_takes_it(self):
        checked = said("groff", "-man", "-ww", "-z", "-Tutf8", given=self.page)
        self.assertEqual(checked.stdout + checked.stderr, "")

    def test_it_has_each_command(self):
        for word in subcommands():
            leaves = [f"immpd {word} {leaf}" for leaf in subcommands(word)] or [f"immpd {word}"]
            for leaf in leaves:
                self.assertIn(f"\n   {leaf}", self.shown)

    def test_it_has_each_key(self):
        with open(OPERATIONS, encoding="utf-8") as file:
            keys = re.findall(r"^\| `((?:\[\w+\] )?\w+)` \|", file.read(), flags=re.MULTILINE)
        self.assertGreater(len(keys), 30)
        for key in keys:
            self.assertIn(f"\n       {key}", self.shown)

    def test_it_has_each_status(self):
        with open(OPERATIONS, encoding="utf-8") as file:
            told = re.search(r"Exit status: (.*?)\.\n", file.read()).group(1)
        statuses = re.findall(r"(?:^|, )(\d+) ", told)
        self.assertGreater(len(statuses), 5)
        for status in statuses:
            self.assertRegex(self.shown, rf"\n       {status}\s")

    def test_both_programs_say_their_version(self):
        with open(PROJECT, encoding="utf-8") as file:
            version = re.search(r"^project\(immp VERSION (\S+)", file.read(), flags=re.MULTILINE).group(1)
        for program in ("immp", "immpd"):
            self.assertEqual(said(os.path.join(os.environ["IMMP_BIN"], program), "--version").stdout, f"{program} {version}\n")


if __name__ == "__main__":
    unittest.main()
