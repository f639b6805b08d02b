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
    """
    validator = _validator()
    if validator is None:
        return set()
    return {
        (".".join(str(step) for step in error.absolute_path if not isinstance(step, int)), *map(str, error.schema_path))
        for error in validator.iter_errors(data)
        if "versions" not in error.absolute_path
    }
