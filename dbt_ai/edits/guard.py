"""The guard: reads a file before and after as dbt does, and allows exactly what the edits mean to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from dbt_ai.edits.locate import Path
from dbt_ai.edits.texts import JINJA, normalise
from dbt_ai.edits.tree import Loader

MOST_NODES = 2_000_000


@dataclass(frozen=True)
class Meant:
    """One change that is meant. `key` is "description", and `value` the text as written, of the mapping at `path` of
    the data before; or `key` is a list's, and `value` the item it gets (a column, a test ...), as written."""

    path: Path
    key: str
    value: Any


def load(text: str) -> Any:
    """The data of `text` by the YAML 1.1 loader of dbt, every alias expanded.

    A missing last line end is added, so that a block scalar at the end reads the same before and after.
    """
    return _unshared(yaml.load(text if text.endswith("\n") else text + "\n", Loader), [0])


def _unshared(value: Any, count: list[int]) -> Any:
    count[0] += 1
    if count[0] > MOST_NODES:
        raise OverflowError
    if isinstance(value, dict):
        return {key: _unshared(below, count) for key, below in value.items()}
    if isinstance(value, list):
        return [_unshared(below, count) for below in value]
    return value


def is_as_meant(before: Any, after: Any, meant: Sequence[Meant]) -> bool:
    """True where `after` is `before` with exactly the `meant` changes, and every text reads back as written.

    Takes the changes out of `after` again, which is thereby changed, and compares what is left.
    """
    lists: dict[tuple[Path, str], list[Any]] = {}
    for change in meant:
        if change.key != "description":
            lists.setdefault((change.path, change.key), []).append(change.value)
    try:
        for (path, key), items in sorted(lists.items(), key=lambda entry: len(entry[0][0])):
            if not _take_out(_at(before, path), _at(after, path), key, items):
                return False
        for change in meant:
            if change.key == "description":
                holder = _at(after, change.path)
                if not _reads_as(holder["description"], change.value, "description"):
                    return False
                _restore(_at(before, change.path), holder, "description")
    except (KeyError, IndexError, TypeError):
        return False
    return same(before, after)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _restore(before: Any, after: Any, key: str) -> None:
    if key in before:
        after[key] = before[key]
    else:
        del after[key]


def _take_out(before: Any, after: Any, key: str, items: list[Any]) -> bool:
    """Take each of `items` out of the list under `key` of `after`, once, from its end; False where one is missing."""
    wanted: dict[Any, list[Any]] = {}
    for item in items:
        wanted.setdefault(_handle(item), []).append(item)
    if any(len(found) > 1 for handle, found in wanted.items() if handle[0] == "name"):
        return False
    kept = []
    for item in reversed(after[key]):
        found = wanted.get(_handle(item), [])
        match = next((index for index, one in enumerate(found) if _reads_as(item, one)), None)
        if match is None:
            kept.append(item)
        else:
            del found[match]
    if kept or before.get(key):
        after[key] = kept[::-1]
    else:
        _restore(before, after, key)
    return not any(wanted.values())


def _handle(item: Any) -> tuple[str, ...]:
    """Equal for items that may be the same: by name, by keys, by text."""
    if not isinstance(item, dict):
        return ("text", str(item))
    name = item.get("name")
    return ("name", name) if isinstance(name, str) else ("keys", *sorted(map(str, item)))


def _reads_as(value: Any, written: Any, key: str = "") -> bool:
    """True where `value` is what was `written`, but for the line end that block scalars add to descriptions."""
    if type(value) is not type(written):
        return False
    if isinstance(written, dict):
        return value.keys() == written.keys() and all(_reads_as(below, written[k], k) for k, below in value.items())
    if isinstance(written, list):
        return len(value) == len(written) and all(map(_reads_as, value, written))
    if key == "description" and isinstance(written, str):
        return bool(value.removesuffix("\n") == written)
    return same(value, written)


def same(left: Any, right: Any) -> bool:
    """True where both are the same data of the same types."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(below, right[key]) for key, below in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or repr(left) == repr(right)  # nan


def renders_as(written: str, text: str) -> bool:
    """True where dbt's Jinja makes `text` of `written`, which holds nothing that Jinja would run."""
    if not JINJA.search(written):
        return normalise(written) == normalise(text)
    return "".join(_data(written)) == normalise(text)


def _data(written: str) -> Iterator[str]:
    from jinja2 import Environment

    for _, kind, value in Environment().lex(written):
        if kind == "data":
            yield value
        elif kind not in ("raw_begin", "raw_end"):
            yield "\0"  # live Jinja: never what was meant
