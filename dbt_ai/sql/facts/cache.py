"""Facts as bytes and back, for a cache. Reading executes nothing that the bytes say: they are JSON of known fields,
and a tree is built of sqlglot's own expression classes only."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from enum import Enum
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.serde import dump, load

from dbt_ai.sql.values import ColumnRef, QueryFacts

_VERSION = 2
_DATA_TYPE = "DataType.Type"  # how sqlglot's serde calls its one enumeration


def facts_to_bytes(facts: QueryFacts) -> bytes:
    """`facts` as UTF-8 JSON."""
    return json.dumps([_VERSION, _encode(facts)], ensure_ascii=False, separators=(",", ":")).encode()


def facts_from_bytes(data: bytes) -> QueryFacts:
    """What `facts_to_bytes` was given. Raises ValueError for bytes that it did not write."""
    try:
        version, encoded = json.loads(data)
        if version != _VERSION:
            raise ValueError(f"facts of version {version}, not {_VERSION}")
        return typing.cast(QueryFacts, _decode(encoded, QueryFacts))
    except (AttributeError, KeyError, IndexError, TypeError, SqlglotError, RecursionError) as error:
        raise ValueError(f"These bytes are no facts: {error}.") from error


def _encode(value: Any) -> Any:
    if isinstance(value, exp.Expr):
        return _encode_tree(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {
            field.name: _encode(found)
            for field in dataclasses.fields(value)
            if (found := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def _encode_tree(tree: exp.Expr) -> list[dict[str, Any]]:
    payloads = dump(tree)
    for payload in payloads:
        payload.pop("t", None)  # types are told by the facts
        if "." in (name := payload.get("c", "")) and name != _DATA_TYPE:
            payload["c"] = name.rpartition(".")[2]
        meta = payload.pop("m", None) or {}
        if isinstance(ref := meta.get("ref"), ColumnRef):
            payload["m"] = {"ref": [ref.relation, ref.column]}
        elif isinstance(mark := meta.get("select"), str):
            payload["m"] = {"select": mark}
    return payloads


def _decode(value: Any, type_: Any) -> Any:
    origin = typing.get_origin(type_)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        return _decode(value, next(option for option in typing.get_args(type_) if option is not type(None)))
    if origin is tuple:
        options = typing.get_args(type_)
        if len(options) == 2 and options[1] is Ellipsis:
            return tuple(_decode(item, options[0]) for item in value)
        return tuple(_decode(item, option) for item, option in zip(value, options, strict=True))
    if isinstance(type_, type):
        if issubclass(type_, exp.Expr):
            return _decode_tree(value)
        if issubclass(type_, Enum):
            return type_(value)
        if dataclasses.is_dataclass(type_):
            known = _fields(type_)
            return type_(**{name: _decode(item, known[name]) for name, item in value.items()})
        if not isinstance(value, type_):
            raise ValueError(f"{value!r} is no {type_.__name__}")
    return value


@cache
def _fields(type_: type) -> dict[str, Any]:
    return typing.get_type_hints(type_)


def _decode_tree(payloads: list[dict[str, Any]]) -> exp.Expr:
    for payload in payloads:
        name = payload.get("c")
        # sqlglot's loader imports and calls what it is told to: only its expression classes may be named.
        if name is not None and name != _DATA_TYPE:
            class_ = getattr(exp, name, None)
            if not (isinstance(class_, type) and issubclass(class_, exp.Expr)):
                raise ValueError(f"{name!r} is no expression")
        if set(payload) - {"i", "k", "a", "c", "o", "m", "v"}:
            raise ValueError("an expression with unknown parts")
        if ref := (payload.get("m") or {}).get("ref"):
            payload["m"] = {"ref": ColumnRef(str(ref[0]), str(ref[1]))}
        elif mark := (payload.get("m") or {}).get("select"):
            payload["m"] = {"select": str(mark)}
    tree = load(payloads)
    if not isinstance(tree, exp.Expr):
        raise ValueError("no expression")
    return tree
