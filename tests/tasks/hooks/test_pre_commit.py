"""The hooks as people have them: the real pre-commit, real repositories, real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.tasks.hooks.commits import change, git

ROOT = Path(__file__).resolve().parents[3]
SHOP = Path(__file__).resolve().parent / "shop"
IDS = ("dbtai-docs", "dbtai-tests", "dbtai-refs")


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with our `.pre-commit-hooks.yaml`, as pre-commit clones it."""
    folder = tmp_path_factory.mktemp("hooks")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Hooks")
    return folder


@pytest.fixture
def shop(tmp_path: Path, hook_repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop with the hooks installed. They run the dbtai of this environment: to build one of its own, as `language:
    python` does, takes minutes, and tests nothing of ours."""
    folder = Path(shutil.copytree(SHOP, tmp_path / "work" / "shop"))
    configure(folder, hook_repository)
    bin_folder = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    git(folder.parent, "init", "-q")
    git(folder.parent, "config", "user.name", "Case")
    git(folder.parent, "config", "user.email", "case@example.org")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "-q", "-m", "Before")
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=folder.parent, check=True, capture_output=True)
    return folder


def configure(folder: Path, hook_repository: Path, *arguments: str) -> None:
    """Names our hooks in the configuration of the repository around the project in `folder`."""
    hooks = [{"id": name, "language": "system", "args": list(arguments)} for name in IDS]
    repo = {"repo": str(hook_repository), "rev": git(hook_repository, "rev-parse", "HEAD").strip(), "hooks": hooks}
    (folder.parent / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}), encoding="utf-8")


def commit(folder: Path, *arguments: str) -> str:
    """What a commit says where the hooks stop it; empty where it goes through."""
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "A change", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_our_hooks_are_what_pre_commit_takes() -> None:
    done = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    subprocess.run(done, check=True, capture_output=True)


def test_a_commit_is_stopped_and_goes_through_once_it_is_mended(shop: Path) -> None:
    change(shop, {"models/staging/_staging.yml": [["        description: In euros.\n", ""]]})
    git(shop, "add", "-A")
    # What is put back but not added is no part of the commit.
    change(
        shop,
        {"models/staging/_staging.yml": [["- name: amount\n", "- name: amount\n        description: In euros.\n"]]},
    )
    told = commit(shop)
    assert "shop/models/staging/_staging.yml:25: the column amount of stg_orders has no description" in told
    assert told.count("- hook id:") == 1, "the other two have nothing to say"
    assert "In euros." in (shop / "models/staging/_staging.yml").read_text(encoding="utf-8").split("- name: amount")[1]
    git(shop, "add", "-A")
    assert "nothing to commit" in commit(shop), "it is as it was"
    change(shop, {"models/staging/_staging.yml": [["In euros.", "In euros, tax included."]]})
    git(shop, "add", "-A")
    assert commit(shop) == ""


def test_a_commit_that_only_deletes_is_looked_at(shop: Path) -> None:
    change(shop, {"models/staging/stg_customers.sql": None})
    git(shop, "add", "-A")
    assert "shop/models/marts/customers.sql:2: customers refers to stg_customers" in commit(shop)


def test_a_commit_of_some_files_only(shop: Path) -> None:
    change(shop, {"models/marts/daily.sql": [["sum(amount) as amount", "sum(amount) as amount, min(amount) as least"]]})
    change(
        shop,
        {
            "models/marts/marts.yml": [
                ["      - name: amount\n", "      - {name: least, description: L.}\n      - name: amount\n"]
            ]
        },
    )
    assert "the column least of daily has no description" in commit(shop, "models/marts/daily.sql")
    assert commit(shop, "models/marts/daily.sql", "models/marts/marts.yml") == ""


def test_fixes_are_left_to_be_added(shop: Path, hook_repository: Path) -> None:
    configure(shop, hook_repository, "--fix")
    change(shop, {"models/marts/marts.yml": [["        data_tests: [unique]\n", ""]]})
    git(shop, "add", "-A")
    told = commit(shop)
    assert "files were modified by this hook" in told
    assert "written: daily: nothing tests what a row is" in told
    assert "[unique]" in git(shop, "diff") or "- unique" in git(shop, "diff")
    git(shop, "add", "-A")
    assert commit(shop) == ""


def test_all_files_and_a_range_of_commits(shop: Path) -> None:
    run = [sys.executable, "-m", "pre_commit", "run"]
    whole = subprocess.run([*run, "--all-files"], cwd=shop, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout
    change(shop, {"models/marts/more.sql": "select country from {{ ref('stg_customers') }}\n"})
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "--no-verify", "-m", "More")
    ranged = [*run, "--from-ref", "HEAD~1", "--to-ref", "HEAD"]
    branch = subprocess.run(ranged, cwd=shop, capture_output=True, text=True, check=False)
    assert "shop/models/marts/more.sql:1: more has no description" in branch.stdout
