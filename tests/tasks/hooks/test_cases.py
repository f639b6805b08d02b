"""Each file in cases/ is a commit to the small project in shop/, and what the hooks must say of it, no more and no
less, whatever an old manifest says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.tasks.hooks.run import HOOKS, run_hook
from tests.tasks.hooks.commits import CASES, HERE, git, passed, repository


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
    repository(tmp_path, case)
    monkeypatch.chdir(tmp_path)
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
