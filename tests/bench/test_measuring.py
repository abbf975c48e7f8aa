"""The bench's own arithmetic: what is measured in which order, medians, ratios, and that a row which fails is seen."""

import os
import subprocess
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab"))

from measuring import Measure, Report, add_ratios, alternate, judge, medians, run_rows, table  # noqa: E402
from processes import Failure  # noqa: E402
from programs import with_share_of_others  # noqa: E402

BURN = """
import sys
import time
while time.process_time() < 0.3:
    pass
print(flush=True)
sys.stdin.read()
"""


class MeasuringTest(unittest.TestCase):
    def test_measures_take_turns(self):
        order = []
        alternate([Measure(name, lambda name=name: order.append(name) or {}) for name in "AB"], 3)
        self.assertEqual("".join(order), "ABABAB")

    def test_rounds_that_do_not_count_are_thrown_away(self):
        values = iter(range(10))
        measures = [Measure(name, lambda: {"x": next(values)}) for name in "AB"]
        series = alternate(measures, 2, lambda found: found["B"]["x"] not in (1, 5), 4)
        self.assertEqual(series, {"A": {"x": [2, 6]}, "B": {"x": [3, 7]}})

    def test_too_few_rounds_that_count_are_a_failure(self):
        values = iter([1, 0, 0])
        with self.assertRaisesRegex(Failure, r"1 of 3 rounds count; is the machine busy with other things\? The last one: {'A': {'x': 0}}"):
            alternate([Measure("A", lambda: {"x": next(values)})], 2, lambda found: found["A"]["x"], 3)

    def test_share_of_others_leaves_out_who_is_named(self):
        with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            def act():
                child.stdout.readline()
                return {}

            def both():
                return {"without": with_share_of_others((child.pid,), act)["share of others"]}

            began = time.monotonic()
            found = with_share_of_others((), both)
            seconds = (found["share of others"] - found["without"]) * (time.monotonic() - began) * os.cpu_count()
            child.stdin.close()
        self.assertGreater(seconds, 0.2, "it used 0.3")

    def test_median_is_taken_of_each_figure(self):
        values = iter([{"x": 5, "y": 1}, {"x": 1, "y": 2}, {"x": 100, "y": 9}])
        series = alternate([Measure("A", lambda: next(values))], 3)
        self.assertEqual(series, {"A": {"x": [5, 1, 100], "y": [1, 2, 9]}})
        self.assertEqual(medians(series), [{"measure": "A", "x": 5, "y": 2}])

    def test_ratio_is_that_of_each_round(self):
        series = {"base": {"x": [10, 100]}, "other": {"x": [5, 50]}, "without": {"y": [1, 1]}}
        add_ratios(series, "x", "base", "of base")
        self.assertEqual(series["other"]["of base"], [0.5, 0.5])
        self.assertNotIn("of base", series["base"])
        self.assertNotIn("of base", series["without"])

    def test_rounds_that_do_not_match_are_an_error(self):
        with self.assertRaises(ValueError):
            add_ratios({"base": {"x": [1, 2]}, "other": {"x": [1]}}, "x", "base", "of base")

    def test_verdict_is_on_the_median_of_the_rounds(self):
        judge("waits", [1, 9, 2], 2)
        with self.assertRaisesRegex(Failure, r"\Awaits is 2\.5, over 2; round by round: 1 9 2\.5\Z"):
            judge("waits", [1, 9, 2.5], 2)

    def test_failing_row_is_counted_and_named_and_the_next_one_runs(self):
        def bad():
            raise OSError("no disk")
        shown = {}
        failed = run_rows([("bad", bad), ("good", lambda: Report([{"measure": "A"}], {}))], shown.__setitem__)
        self.assertEqual(failed, 1)
        self.assertEqual(shown["bad"]["error"], "OSError: no disk")
        self.assertEqual(shown["good"]["lines"], [{"measure": "A"}])

    def test_table_has_a_column_a_figure(self):
        lines = table([{"measure": "A", "x": 1234.5}, {"measure": "BB", "y": 0.25}]).splitlines()
        self.assertEqual([line.split() for line in lines], [["measure", "x", "y"], ["A", "1,234"], ["BB", "0.25"]])


if __name__ == "__main__":
    unittest.main()
