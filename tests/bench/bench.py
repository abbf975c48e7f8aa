"""./run bench: measures, prints tables, writes build/bench/ROW.json. A row that could not be measured fails.

    bench.py [--json] [ROW...]     all rows where none is named; --json prints one JSON object a row
    bench.py list
"""

import json
import os
import platform
import resource
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "lab"))

import row_accept  # noqa: E402
import row_crypto  # noqa: E402
import row_idle  # noqa: E402
import row_link  # noqa: E402
import row_mailbox  # noqa: E402
import row_part  # noqa: E402
import row_publish  # noqa: E402
import row_push  # noqa: E402
import row_slow  # noqa: E402
import row_watch  # noqa: E402
from measuring import run_rows, table  # noqa: E402
from programs import BUILD  # noqa: E402

ROWS = {"accept": row_accept.run, "crypto": row_crypto.run, "idle": row_idle.run, "slow": row_slow.run,
        "mailbox": row_mailbox.run, "part": row_part.run, "push": row_push.run, "publish": row_publish.run, "watch": row_watch.run,
        **row_link.rows()}


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def show(name, result, as_json):
    result["machine"] = machine()
    result["load"] = os.getloadavg()[0]
    with open(os.path.join(BUILD, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    if as_json:
        print(json.dumps(result), flush=True)
        return
    print(f"\n== {name}: {result['seconds']:g} s, load {result['load']:.1f}")
    if "error" in result:
        print(f"FAILED: {result['error']}", flush=True)
        return
    print(table(result["lines"]))
    for note in result["notes"]:
        print(f"   {note}")
    sys.stdout.flush()


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    as_json = "--json" in arguments
    names = [argument for argument in arguments if argument != "--json"]
    if names == ["list"]:
        print("\n".join(ROWS))
        return 0
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        print(f"bench: no row named {', '.join(unknown)}; there are: {' '.join(ROWS)}", file=sys.stderr)
        return 2
    # 10,000 sessions need as many descriptors, here for the programs that are started.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    failed = run_rows([(name, ROWS[name]) for name in names or ROWS], lambda name, result: show(name, result, as_json))
    if failed:
        print(f"bench: {failed} of {len(names or ROWS)} rows FAILED", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
