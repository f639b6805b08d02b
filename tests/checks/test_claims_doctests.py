"""The examples in the docstrings of claims and of the text guard are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from dbt_ai.checks import claims

MODULES = ["dbt_ai.checks.claims", "dbt_ai.checks.text_guard"]
MODULES += [f"dbt_ai.checks.claims.{module.name}" for module in pkgutil.iter_modules(claims.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_room_imports_what_its_row_allows() -> None:
    import ast
    from pathlib import Path

    folder = Path(claims.__file__).parent
    allowed = ("dbt_ai.checks", "dbt_ai.sql", "dbt_ai.values", "dbt_ai.errors")
    for path in [*folder.glob("*.py"), folder.parent / "reasons.py", folder.parent / "text_guard.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dbt_ai"):
                assert str(node.module).startswith(allowed), (path.name, node.module)
