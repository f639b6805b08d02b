"""Writes the pages of docs/ that follow from the code: commands, JSON, mutation operators, reason codes.

python docs/build.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dbt_ai.bridge import ARGUMENTS
from dbt_ai.checks import reasons as checking
from dbt_ai.checks.data_tests import reasons as data_tests
from dbt_ai.checks.equivalence import reasons as equivalence
from dbt_ai.cli.commands import COMMANDS, dbtai
from dbt_ai.edits import reasons as editing
from dbt_ai.sql.mutants import OPERATORS
from dbt_ai.sql.mutants.examples import table
from dbt_ai.tasks import reasons as working
from dbt_ai.tasks.hooks import reasons as hooks
from dbt_ai.tasks.mutating import reasons as mutating
from dbt_ai.tasks.refactoring import reasons as refactoring
from dbt_ai.tasks.reviewing import reasons as reviewing
from dbt_ai.tasks.unit_testing import reasons as unit_testing

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Written by `python docs/build.py`; change {} instead. -->"
_SETTINGS: dict[str, Any] = {**dbtai.context_settings, "terminal_width": 100, "max_content_width": 100}


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    return {
        "commands.md": commands_page(),
        "json.md": json_page(),
        "mutation-operators.md": operators_page(),
        "reason-codes.md": reasons_page(),
    }


def commands_page() -> str:
    """Every command's `--help`, and the arguments of the operations."""
    parts = [
        "# Commands",
        NOTE.format("the help texts in dbt_ai/cli/"),
        _help(click.Context(dbtai, info_name="dbtai", **_SETTINGS)),
    ]
    for name in COMMANDS:
        group = click.Context(dbtai, info_name="dbtai", **_SETTINGS)
        command = dbtai.get_command(group, name)
        assert command is not None
        parts += [f"## dbtai {name}", _help(click.Context(command, parent=group, info_name=name))]
    parts += [
        "## Operations of dbt",
        "Inside dbt the same jobs are operations; their arguments are the options above, with `_` for `-`. "
        "`dbt -q` leaves standard output to the report. dbt itself ends with 1 where the command ends with 1, 2 or 3.",
    ]
    for name, arguments in ARGUMENTS.items():
        parts.append(f"* `ai_{name}`: {', '.join(f'`{argument}`' for argument in arguments)}")
    parts += [
        "```console\ndbt -q run-operation ai_document --args '{select: \"+orders\", dry_run: true}'\n```",
        "## Exit codes",
        "| code | meaning |\n|---|---|\n"
        "| 0 | done |\n"
        "| 1 | under `--check`: something would be written, or a text is stale; `doctor`: something is wrong; "
        "`equivalent`: a pair is refuted; `review`: a finding of the policy is there; `hook`: something is found |\n"
        "| 2 | wrong usage, or a project that cannot be read; nothing was written |\n"
        "| 3 | unfinished, as an engine failed or the run was interrupted: run again to go on |",
    ]
    return "\n\n".join(parts).replace("`\n\n* `", "`\n* `") + "\n"


def json_page() -> str:
    """Every object of the JSON schema, as a table of its fields."""
    schema = json.loads((DOCS / "json-schema.json").read_text(encoding="utf-8"))
    parts = [
        "# JSON",
        NOTE.format("docs/json-schema.json"),
        "The form of what `--format json` prints. [json-schema.json](json-schema.json) says the same to programs, and "
        "the tests hold real output against it.",
    ]
    for name, entry in schema["$defs"].items():
        rows = [
            f"| `{field}` | {_type(about)} | {about.get('description', '')} |"
            for field, about in entry["properties"].items()
        ]
        level = "##" if entry["title"].startswith("dbtai") else "###"
        heading = entry["title"] if level == "##" else f"`{name}`"
        parts += [f"{level} {heading}", entry["description"], "\n".join(("| field | type | |", "|---|---|---|", *rows))]
    return "\n\n".join(parts) + "\n"


def reasons_page() -> str:
    """The codes of the checks, of the edits and of the jobs."""
    words = {"path": "the property file", "target": "the node or column", "name": "the node", "version": "N"}
    refused = {code: _sentence(sentence.format(**words)) for code, sentence in editing.REASONS.items()}
    groups = {
        **{f"Texts: {title[0].lower()}{title[1:]}": group for title, group in checking.GROUPS.items()},
        "Edits that are refused": refused,
        "Targets that are left as they are": working.REASONS,
        "Data tests": data_tests.REASONS,
        "Pairs of queries": equivalence.REASONS,
        "Models, mutants and tests without a mutation score": mutating.REASONS,
        "Models that are not refactored": refactoring.MODELS,
        "Changes of SQL that are not written": refactoring.CHANGES,
        "Models that no engine is asked to rewrite": refactoring.ASKING,
        "Texts of engines that are not written": refactoring.ANSWERS,
        "Models without unit tests": unit_testing.REASONS,
        "Findings of a review": reviewing.REASONS,
        "What hooks find": hooks.REASONS,
    }
    parts = [
        "# Reason codes",
        NOTE.format("the tables named REASONS in dbt_ai/"),
        "Where something is not written, one of these codes says why. Codes are stable: a meaning changes only with a "
        "new code.",
    ]
    for title, group in groups.items():
        rows = [f"| `{code}` | {says} |" for code, says in group.items()]
        parts += [f"## {title}", "\n".join(("| code | meaning |", "|---|---|", *rows))]
    return "\n\n".join(parts) + "\n"


def operators_page() -> str:
    """The faults that are put into a query, with an example of each."""
    parts = [
        "# Mutation operators",
        NOTE.format("the docstrings in dbt_ai/sql/mutants/operators/"),
        f"The {len(OPERATORS)} faults that are put into a model's SQL, one at a time, to see whether anything would "
        "notice. None changes the number or the names of the output columns.",
        table().rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _type(about: Mapping[str, Any]) -> str:
    if "$ref" in about:
        return f"`{about['$ref'].rpartition('/')[2]}`"
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"])
    if "const" in about:
        return f"always `{json.dumps(about['const'])}`"
    if "enum" in about:
        return ", ".join("null" if value is None else f"`{value}`" for value in about["enum"])
    if "items" in about and "$ref" in about["items"]:
        return f"list of {_type(about['items'])}"
    kinds = about["type"] if isinstance(about["type"], list) else [about["type"]]
    names = {"array": "list of texts" if about.get("items") == {"type": "string"} else "list", "string": "text"}
    return " or ".join(names.get(kind, kind) for kind in kinds)


def _help(context: click.Context) -> str:
    return "```text\n" + re.sub(r"[ ]+$", "", context.get_help(), flags=re.MULTILINE).strip() + "\n```"


def main() -> None:
    """Writes the pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
