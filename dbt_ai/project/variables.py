"""The variables that a node's SQL reads, with the values that they have today."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

import jinja2
from jinja2 import nodes


def variables_of(config: Any, manifest: Any, node: Any) -> dict[str, Any]:
    """The values of the variables that the SQL of `node` and the macros that it calls name in `var(...)`: plain values
    only. `config` and `manifest` are dbt's."""
    from dbt.context.providers import RuntimeVar

    var = RuntimeVar({}, config, node)
    found: dict[str, Any] = {}
    of_dbt = ("dbt", f"dbt_{config.credentials.type}")
    for source in (node.raw_code, *_macros(manifest, node.depends_on.macros, of_dbt)):
        for name, default in _read(source):
            try:
                value = var(name, default)
            except Exception:  # it has no value: then nothing can be said of it
                continue
            if _is_plain(value):
                found.setdefault(name, value)
    return found


def _macros(manifest: Any, wanted: Iterable[str], of_dbt: Container[str]) -> Iterator[str]:
    """The SQL of macros and of those that they call, but for dbt's own."""
    waiting, seen = list(wanted), set[str]()
    while waiting:
        macro = manifest.macros.get(waiting.pop())
        if macro is not None and macro.unique_id not in seen and macro.package_name not in of_dbt:
            seen.add(macro.unique_id)
            yield macro.macro_sql
            waiting += macro.depends_on.macros


def _read(source: str) -> Iterator[tuple[str, Any]]:
    """Each variable that Jinja names, with the default that it is given there, None where that is none or no value."""
    try:
        tree = jinja2.Environment(extensions=["jinja2.ext.do"]).parse(source)
    except jinja2.TemplateSyntaxError:
        return
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "var" and call.args:
            given = [*call.args[1:], *(keyword.value for keyword in call.kwargs if keyword.key == "default")]
            name = call.args[0]
            if isinstance(name, nodes.Const) and isinstance(name.value, str):
                default = given[0] if given else None
                yield name.value, default.value if isinstance(default, nodes.Const) else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(part) for part in value)
    return isinstance(value, str | int | float | bool)
