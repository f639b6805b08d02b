"""Pairs of queries that differ and that are the same, and what is said of them; sqlglot's optimizer on the same pairs;
and two tables of a million rows and more compared.

`python -m benchmarks equivalence [--quick] [--processes N] [--pairs FILE --schema FILE]`
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot.optimizer import optimize

from benchmarks._equivalence_pairs import FOLDER
from benchmarks._equivalence_pairs import main as make_pairs
from dbt_ai.checks.equivalence import equivalent
from dbt_ai.checks.equivalence.stored import compare_stored
from dbt_ai.sql.schema_file import relations_of_schema
from dbt_ai.sql.values import Relation

QUICK = 300
SECONDS = 10.0
TOLD_EVERY = 500  # pairs
_relations: tuple[Relation, ...] = ()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks equivalence", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} pairs of each kind, and a million rows only")
    parser.add_argument("--pairs", type=Path, help='pairs of your own: {"id", "left", "right", "equivalent"} a line')
    parser.add_argument("--schema", type=Path, help="CREATE TABLE statements of the tables that they read")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="as many as there are idle cores")
    options = parser.parse_args(arguments)
    if (options.pairs is None) != (options.schema is None):
        parser.error("give --pairs and --schema, or neither")
    schema = options.schema or FOLDER / "schema.sql"
    files = [options.pairs] if options.pairs else [FOLDER / f"{name}.jsonl" for name in ("traps", "different", "same")]
    if not options.pairs and not all(file.exists() for file in files):
        print("The files of pairs are made first, which takes some minutes.", flush=True)
        make_pairs()
    pairs = [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    if options.quick and not options.pairs:
        pairs = _fewer(pairs)
    figures = verdicts(pairs, schema.read_text(encoding="utf-8"), options.processes)
    if not options.pairs:
        figures |= stored(1_000_000)
        if not options.quick:
            figures |= stored(10_000_000)
    print(json.dumps(figures))


def _fewer(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    traps = [pair for pair in pairs if pair["id"].startswith(("trap", "same "))]
    others = [pair for pair in pairs if not pair["id"].startswith(("trap", "same "))]
    kinds = [[pair for pair in others if pair["equivalent"] is kind] for kind in (False, True)]
    return traps + [pair for kind in kinds for pair in random.Random(0).sample(kind, min(QUICK, len(kind)))]


def verdicts(pairs: Sequence[dict[str, Any]], schema: str, processes: int) -> dict[str, Any]:
    """What is said of each pair, as a table of what it is by what is said."""
    started = time.perf_counter()
    with ProcessPoolExecutor(processes, initializer=_read, initargs=(schema,)) as pool:
        found = []
        for each in pool.map(_verdict, pairs, chunksize=8):
            found.append(each)
            pair = pairs[len(found) - 1]
            if each[0] in ("proved", "bounded") and not pair["equivalent"]:
                print(f"FALSE {each[0]} {pair['id']}", file=sys.stderr, flush=True)
            if len(found) % TOLD_EVERY == 0:
                print(
                    f"{time.perf_counter() - started:7.0f} s  {len(found):,} of {len(pairs):,}",
                    file=sys.stderr,
                    flush=True,
                )
    seconds = time.perf_counter() - started
    processor = sum(each[2] for each in found)
    table = Counter((bool(pair["equivalent"]), each[0]) for pair, each in zip(pairs, found, strict=True))
    words = ("proved", "bounded", "unproven", "refuted")
    totals = {kind: sum(table[kind, word] for word in words) for kind in (False, True)}
    print(f"{'':18}" + "".join(f"{word:>12}" for word in words))
    for kind, name in ((False, "pairs that differ"), (True, "the same")):
        shares = "".join(f"{table[kind, word]:>12,}" for word in words)
        print(f"{name:18}{shares}   of {totals[kind]:,}")
    reasons = Counter((bool(pair["equivalent"]), each[0], each[1]) for pair, each in zip(pairs, found, strict=True))
    for (kind, verdict, reason), count in reasons.most_common():
        if verdict in ("unproven", "refuted") and (kind or verdict == "unproven"):
            print(f"  {'the same' if kind else 'differ'}, {verdict}: {reason} {count}")
    for pair, each in zip(pairs, found, strict=True):
        if each[0] in ("proved", "bounded") and not pair["equivalent"]:
            print(f"  FALSE {each[0]} {pair['id']}\n    {pair['left']}\n    {pair['right']}")
        elif each[0] == "refuted" and pair["equivalent"]:
            print(f"  refuted ({each[1]}) {pair['id']}\n    {pair['left']}\n    {pair['right']}")
    wrong = sum(table[False, word] for word in ("proved", "bounded"))
    peer = Counter((bool(pair["equivalent"]), each[3]) for pair, each in zip(pairs, found, strict=True))
    rate = len(pairs) / processor
    print(f"{len(pairs):,} pairs in {seconds:.0f} s on {processes} processes: {rate:.1f} a second of processor time")
    print(f"sqlglot's optimizer calls {peer[True, True]:,} of the same the same, and {peer[False, True]:,} that differ")
    return {
        "different_pairs": totals[False],
        "false_same": wrong,
        "equivalent_pairs": totals[True],
        **{word: table[True, word] for word in words},
        "pairs_per_second": round(rate, 1),
        "sqlglot_proved": peer[True, True],
        "sqlglot_false_same": peer[False, True],
    }


def _read(schema: str) -> None:
    global _relations  # noqa: PLW0603 - each process reads it once
    _relations = relations_of_schema(schema)


def _verdict(pair: dict[str, Any]) -> tuple[str, str, float, bool]:
    """The verdict, its reason, the seconds of processor time, and whether sqlglot's optimizer sees it."""
    started = time.process_time()
    try:
        found = equivalent(pair["left"], pair["right"], _relations, seconds=SECONDS)
        verdict, reason = found.verdict.value, found.reason
    except Exception as error:
        verdict, reason = "unproven", f"not-understood ({type(error).__name__}: {error})"
    return verdict, reason, time.process_time() - started, _sqlglot_sees(pair)


def _sqlglot_sees(pair: dict[str, Any]) -> bool:
    schema = {relation.parts[2]: {name: kind or "" for name, kind in relation.columns} for relation in _relations}
    try:
        left, right = (
            optimize(sqlglot.parse_one(pair[side], dialect="duckdb"), schema=schema, dialect="duckdb").sql("duckdb")
            for side in ("left", "right")
        )
    except Exception:
        return False
    return left == right


def stored(rows: int) -> dict[str, float]:
    """Seconds to compare two tables with the same rows in another order, by fingerprint, and by EXCEPT ALL; and two
    that differ in one row."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        made = f"""SELECT i AS id, i % 1000 AS customer_id, (i * 7919 % 100000) / 100 AS amount,
            'status ' || (i % 5) AS status, DATE '2020-01-01' + CAST(i % 700 AS INTEGER) AS day
            FROM range({rows}) AS r(i)"""
        connection.execute(f"CREATE TABLE one AS {made}")
        connection.execute(f"CREATE TABLE other AS {made} ORDER BY hash(i)")
        connection.execute(
            f"CREATE TABLE changed AS SELECT * REPLACE (amount + (id = {rows // 2})::INT AS amount) FROM one"
        )
        times = {}
        for name, table in (("same", "other"), ("changed", "changed")):
            started = time.perf_counter()
            found = compare_stored(connection, "SELECT * FROM one", f"SELECT * FROM {table}")
            times[name] = time.perf_counter() - started
            assert found.same is (name == "same")
        started = time.perf_counter()
        connection.execute("SELECT * FROM one EXCEPT ALL SELECT * FROM other").fetchall()
        connection.execute("SELECT * FROM other EXCEPT ALL SELECT * FROM one").fetchall()
        slow = time.perf_counter() - started
    print(f"{rows:,} rows: the same by fingerprint {times['same']:.2f} s; ", end="")
    print(f"one row changed, found {times['changed']:.2f} s; EXCEPT ALL both ways {slow:.2f} s")
    million = f"{rows // 1_000_000}m"
    return {f"seconds_{million}": round(times["same"], 2), f"seconds_{million}_except_all": round(slow, 2)}
