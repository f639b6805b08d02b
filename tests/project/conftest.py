from pathlib import Path

import pytest

from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from tests.project.shop import built_shop, copy_shop


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built shop that all tests share; nobody changes it."""
    return built_shop(tmp_path_factory.mktemp("built"))


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> Path:
    """A built shop of the test's own."""
    return copy_shop(built, tmp_path)


@pytest.fixture(scope="session")
def live(built: Path) -> LiveReader:
    """The built shop in a live dbt."""
    reader = open_project(built)
    assert isinstance(reader, LiveReader)
    return reader
