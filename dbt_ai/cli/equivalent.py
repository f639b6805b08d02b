"""`dbtai equivalent`: whether two queries give the same on every database."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_ai.cli.output import format_option, output_option
from dbt_ai.cli.tolerance import tolerance_option
from dbt_ai.errors import ProjectError, UsageError

if TYPE_CHECKING:
    from dbt_ai.checks.equivalence.pairs import Answer, Pair, PairChecks
    from dbt_ai.tasks.tiers import Asking

_FILE = click.Path(path_type=Path)


@click.command("equivalent")
@click.argument("queries", nargs=-1, type=_FILE, metavar="[A.sql B.sql]")
@click.option("--schema", type=_FILE, help="CREATE TABLE statements of the tables that the queries read.")
@click.option("--pairs", type=_FILE, help="Many pairs instead: a JSON object a line, with id, left and right.")
@click.option("--database", type=_FILE, help="A DuckDB file whose rows are looked at where the schema does not decide.")
@click.option(
    "--engine",
    type=click.Choice(("derived", "reasoning")),
    default="derived",
    show_default=True,
    help="With reasoning, a model suggests databases for pairs that are undecided; they are run, and decide.",
)
@tolerance_option
@click.option("--max-cost", type=float, metavar="USD", help="The most that the model may cost, in US dollars.")
@format_option()
@output_option
def command(
    queries: tuple[Path, ...],
    schema: Path | None,
    pairs: Path | None,
    database: Path | None,
    engine: str,
    tolerance: float | None,
    max_cost: float | None,
    form: str,
    output: Path | None,
) -> None:
    """Say whether two queries give the same columns and rows on every database.

    The queries are DuckDB's SQL. Constraints of the schema (NOT NULL, PRIMARY KEY, UNIQUE, REFERENCES) are relied on,
    and named where a verdict needs them. A pair that is refuted is shown with the smallest database on which the two
    differ. With --database both are run on the rows that are there as well, read-only. Ends with 1 where a pair is
    refuted.
    """
    from dbt_ai.checks.equivalence.pairs import Pair, PairChecks
    from dbt_ai.checks.equivalence.reasons import REASONS
    from dbt_ai.cli.output import check_output, opened, write_text
    from dbt_ai.report.equivalence_text import pair_text, summary_text

    if schema is None:
        raise UsageError("The tables are not known: give --schema, a file of CREATE TABLE statements.")
    if pairs is not None and not queries:
        asked = _read_pairs(pairs)
    elif pairs is None and len(queries) == 2:
        left, right = queries
        asked = [Pair(f"{left} {right}", _read(left), _read(right))]
    else:
        raise UsageError("Give two files with a query each, or --pairs with a file of many pairs.")
    if database is not None and not database.is_file():
        raise UsageError(f"The database {database} does not exist.")
    check_output(output)
    verdicts: Counter[str] = Counter()
    with ExitStack() as stack:
        checks = stack.enter_context(PairChecks(_read(schema), database=database, tolerance=tolerance))
        asking = stack.enter_context(_reasoning(max_cost)) if engine == "reasoning" else None
        file = stack.enter_context(opened(output))
        answers = checks.decide(asked)
        for pair, answer in zip(
            asked, _asked_about(checks, asking, asked, answers) if asking else answers, strict=True
        ):
            verdicts[answer["verdict"]] += 1
            if form == "json":
                write_text(json.dumps({"id": pair.id, **answer}, ensure_ascii=False) + "\n", file)
            else:
                write_text(pair_text(pair.id, answer, REASONS[answer["reason"]]) + "\n", file)
        if form == "text":
            write_text(summary_text(verdicts) + "\n", file)
    sys.exit(1 if verdicts["refuted"] else 0)


@contextmanager
def _reasoning(max_cost: float | None) -> Iterator[Asking]:
    """The reasoning engine, with the settings, the answers and the ledger of the project around, or of this folder."""
    from dbt_ai.cli.engines import reasoning_of
    from dbt_ai.project.opening import find_root
    from dbt_ai.project.settings import read_settings

    try:
        root = find_root(None)
    except ProjectError:
        root = Path.cwd()
    with reasoning_of(read_settings(root, {"max_cost": max_cost}), root) as asking:
        yield asking


def _asked_about(
    checks: PairChecks, asking: Asking, pairs: Sequence[Pair], answers: Iterable[Answer]
) -> Iterator[Answer]:
    """The answers, those of undecided pairs after databases that the engine suggests were run."""
    from dbt_ai.tasks.distinguishing import Undecided, databases_for, is_undecided
    from dbt_ai.values import VerdictKind

    found = list(answers)
    places = [place for place, one in enumerate(found) if is_undecided(VerdictKind(one["verdict"]), one["reason"])]
    undecided = []
    for place in places:
        pair, kind = pairs[place], VerdictKind(found[place]["verdict"])
        read = f"{pair.left} {pair.right}".casefold()
        relations = tuple(one for one in checks.relations if one.parts[2].casefold() in read)
        undecided.append(Undecided(pair.id, pair.left, pair.right, kind, found[place]["reason"], relations))
    suggested, failed = databases_for(asking, undecided)
    for sentence in failed:
        click.echo(sentence, err=True)
    tried = checks.try_on([(pairs[place], databases) for place, databases in zip(places, suggested, strict=True)])
    for place, answer in zip(places, tried, strict=True):
        found[place] = answer or found[place]
    yield from found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The file {path} cannot be read: it is not UTF-8.") from error


def _read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file. Raises UsageError for the first line that is none."""
    from dbt_ai.checks.equivalence.pairs import Pair

    found = []
    for number, line in enumerate(_read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            pair = json.loads(line)
            found.append(Pair(str(pair.get("id", number)), str(pair["left"]), str(pair["right"])))
        except (ValueError, KeyError, AttributeError) as error:
            raise UsageError(f"Line {number} of {path} is no JSON object with id, left and right.") from error
    if not found:
        raise UsageError(f"The file {path} has no pairs.")
    return found
