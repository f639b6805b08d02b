"""The operations behind `dbt run-operation ai_...`: the same jobs as the command line's, with the same names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt_ai.cli.jobs import selection_from
from dbt_ai.cli.options import AskOptions, WriteOptions
from dbt_ai.cli.tolerance import tolerance_of
from dbt_ai.errors import UsageError
from dbt_ai.project.settings import CHOICES
from dbt_ai.project.values import ProjectReader

FORMATS = ("text", "json")


def run(command: str, reader: ProjectReader, arguments: Mapping[str, Any]) -> int:
    """Runs the operation `ai_<command>` with the arguments given to it, and returns the exit code.

    Raises UsageError for an argument whose value cannot be meant, and whatever the job raises.
    """
    if command == "document":
        from dbt_ai.cli.document import DocumentCall, run_document

        strict = bool(arguments.get("strict"))
        call = DocumentCall(selection_from(arguments), _asking(arguments), _writing(arguments), strict)
        return run_document(reader, call)
    if command == "test":
        from dbt_ai.cli.test import PLACES, SEVERITIES, TestCall, run_test

        severity = _choice(arguments, "severity", SEVERITIES)
        where = _choice(arguments, "where", PLACES) or PLACES[0]
        asking, writing = _asking(arguments), _writing(arguments)
        return run_test(reader, TestCall(selection_from(arguments), asking, severity, writing, where))
    if command == "mutate":
        from dbt_ai.cli.mutate import run_mutate

        form = _choice(arguments, "format", FORMATS) or "text"
        return run_mutate(reader, selection_from(arguments), form, _path(arguments, "output"))
    if command == "unit_test":
        from dbt_ai.cli.unit_test import UnitTestCall, run_unit_test

        most = arguments.get("most")
        if most is not None and most != int(most):
            raise UsageError(f"most is a whole number, not {most}.")
        most = None if most is None else int(most)
        return run_unit_test(reader, UnitTestCall(selection_from(arguments), most, _writing(arguments)))
    if command == "refactor":
        from dbt_ai.cli.refactor import RefactorCall, run_refactor

        goal = arguments.get("goal")
        tolerance = tolerance_of(arguments.get("tolerance"))
        asking, writing = _asking(arguments), _writing(arguments)
        return run_refactor(reader, RefactorCall(selection_from(arguments), goal, asking, writing, tolerance))
    if command == "review":
        from dbt_ai.cli.review import BASE, ReviewCall, run_review
        from dbt_ai.cli.review import FORMATS as REVIEW_FORMATS

        return run_review(
            reader,
            ReviewCall(
                arguments.get("base") or BASE,
                tuple(arguments.get("fail_on") or ()),
                arguments.get("suggestions") is not False,
                _choice(arguments, "format", REVIEW_FORMATS) or "text",
                _path(arguments, "output"),
            ),
        )
    if command == "lineage":
        from dbt_ai.cli.lineage import run_lineage

        output = _path(arguments, "output")
        column = arguments.get("column")
        if not isinstance(column, str):
            raise UsageError("ai_lineage needs a column: --args '{column: orders.amount}'.")
        return run_lineage(
            reader, column, _choice(arguments, "format", ("text", "json", "svg", "html")) or "text", output
        )
    raise UsageError(f"There is no operation ai_{command}.")


def _asking(arguments: Mapping[str, Any]) -> AskOptions:
    return AskOptions(
        engine=_choice(arguments, "engine", CHOICES["engine"]),
        effort=_choice(arguments, "effort", CHOICES["effort"]),
        max_effort=_choice(arguments, "max_effort", CHOICES["max_effort"]),
        max_cost=arguments.get("max_cost"),
        show_prompts=bool(arguments.get("show_prompts")),
        export_requests=_path(arguments, "export_requests"),
        import_answers=tuple(Path(name) for name in arguments.get("import_answers") or ()),
    )


def _writing(arguments: Mapping[str, Any]) -> WriteOptions:
    return WriteOptions(
        dry_run=bool(arguments.get("dry_run")),
        check=bool(arguments.get("check")),
        form=_choice(arguments, "format", FORMATS) or "text",
        output=_path(arguments, "output"),
    )


def _choice(arguments: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str | None:
    value = arguments.get(name)
    if value is None or value in choices:
        return value
    raise UsageError(f"{name} is one of {', '.join(choices)}, not {value!r}.")


def _path(arguments: Mapping[str, Any], name: str) -> Path | None:
    return Path(arguments[name]) if arguments.get(name) else None
