"""dbt's own JSON schema of property files, where the installed dbt brings one."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any


@functools.lru_cache(maxsize=1)
def _validator() -> Any:
    try:
        text = files("dbt.jsonschemas").joinpath("resources").joinpath("latest.json").read_text("utf-8")
    except (ImportError, OSError):
        return None
    from jsonschema.validators import Draft7Validator

    return Draft7Validator(json.loads(text))


def violations(data: Any) -> set[tuple[str, ...]]:
    """What the schema says against `data`: place (without list indexes) and rule; empty without a schema.

    The entries of `versions` are left out: the schema forbids the texts and lists there that dbt takes and documents.
    So are data tests, whose arguments it forbids where older files have them; `forbids` looks at new ones.
    """
    validator = _validator()
    if validator is None:
        return set()
    return {
        (".".join(str(step) for step in error.absolute_path if not isinstance(step, int)), *map(str, error.schema_path))
        for error in validator.iter_errors(data)
        if not {"versions", "data_tests", "tests"}.intersection(error.absolute_path)
    }


def forbids(item: Any) -> bool:
    """True where the schema says something against a data test, wherever its arguments stand.

    dbt itself takes a severity in any case; its schema takes one, and which one differs between versions of dbt.
    """
    validator = _validator()
    if validator is None or isinstance(item, str):
        return False
    whole = "test_name" in item
    name, given = next(iter({"": item}.items() if whole else item.items()))
    definitions = validator.schema["definitions"]
    inside = set(definitions["CustomTestMultiKey"]["properties"])
    arguments = {key: value for key, value in given.items() if key not in inside}
    moved = {key: value for key, value in given.items() if key in inside}
    moved["arguments"] = {**arguments, **moved.get("arguments", {})}
    severity = moved.get("config", {}).get("severity")
    for spelled in definitions.get("Severity", {}).get("enum", ()):
        if isinstance(severity, str) and severity.casefold() == spelled.casefold():
            moved["config"] = {**moved["config"], "severity": spelled}
    rule = {**definitions["DataTests"], "definitions": definitions}
    return not validator.evolve(schema=rule).is_valid(moved if whole else {name: moved})
