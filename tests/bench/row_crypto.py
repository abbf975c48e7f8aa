"""Row `crypto`: sealing and signing, verifying and opening a bundle, beside libsodium alone doing the same work."""

import json
import subprocess

from measuring import Report, add_ratios, medians
from processes import Failure
from programs import ANSWER_SECONDS, tool

REPETITIONS = 9
SECONDS = "0.05"
WORKS = ("seal", "open")


def run():
    done = subprocess.run([tool("bench_crypto"), f"--benchmark_repetitions={REPETITIONS}", f"--benchmark_min_time={SECONDS}",
                           "--benchmark_enable_random_interleaving=true", "--benchmark_format=json"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    if done.returncode != 0:
        raise Failure(f"bench_crypto ended with status {done.returncode}: {done.stderr.strip()}")
    series = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one.get("error_occurred"):
            raise Failure(f"{one['name']}: {one['error_message']}")
        if one["run_type"] == "iteration":
            figures = series.setdefault(one["run_name"].split("/repeats")[0], {})
            figures.setdefault("CPU us", []).append(one["cpu_time"])
            figures.setdefault("MB/s", []).append(one["bytes_per_second"] / 1e6)
    lines = []
    for work in WORKS:
        for size in sorted({int(name.rsplit("/", 1)[1]) for name in series}):
            ours, bare = f"immp_{work}/{size}", f"libsodium_{work}/{size}"
            pair = {name: series[name] for name in (bare, ours)}
            if any(len(figures["CPU us"]) != REPETITIONS for figures in pair.values()):
                raise Failure(f"{work} of {size} octets was not measured {REPETITIONS} times")
            add_ratios(pair, "CPU us", bare, "of libsodium")
            lines += medians(pair)
    return Report(lines, series, ["CPU time of one thread; immp_: armor/, as immpd calls it"])
