"""What our being installed does to dbt: as little as possible, and never harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.shop import dbt

HEAVY = ("sqlglot", "openai", "duckdb", "networkx", "yaml", "rich", "pydantic", "dbt", "jinja2")

RUN_TWICE = """
import json, sys
from dbt.cli.main import dbtRunner
results = [dbtRunner().invoke(arguments) for arguments in json.loads(sys.argv[1])]
import dbt.context.base as base
from dbt.adapters.factory import FACTORY
depth = 0
function = base.get_context_modules
while hasattr(function, "__wrapped__"):
    depth, function = depth + 1, function.__wrapped__
packages = FACTORY.get_adapter_package_names("duckdb")
said = {"ok": [r.success for r in results], "depth": depth, "packages": packages, "modules": list(sys.modules)}
print(json.dumps(said))
"""


def python(code: str, *arguments: str, cwd: Path | None = None, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_importing_us_imports_nothing_heavy() -> None:
    loaded = python("import sys; before = set(sys.modules); import dbt_ai; print(*set(sys.modules) - before)").split()
    assert not [name for name in loaded if name.split(".")[0] in HEAVY]


def test_one_variable_switches_us_off() -> None:
    assert python("import dbt_ai; print(dbt_ai.plugins)", DBTAI_DISABLE="1").strip() == "[]"
    assert "DbtAiPlugin" in python("import dbt_ai; print(dbt_ai.plugins)", DBTAI_DISABLE="0")


def test_switched_off_dbt_knows_nothing_of_us(shop: Path) -> None:
    result = dbt(shop, "-q", "run-operation", "ai_document", environment={"DBTAI_DISABLE": "1"})
    assert result.returncode != 0
    assert "could not find a macro with the name" in result.stdout


def test_two_commands_in_one_process_patch_once_and_load_no_more_than_they_need(shop: Path) -> None:
    commands = json.dumps([["-q", "parse"], ["-q", "parse"]])
    said = json.loads(python(RUN_TWICE, commands, cwd=shop).splitlines()[-1])
    without = json.loads(python(RUN_TWICE, commands, cwd=shop, DBTAI_DISABLE="1").splitlines()[-1])
    assert said["ok"] == [True, True]
    assert said["depth"] == 1
    assert said["packages"] == ["dbt_duckdb", "dbt", "dbt_ai"]
    assert (without["ok"], without["depth"], without["packages"]) == ([True, True], 0, ["dbt_duckdb", "dbt"])
    assert set(said["modules"]) - set(without["modules"]) == {"dbt_ai.plugin"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rich.py", "raise ImportError('half installed')"),
        ("rich.py", "raise RuntimeError('broken')"),
        ("rich.py", "def ("),
        ("sitecustomize.py", "import sys; sys.modules['dbt_ai.bridge'] = None"),
        ("sitecustomize.py", "import sys; sys.modules['dbt_ai.project.live'] = None"),
    ],
)
def test_a_broken_environment_of_ours_breaks_only_our_operation(shop: Path, name: str, content: str) -> None:
    shadow = shop.parent / "shadow"
    shadow.mkdir()
    (shadow / name).write_text(content)
    assert dbt(shop, "parse", shadow=shadow).returncode == 0
    result = dbt(shop, "-q", "run-operation", "ai_document", shadow=shadow)
    assert result.returncode == 1
    assert "dbt_ai" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "content",
    [
        "import sys; sys.modules['dbt_ai.plugin'] = None",
        "import dbt_ai.plugin\ndef broken(*a): raise AttributeError('dbt has changed')\ndbt_ai.plugin._patch = broken",
        "import dbt_ai.plugin\ndef gone(): raise FileNotFoundError\ndbt_ai.plugin.package_root = gone",
    ],
    ids=["no plugin", "no patch fits", "no macros"],
)
def test_a_broken_plugin_leaves_dbt_as_it_is(shop: Path, content: str) -> None:
    shadow = shop.parent / "shadow"
    shadow.mkdir()
    (shadow / "sitecustomize.py").write_text(content)
    assert dbt(shop, "--version", shadow=shadow).returncode == 0
    assert dbt(shop, "parse", shadow=shadow).returncode == 0
    result = dbt(shop, "-q", "run-operation", "ai_document", shadow=shadow)
    assert result.returncode != 0
    assert "could not find a macro" in result.stdout
