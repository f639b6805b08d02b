"""A project with planted smells, before and after they are refactored."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.refactor import RefactorOptions, refactor
from dbt_ai.tasks.sending import send
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier
from dbt_ai.values import Report
from tests.cli.doors import dbt, dbtai
from tests.servers.loopback_api import LoopbackAPI

ORCHARD = Path(__file__).parent / "orchard"


def built(folder: Path) -> Path:
    """Builds a project twice, so that incremental models have run both ways."""
    for arguments in (("seed",), ("build",), ("run",)):
        done = dbt(folder, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def built_orchard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orchard with its tables. Do not write into it."""
    return built(Path(shutil.copytree(ORCHARD, tmp_path_factory.mktemp("refactoring") / "orchard")))


@pytest.fixture(scope="session")
def refactored_orchard(built_orchard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orchard after `dbtai refactor`, with the report beside it. Do not write into it."""
    folder = Path(shutil.copytree(built_orchard, tmp_path_factory.mktemp("refactoring") / "refactored"))
    done = dbtai(folder, "refactor", "--format", "json", "--output", str(folder.parent / "report.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def orchard(built_orchard: Path, tmp_path: Path) -> Path:
    """A copy of the built orchard, to be changed."""
    return Path(shutil.copytree(built_orchard, tmp_path / "orchard"))


@pytest.fixture
def refactored(refactored_orchard: Path, tmp_path: Path) -> Path:
    """A copy of the refactored orchard, to be changed."""
    return Path(shutil.copytree(refactored_orchard, tmp_path / "refactored"))


@pytest.fixture
def run(reader: ProjectReader, tmp_path: Path, api: LoopbackAPI) -> Iterator[Callable[..., Report]]:
    """Refactors the project of the module's `reader` without writing, and asks `api` at low effort, then again."""
    answers = AnswerStore(tmp_path / "answers.sqlite")
    settings = EngineSettings(model="played", base_url=api.base_url, name="reasoning", retries=0)
    engine = CachedEngine(OpenAIEngine(settings, {}), answers)
    tiers = (Tier("reasoning", engine, "low"), Tier("reasoning again", engine, "low", again=True))

    def refactored(goal: str = "named steps", select: str = "busy_pickers", rounds: int = 3) -> Report:
        options = RefactorOptions(Selection(select=(select,)), write=False, goal=goal, rounds=rounds)
        return refactor(reader, options, asking=Asking(tiers, PromptOptions(house_style="No tabs."), send(2)))

    yield refactored
    answers.close()
