"""Everything that must pass, counted: `./run test` ends with the one line that this prints last.

    suite.py CTEST-FOLDER

runs ctest in the folder, then `./run compose`, each tests/e2e/test_*.py and tests/scenarios/run.py in a process of its own, one
more at once than there are processors. What could not run, was skipped or took too long counts as failed; only `./run compose` may
be skipped, where no engine can run, and that is shown again at the end.
"""

import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
UNIT_SECONDS = 1800  # under sanitizers; a busy machine has taken 800
FILE_SECONDS = 600
COMPOSE_SECONDS = 2000  # with its images, on a machine that has nothing yet
END_SECONDS = 60
IDLE_LANES = 1  # programs at once beyond one a processor: most of them wait most of the time
WORDS = 40  # lines of what failed that are shown again at the end
COUNTS = re.compile(r"(\d+) passed, (\d+) failed$")


def run(arguments, seconds):
    """Runs with our output; returns whether it ended with status 0 in time."""
    try:
        return subprocess.run(arguments, stdin=subprocess.DEVNULL, timeout=seconds, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"FAILED: {' '.join(arguments)}: not done within {seconds} s", flush=True)
        return False


def ctest(folder):
    with tempfile.TemporaryDirectory() as scratch:
        report = os.path.join(scratch, "junit.xml")
        fine = run(["ctest", "--test-dir", folder, "-j", str(os.cpu_count()), "--output-on-failure", "--no-tests=error",
                    "--progress", "--output-junit", report], UNIT_SECONDS)
        try:
            cases = ElementTree.parse(report).getroot().findall("testcase")
        except (OSError, ElementTree.ParseError) as error:
            return f"{error}\n", 0, 1
    unhappy = [case for case in cases if case.get("status") != "run"]
    said = "".join(f"FAIL: {case.get('name')}\n{case.findtext('system-out', '')}\n" for case in unhappy)
    return said, len(cases) - len(unhappy), len(unhappy) if fine or unhappy else 1


def what_failed(said):
    """The end of it, from the first failure on where it says one."""
    lines = said.splitlines()
    first = next((number for number, line in enumerate(lines) if re.match("(FAIL|ERROR|FAILED)[: ]", line)), 0)
    return lines[max(first, len(lines) - WORDS):]


def counted(arguments, seconds):
    """What a program whose output ends with its own count has said, and that count. One that takes too long is asked to clean up
    first."""
    program = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    clocks = [threading.Timer(seconds, program.terminate), threading.Timer(seconds + END_SECONDS, program.kill)]
    for clock in clocks:
        clock.start()
    passed, failed, said = 0, 1, []
    for line in program.stdout:
        counts = COUNTS.match(line)
        if counts:
            passed, failed = map(int, counts.groups())
        else:
            said.append(line)
    status = program.wait()
    for clock in clocks:
        clock.cancel()
    return "".join(said), passed, failed if status == 0 or failed else 1


def timed(name, arguments, seconds):
    """(name, output, passed, failed, seconds) of one of the programs."""
    began = time.monotonic()
    return name, *counted(arguments, seconds), time.monotonic() - began


def programs():
    """(name, arguments, seconds) of each; the long ones begin: compose, then those late in the alphabet."""
    yield "compose", [os.path.join(os.path.dirname(TESTS), "run"), "compose"], COMPOSE_SECONDS
    for path in sorted(glob.glob(os.path.join(TESTS, "e2e", "test_*.py")), reverse=True):
        yield (os.path.relpath(path, TESTS), [sys.executable, os.path.join(HERE, "suite.py"), "--file", path], FILE_SECONDS)
    yield "scenarios/run.py", [sys.executable, os.path.join(TESTS, "scenarios", "run.py")], FILE_SECONDS


class Endable(unittest.TextTestResult):
    """Asked to end, it takes down what the test at hand has set up, and begins no other."""

    def startTestRun(self):
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, *_):
        self.stop()
        sys.exit("took too long")


def e2e_file(path):
    """One file of unittest cases, in this process; a skip is a failure."""
    sys.path[:0] = [HERE, os.path.dirname(path)]
    name = os.path.splitext(os.path.basename(path))[0]
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Endable)
    result = runner.run(unittest.defaultTestLoader.loadTestsFromName(name))
    unhappy = {str(getattr(test, "test_case", test)) for test, _ in result.failures + result.errors + result.skipped}
    failed = len(unhappy) + len(result.unexpectedSuccesses)
    total = max(result.testsRun, failed, 1)
    failed = failed if result.testsRun else 1
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


def main(arguments):
    if arguments[0] == "--file":
        return e2e_file(arguments[1])
    began = time.monotonic()
    print("== unit tests", flush=True)
    table = [("unit tests", *ctest(arguments[0]), time.monotonic() - began)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + IDLE_LANES) as pool:
        for done in concurrent.futures.as_completed([pool.submit(timed, *program) for program in programs()]):
            table.append(done.result())
            print(f"== {table[-1][0]}\n{table[-1][1]}", end="", flush=True)
    print("\n== all")
    for name, _, passed, failed, seconds in table:
        print(f"{name:40} {passed:5} passed {failed:3} failed {seconds:6.1f} s")
    for name, said, _, failed, _ in table:
        if failed:
            print(f"== failed: {name}", *what_failed(said), sep="\n")
        print("".join(f"{line}\n" for line in said.splitlines() if line.startswith("SKIPPED: ")), end="")
    failed = sum(row[3] for row in table)
    print(f"{sum(row[2] for row in table)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
