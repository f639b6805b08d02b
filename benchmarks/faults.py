"""What the engine makes of a server that fails, of a cap, and of `kill -9`; what it costs in time and memory.

    python -m benchmarks faults [--quick]

Server and client are processes of their own. The server answers after 200 ms, strikes one attempt in five with a fault,
and keeps its own bill from the tokens that it reports; the client is the engine with its cache, throttle, budget and
ledger.

`lost`: questions without an answer when the program says that nothing is left to do. `doubled`: answers that were told
twice, and questions that the server was asked although it had sent a right answer to them. `over_cap_usd`: the
server's bill above the cap, 0 at the most. `repeated_after_kill`: questions whose answers were stored when the client
was killed, and that were sent again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks._faults_client import MODEL, requests, store_in
from tests.servers.faulty_api import FaultyAPI, Seen

CONCURRENCY = 16
LATENCY = 0.2
FAULTS = 0.2
MOST_RUNS = 6


def main(arguments: list[str]) -> None:
    """Prints what happened and, last, one JSON object."""
    parser = argparse.ArgumentParser(prog="benchmarks faults")
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests")
    quick = parser.parse_args(arguments).quick
    count, few, many = (200, 100, 1_000) if quick else (2_000, 1_000, 10_000)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        root = Path(folder)
        figures: dict[str, Any] = {
            **faults_and_cap(root / "faults", count),
            **kills(root / "kills", count),
            **speed(root / "speed", few),
            **memory(root / "memory", few, many),
        }
    print(json.dumps(figures))


def faults_and_cap(folder: Path, count: int, latency: float = LATENCY) -> dict[str, Any]:
    """A run with a cap that is reached in the middle, then runs without one until nothing is left."""
    folder.mkdir()
    cap = round(count * _usd_a_question() / 2, 2)
    with FaultyAPI(latency=latency, faults=FAULTS) as api:
        first = _ask(api, folder, count, cap=cap)
        bill = api.report().usd
        runs = [_ask(api, folder, count)]
        while runs[-1]["answered"] < count and len(runs) < MOST_RUNS:
            runs.append(_ask(api, folder, count))
        seen = api.report()
    twice = sum(run["twice"] for run in (first, *runs))
    print(f"{count} requests, {FAULTS:.0%} of the attempts struck: {dict(seen.faults)}.")
    print(
        f"  cap ${cap}: {first['answered']} were answered, the server's bill was ${bill:.4f}, and ${first['usd']:.4f} "
        "were counted, as much as it could have been for each answer that never came."
    )
    for number, run in enumerate(runs, 1):
        print(f"  run {number} without a cap: {run['answered']} answered, {run['seconds']:.1f} s. Not: {run['errors']}")
    return {
        "requests": count,
        "lost": count - runs[-1]["answered"],
        "doubled": twice + seen.asked_again,
        "over_cap_usd": round(max(0.0, bill - cap), 6),
        "bill_to_cap": round(bill / cap, 4),
        "counted_to_cap": round(first["usd"] / cap, 4),
        "unanswered_after_one_run": count - runs[0]["answered"],
        "runs_until_all_answered": len(runs),
        "struck": sum(seen.faults.values()),
    }


def kills(folder: Path, count: int, latency: float = LATENCY) -> dict[str, Any]:
    """The client is killed three times, and the last run goes on to the end."""
    folder.mkdir()
    snapshots: list[tuple[set[str], Seen]] = []
    with FaultyAPI(latency=latency, faults=FAULTS, seed=2) as api:
        for part in (1, 2, 3):
            client = _client(api, folder, count)
            while len(api.report().delivered) < count * part // 4 and client.poll() is None:
                time.sleep(0.01)
            client.kill()
            client.communicate()
            time.sleep(latency)  # what the server still works on finds nobody
            snapshots.append((stored_in(folder, count), api.report()))
        last = _ask(api, folder, count)
        while last["answered"] < count and last["errors"]:
            last = _ask(api, folder, count)
        end = api.report()
    repeated = sum(_asked_since(seen, end, stored) for stored, seen in snapshots)
    on_the_way = [set(seen.delivered) - stored for stored, seen in snapshots]
    again = sum(
        _asked_since(seen, end, {each}) > 0
        for (_, seen), sent in zip(snapshots, on_the_way, strict=True)
        for each in sent
    )
    print(f"kill -9 with {[len(stored) for stored, _ in snapshots]} answers stored, {last['answered']} at the end:")
    print(f"  {repeated} of the stored ones asked again, {again} of {sum(map(len, on_the_way))} that were on the way.")
    return {
        "repeated_after_kill": repeated,
        "stored_at_kills": sum(len(stored) for stored, _ in snapshots),
        "delivered_but_not_stored": sum(map(len, on_the_way)),
        "delivered_and_asked_again": again,
        "lost_after_kill": count - last["answered"],
    }


def speed(folder: Path, count: int) -> dict[str, Any]:
    """How much longer it takes than the server's latency alone."""
    folder.mkdir()
    with FaultyAPI(latency=LATENCY) as api:
        run = _ask(api, folder, count)
    ideal = count * LATENCY / CONCURRENCY
    ratio = run["seconds"] / ideal
    print(f"{count} requests at {LATENCY:.1f} s, {CONCURRENCY} at once: {run['seconds']:.2f} s, ideal {ideal:.2f} s.")
    return {"seconds": round(run["seconds"], 3), "ideal_seconds": ideal, "ratio_to_ideal": round(ratio, 3)}


def memory(folder: Path, few: int, many: int) -> dict[str, Any]:
    """The peak of few and of many requests, and what an answer costs that is there already."""
    peaks = {}
    with FaultyAPI() as api:
        for count in (few, many):
            (folder / str(count)).mkdir(parents=True)
            peaks[count] = _ask(api, folder / str(count), count)["peak_mb"]
        cached = _ask(api, folder / str(many), many)
    each = 1000 * cached["seconds"] / many
    print(f"Peak memory: {peaks[few]:.1f} MB for {few} requests, {peaks[many]:.1f} MB for {many}.")
    print(f"{many} answers from the cache: {each:.3f} ms each, {cached['peak_mb']:.1f} MB.")
    return {
        f"peak_mb_{few}": round(peaks[few], 1),
        f"peak_mb_{many}": round(peaks[many], 1),
        "ms_per_cached_answer": round(each, 4),
    }


def stored_in(folder: Path, count: int) -> set[str]:
    """The questions whose answers are stored."""
    store = store_in(folder)
    return {request.target for request in requests(count) if store.get(request.key(MODEL)) is not None}


def _asked_since(then: Seen, now: Seen, questions: set[str]) -> int:
    return sum(now.asked.get(each, 0) - then.asked.get(each, 0) for each in questions)


def _usd_a_question() -> float:
    """About what the server bills for one question."""
    request = next(requests(1))
    return (len(request.instructions) + len(request.prompt)) / 4 * 1e-6 + 200 * 8e-6


def _client(api: FaultyAPI, folder: Path, count: int, *options: str) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "benchmarks._faults_client", api.base_url, str(folder), str(count), *options]
    return subprocess.Popen([*program, f"--concurrency={CONCURRENCY}"], stdout=subprocess.PIPE, text=True)


def _ask(api: FaultyAPI, folder: Path, count: int, cap: float | None = None) -> Mapping[str, Any]:
    """What one run of the client told."""
    client = _client(api, folder, count, *([] if cap is None else [f"--cap={cap}"]))
    told, _ = client.communicate()
    if client.returncode != 0:
        raise RuntimeError(f"The client ended with {client.returncode}.")
    found: dict[str, Any] = json.loads(told)
    return found
