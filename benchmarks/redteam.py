"""The red team: every hostile project and answer that is known is played, and what escaped is printed.

    python -m benchmarks redteam [--quick]

Cases are the files in tests/redteam/cases; tests/redteam/README.md says how to add one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.redteam.case import OWASP, Case, read_cases
from tests.redteam.runner import play
from tests.redteam.seen import Escape
from tests.redteam.stage import build


def main(arguments: list[str]) -> None:
    """Prints how many cases there are by OWASP entry and channel and how many escaped, each escape in full, and, last,
    one JSON object with `cases` and `escapes`: the number of cases that something escaped from."""
    parser = argparse.ArgumentParser(prog="benchmarks redteam")
    parser.add_argument("--quick", action="store_true", help="every fifth case")
    options = parser.parse_args(arguments)
    cases = list(read_cases().values())[:: 5 if options.quick else 1]
    escaped: dict[str, list[Escape]] = {}
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="redteam-") as folder:
        built = build(Path(folder).resolve())
        for number, case in enumerate(cases, 1):
            print(f"\r{number}/{len(cases)} {case.id:60}", end="", file=sys.stderr)
            if found := play(case, built):
                escaped[case.id] = found
    print(file=sys.stderr)
    _print(cases, escaped)
    figures = {"cases": len(cases), "escapes": len(escaped), "seconds": round(time.perf_counter() - started, 1)}
    print(json.dumps(figures))


def _print(cases: Sequence[Case], escaped: Mapping[str, Sequence[Escape]]) -> None:
    print(f"{'OWASP LLM Top 10 (2025)':48}{'cases':>7}{'escapes':>9}")
    for entry, name in OWASP.items():
        of_entry = [case for case in cases if case.owasp == entry]
        print(f"{entry} {name:42}{len(of_entry):>7}{sum(case.id in escaped for case in of_entry):>9}")
        channels = Counter(case.channel for case in of_entry)
        for channel, count in sorted(channels.items(), key=lambda item: (-item[1], item[0])):
            lost = sum(case.id in escaped for case in of_entry if case.channel == channel)
            print(f"      {channel:42}{count:>7}{lost:>9}")
    for case in cases:
        for escape in escaped.get(case.id, ()):
            print(f"\n{case.id} ({case.owasp}, {case.channel}): {case.title}\n  {escape.rule}: {escape.detail}")
