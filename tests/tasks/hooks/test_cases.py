"""Each file in cases/ is a commit to the small project in shop/, and what the hooks must say of it, no more and no
less, whatever an old manifest says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.tasks.hooks.run import HOOKS, run_hook

HERE = Path(__file__).resolve().parent
CASES = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((HERE / "cases").glob("*.yml"))}


@pytest.fixture(scope="session")
def old_manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of the shop as it is before each commit."""
    from dbt.cli.main import dbtRunner

    folder = Path(shutil.copytree(HERE / "shop", tmp_path_factory.mktemp("old") / "shop"))
    done = dbtRunner().invoke(["--quiet", "parse", "--project-dir", str(folder), "--profiles-dir", str(folder)])
    assert done.success, done.exception
    return folder / "target" / "manifest.json"


@pytest.mark.parametrize("name", CASES)
def test_hooks_tell_the_truth_about_the_commit(
    name: str, old_manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    repository(tmp_path, case, monkeypatch)
    staged = passed(tmp_path)
    truth = {hook: sorted(case.get("found", {}).get(hook, [])) for hook in HOOKS}
    (tmp_path / "target").mkdir()
    shutil.copy(old_manifest, tmp_path / "target")
    assert {hook: sorted(said(hook, staged)) for hook in HOOKS} == truth
    shutil.rmtree(tmp_path / "target")
    assert {hook: sorted(said(hook, staged)) for hook in HOOKS} == truth
    assert not git(tmp_path, "diff", "--name-only"), "a hook without --fix has changed a file"


def test_there_are_enough_cases_of_both_kinds() -> None:
    assert sum(bool(case.get("found")) for case in CASES.values()) >= 20
    assert sum(not case.get("found") for case in CASES.values()) >= 10


def said(hook: str, files: list[str], **options: Any) -> Iterator[str]:
    """Each finding as a case has it: file, line, code, and what it is about."""
    for one in run_hook(hook, files, environment={"PRE_COMMIT": "1"}, **options).findings:
        about = one.target.unique_id.removeprefix("model.shop.")
        yield f"{one.path}:{one.line} {one.code} {about}{f'.{one.target.column}' if one.target.column else ''}".strip()


def repository(folder: Path, case: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with the shop as its last commit, and the case's change in its index."""
    shutil.copytree(HERE / "shop", folder, dirs_exist_ok=True)
    (folder / ".gitignore").write_text("target/\n.dbt_ai/\n", encoding="utf-8")
    git(folder, "init", "-q")
    change(folder, case.get("before", {}))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Before")
    change(folder, case.get("after", {}))
    git(folder, "add", "-A")
    change(folder, case.get("not added", {}))
    monkeypatch.chdir(folder)


def change(folder: Path, files: Mapping[str, Any]) -> None:
    """Brings files into `folder`: their text, None for one that is deleted, a path for one that is moved there, or
    pairs of a text that is there once and what takes its place."""
    for path, what in files.items():
        file = folder / path
        if what is None:
            file.unlink()
        elif isinstance(what, str):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(what, encoding="utf-8")
        elif isinstance(what, dict):
            file.parent.mkdir(parents=True, exist_ok=True)
            (folder / what["from"]).rename(file)
        else:
            text = file.read_text(encoding="utf-8")
            for old, new in what:
                assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")


def passed(folder: Path) -> list[str]:
    """The files that pre-commit passes: those that are staged, but for deleted ones."""
    return git(folder, "diff", "--cached", "--name-only", "--diff-filter=ACMRTUXB").split()


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Case", "-c", "user.email=case@example.org", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
