"""Every command of the README runs, and prints what the README shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.doors import dbt, dbtai

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LEFT_OUT = "..."


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the console blocks, with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in "\n".join(blocks("console")).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line:
            found[-1][1].append(line)
    return found


def test_the_commands_run_one_after_the_other_and_print_what_is_shown(bakery: Path) -> None:
    assert len(commands()) >= 6
    for command, shown in commands():
        program, *arguments = shlex.split(command)
        done = {"dbt": dbt, "dbtai": dbtai}[program](bakery, *arguments)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        problem = first_difference(shown, printed)
        assert problem is None, f"`{command}` {problem}; it prints:\n" + "\n".join(printed)


def first_difference(shown: list[str], printed: list[str]) -> str | None:
    """A sentence on the first shown line that is not printed where it should be, None where all are."""
    at, gap = 0, False
    for line in shown:
        if line == LEFT_OUT:
            gap = True
            continue
        fits = [number for number, other in enumerate(printed) if number >= at and other == line]
        if not fits or (not gap and fits[0] != at):
            return f"does not print {line!r}"
        at, gap = fits[0] + 1, False
    return None if gap or at == len(printed) else f"prints more than is shown: {printed[at]!r}"


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_the_other_commands_are_real(line: str) -> None:
    """They set up an environment, which continuous integration does, so that here only their targets are looked up."""
    words = shlex.split(line, comments=True)
    if words[0] == "dbtai":
        told = dbtai(ROOT, words[1], "--help").stdout
        assert all(word in told for word in words[2:] if word.startswith("--"))
        return
    program, *arguments = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert "make" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    else:
        assert line == 'pip install "dbtai[duckdb]"'


@pytest.mark.parametrize("name", re.findall(r"`python -m benchmarks (\w+)`", README))
def test_the_benchmarks_are_there(name: str) -> None:
    assert (ROOT / "benchmarks" / f"{name}.py").is_file()
