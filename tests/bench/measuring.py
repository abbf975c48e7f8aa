"""What every row of ./run bench is made of: things measured in turn (A B A B ...), medians, a table and JSON."""

import dataclasses
import statistics
import time

from processes import Failure


@dataclasses.dataclass
class Measure:
    """One thing that is measured again and again; act() returns its figures: name -> number."""
    name: str
    act: callable


def alternate(measures, rounds, counts=lambda found: True, most_rounds=None):
    """Each measure once a round, so that whatever else the machine does falls on all of them; name -> figure -> values. Rounds of which
    counts(name -> figures) does not hold are thrown away; Failure where `most_rounds` do not give `rounds`."""
    series, kept, most_rounds = {measure.name: {} for measure in measures}, 0, most_rounds or rounds
    for _ in range(most_rounds):
        found = {measure.name: measure.act() for measure in measures}
        if not counts(found):
            continue
        for name, figures in found.items():
            for figure, value in figures.items():
                series[name].setdefault(figure, []).append(value)
        kept += 1
        if kept == rounds:
            return series
    raise Failure(f"{kept} of {most_rounds} rounds count; is the machine busy with other things? The last one: {found}")


def add_ratios(series, figure, base, ratio, base_figure=None):
    """Adds to each other series what its figure is of the base's, round by round: drift of the machine cancels out."""
    against = series[base][base_figure or figure]
    for name, figures in series.items():
        if name != base and figure in figures:
            figures[ratio] = [value / other for value, other in zip(figures[figure], against, strict=True)]


def medians(series):
    """A line a measure: its name and the median of each figure."""
    return [{"measure": name, **{figure: statistics.median(values) for figure, values in figures.items()}}
            for name, figures in series.items()]


def latencies(seconds):
    """The figures of many waits for the same thing."""
    return {"median ms": statistics.median(seconds) * 1e3, "p99 ms": statistics.quantiles(seconds, n=100)[98] * 1e3}


def judge(what, values, most):
    """The verdict on one figure, of all rounds: Failure where their median is over `most`."""
    found = statistics.median(values)
    if found > most:
        raise Failure(f"{what} is {found:.3g}, over {most:g}; round by round: {' '.join(f'{value:.3g}' for value in values)}")


@dataclasses.dataclass
class Report:
    """What a row found: lines of a table (dicts with `measure` first), and every single value behind them."""
    lines: list
    series: dict
    notes: list = dataclasses.field(default_factory=list)


def cell(value):
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def table(lines):
    """Text with a column a figure, in the order in which figures first appear."""
    columns = list(dict.fromkeys(figure for line in lines for figure in line))
    cells = [columns] + [[cell(line[column]) if column in line else "" for column in columns] for line in lines]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    return "\n".join("  ".join(text.ljust(width) if at == 0 else text.rjust(width)
                               for at, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip() for row in cells)


def run_rows(rows, show):
    """Runs each row, a failed one too, and gives show(name, result) its result; returns how many failed."""
    failed = 0
    for name, act in rows:
        began = time.monotonic()
        try:
            report = act()
            result = {"row": name, "lines": report.lines, "series": report.series, "notes": report.notes}
        except Exception as error:  # whatever it was, the row has no figures
            failed += 1
            result = {"row": name, "error": f"{type(error).__name__}: {error}"}
        result["seconds"] = round(time.monotonic() - began, 1)
        show(name, result)
    return failed
