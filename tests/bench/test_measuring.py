"""The bench's own arithmetic: what is measured in which order, medians, ratios, and that a row which fails is seen."""

import unittest

from measuring import Measure, Report, add_ratios, alternate, medians, run_rows, table


class MeasuringTest(unittest.TestCase):
    def test_measures_take_turns(self):
        order = []
        alternate([Measure(name, lambda name=name: order.append(name) or {}) for name in "AB"], 3)
        self.assertEqual("".join(order), "ABABAB")

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
