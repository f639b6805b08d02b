"""Data tests as dbt reads them: how one is laid out, which are there already, and when two are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.scalars import plain, refuse_calls
from dbt_ai.edits.schema import forbids
from dbt_ai.edits.texts import protect

KEYS = ("data_tests", "tests")
SETTINGS = (  # what dbt takes beside the arguments, in dbt's older files outside of `config`
    *("severity", "tags", "enabled", "where", "limit", "warn_if", "error_if", "fail_calc", "store_failures"),
    *("store_failures_as", "meta", "database", "schema", "alias"),
)
BESIDE = ("name", "description", "config", "column_name", *SETTINGS)
BUILT_IN = ("unique", "not_null", "accepted_values", "relationships")
DEFAULTS = {"accepted_values": {"quote": True}}
UNORDERED = ("values", "value_set", "combination_of_columns")
_NAME = re.compile(r"(?:[A-Za-z_]\w*\.)?[A-Za-z_]\w*", re.ASCII)
_REFERENCE = re.compile(r"\s*(?:\{\{)?\s*((?:ref|source)\s*\(.*\))\s*(?:\}\})?\s*")


@dataclass(frozen=True)
class Identity:
    """What makes two data tests of a node the same: name, column and arguments as dbt compares them, in any spelling.

    `conditions` are the settings under which a test sees other rows, `label` the name that a person gave it.
    """

    name: str
    column: str | None
    arguments: str
    conditions: str = ""
    label: str | None = None

    def same_check(self, other: Identity) -> bool:
        """True where both say the same of the same column, under whatever conditions."""
        return (self.name, self.column, self.arguments) == (other.name, other.column, other.arguments)


def identity(item: Any, column: str | None) -> Identity | None:
    """The identity of the `item` in the tests of `column` (None: of the node), None where dbt reads no test in it."""
    parts = _parts(item)
    if parts is None:
        return None
    name, given = parts
    config = given["config"] if isinstance(given.get("config"), dict) else {}
    inner = given.get("arguments")
    arguments = {key: value for key, value in given.items() if key not in BESIDE and key != "arguments"}
    arguments.update(inner if isinstance(inner, dict) else {"arguments": inner} if "arguments" in given else {})
    column = column if column is not None else arguments.pop("column_name", given.get("column_name"))
    namespace, _, bare = name.rpartition(".")
    name = bare if namespace == "dbt" and bare in BUILT_IN else name
    for key, value in DEFAULTS.get(name, {}).items():
        if arguments.get(key) == value:
            del arguments[key]
    settings = {**given, **config}
    conditions = {key: settings[key] for key in ("where", "enabled") if settings.get(key) not in (None, True)}
    return Identity(
        name,
        None if column is None else str(column).strip("`\"'").casefold(),
        repr(_canonical(arguments)),
        repr(_canonical(conditions)),
        given.get("name"),
    )


def _parts(item: Any) -> tuple[str, dict[str, Any]] | None:
    """The name of a test and what stands below it, None for anything else."""
    if isinstance(item, str):
        return item, {}
    if not isinstance(item, Mapping):
        return None
    if "test_name" in item:
        name, given = item["test_name"], {key: value for key, value in item.items() if key != "test_name"}
    elif len(item) == 1:
        ((name, given),) = item.items()
    else:
        return None
    if not isinstance(name, str) or not isinstance(given, (Mapping, type(None))):
        return None
    return name, dict(given or {})


def _canonical(value: Any, key: str = "") -> Any:
    """`value` as dbt compares it: by its text; the lists that are sets in order; `ref()` in one spelling."""
    if isinstance(value, dict):
        return sorted((str(name), _canonical(below, str(name))) for name, below in value.items())
    if isinstance(value, list):
        items = [_canonical(below) for below in value]
        return sorted(items, key=repr) if key in UNORDERED else items
    call = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return re.sub(r"\s", "", call[1]).replace('"', "'") if call else str(value)


def prepared(test: str | Mapping[str, Any]) -> str | dict[str, Any]:
    """`test` as it is written: in plain values, its description protected from Jinja.

    Raises RefusalError for what dbt would not read as a test, or would render.
    """
    parts = _parts(test)
    if parts is None:
        raise RefusalError("invalid-test")
    name, given = parts
    description = given.pop("description", "")
    given = plain(given)
    inner = given.get("arguments", {})
    mappings = isinstance(inner, dict) and isinstance(given.get("config", {}), dict)
    if not (_NAME.fullmatch(name) and mappings and isinstance(description, str)) or "model" in {**given, **inner}:
        raise RefusalError("invalid-test")
    refuse_calls({**{key: value for key, value in given.items() if key not in ("arguments", "config")}, **inner})
    if description:
        given = {"description": protect(description), **given}
    whole = isinstance(test, Mapping) and "test_name" in test
    item = {"test_name": name, **given} if whole else {name: given} if given else name
    if forbids(item):
        raise RefusalError("schema")
    return item


def existing(node: Any, version: str | None) -> Iterator[Identity]:
    """The data tests that the loaded entry `node` has, in the `version` of a model where one is named."""
    for holder, of_node in _holders(node, version):
        if of_node:
            yield from _identities(holder, None)
        for entry in _listed(holder, "columns"):
            if "name" in entry and _seen(node, holder, entry, version):
                yield from _identities(entry, str(entry["name"]))


def _holders(node: Any, version: str | None) -> Iterator[tuple[dict[Any, Any], bool]]:
    """The entry and the one of its version, and whether the tests of the node itself count: a version that has tests
    of its own does without those of its model."""
    if not isinstance(node, dict):
        return
    own = _version(node, version)
    of_version = own is not None and any(own.get(key) is not None for key in KEYS)
    yield node, not of_version
    if own is not None:
        yield own, of_version


def _version(node: dict[Any, Any], version: str | None) -> dict[Any, Any] | None:
    found = (entry for entry in _listed(node, "versions") if version is not None and str(entry.get("v")) == version)
    return next(found, None)


def _seen(node: dict[Any, Any], holder: dict[Any, Any], column: dict[Any, Any], version: str | None) -> bool:
    """True where the version has the `column` that its model declares: dbt's include and exclude."""
    own = _version(node, version)
    if holder is not node or own is None:
        return True
    rule = next((entry for entry in _listed(own, "columns") if "name" not in entry), {})
    include, exclude = rule.get("include", "*"), rule.get("exclude") or []
    return (include in ("*", "all") or column["name"] in include) and column["name"] not in exclude


def _listed(holder: Mapping[Any, Any], key: str) -> list[dict[Any, Any]]:
    found = holder.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _identities(holder: Mapping[Any, Any], column: str | None) -> Iterator[Identity]:
    for key in KEYS:
        items = holder.get(key)
        for item in items if isinstance(items, list) else []:
            found = identity(item, column)
            if found is not None:
                yield found
