"""Makes the files of pairs in `equivalence_pairs/`: `python -m benchmarks._equivalence_pairs`.

Pairs that differ are queries and their mutants, each of which some database of `_equivalence_witness` tells apart;
pairs that are the same are queries and what `_equivalence_rewritings` makes of them. All of it hangs on fixed seeds.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from benchmarks._equivalence_queries import QueryMaker
from benchmarks._equivalence_rewritings import rewritten
from benchmarks._equivalence_witness import Witness
from dbt_ai.sql.mutants import mutants_of
from dbt_ai.sql.schema_file import relations_of_schema

FOLDER = Path(__file__).parent / "equivalence_pairs"
DIFFERENT = 10_060
SAME = 2_060
_LONGEST = 420  # signs of a random query: the files are to stay small
_MOST_OF_ONE = 45
_THREADS = 12  # they wait for DuckDB most of the time
_Named = tuple[str, str, str]  # name, left, right
_ONLY_TRAPS = ("accounts", "readings")  # tables that only the pairs written by hand read
_LOOKS = 8  # databases on which a rewriting, which is right by its making, is looked at


def main() -> None:
    relations = [one for one in relations_of_schema((FOLDER / "schema.sql").read_text()) if one.key not in _ONLY_TRAPS]
    schema = {relation.key: {name: kind or "" for name, kind in relation.columns} for relation in relations}
    for file, most, make in (("different.jsonl", DIFFERENT, _different), ("same.jsonl", SAME, _same)):
        with ExitStack() as stack:
            witnesses: SimpleQueue[Witness] = SimpleQueue()
            for _ in range(_THREADS):
                witnesses.put(stack.enter_context(Witness(relations)))
            pool = stack.enter_context(ThreadPoolExecutor(_THREADS))
            _write(file, _in_order(pool, witnesses, partial(make, schema=schema)), most, make is _same)


def _in_order(
    pool: ThreadPoolExecutor, witnesses: SimpleQueue[Witness], make: Callable[..., list[_Named]]
) -> Iterator[_Named]:
    """The pairs of one query after the other, whoever makes them."""

    def made(query: tuple[str, str]) -> list[_Named]:
        witness = witnesses.get()
        try:
            return make(witness, *query)
        finally:
            witnesses.put(witness)

    all_queries = queries()
    while True:
        for found in pool.map(made, islice(all_queries, 4 * _THREADS)):
            yield from found


def queries() -> Iterator[tuple[str, str]]:
    """The queries that pairs are made of, under names: written by hand first, then random ones without end."""
    for number, sql in enumerate((FOLDER / "models.sql").read_text().split(";\n")):
        if sql.strip():
            yield f"model {number + 1}", " ".join(sql.split())
    seed = 0
    while True:
        seed += 1
        sql = QueryMaker(50_000 + seed).query()
        if len(sql) <= _LONGEST and " ORDER BY c0" not in sql:
            yield f"random {seed}", sql


def _different(witness: Witness, name: str, sql: str, schema: dict[str, dict[str, str]]) -> list[_Named]:
    found: list[_Named] = []
    for number, mutant in enumerate(mutants_of(sql, "duckdb", schema)):
        if len(found) < _MOST_OF_ONE and witness.differ(sql, mutant.sql):
            found.append((f"{name} {mutant.operator} {number}", sql, " ".join(mutant.sql.split())))
    return found


def _same(witness: Witness, name: str, sql: str, schema: dict[str, dict[str, str]]) -> list[_Named]:
    numbers = random.Random(name)
    found: list[_Named] = []
    for number in range(8):
        other, names = rewritten(sql, numbers, numbers.choice((1, 2, 3, 4)))
        differ = witness.differ(sql, other, _LOOKS) if names else None
        assert not differ, f"{names}\n{sql}\n{other}"
        if differ is False:
            found.append((f"{name} {'+'.join(names)} {number}", sql, other))
    return found


def _write(file: str, pairs: Iterator[_Named], most: int, same: bool) -> None:
    seen: set[tuple[str, str]] = set()
    with (FOLDER / file).open("w", encoding="utf-8", newline="\n") as out:
        for name, left, right in pairs:
            if (left, right) not in seen:
                seen.add((left, right))
                pair = {"id": name, "left": left, "right": right, "equivalent": same}
                out.write(json.dumps(pair, ensure_ascii=False) + "\n")
            if len(seen) == most:
                return


if __name__ == "__main__":
    main()
