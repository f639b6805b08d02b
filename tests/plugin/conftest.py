from pathlib import Path

import pytest

from tests.project.shop import built_shop, copy_shop


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A built shop of the test's own."""
    return copy_shop(built_shop(tmp_path_factory.mktemp("built")), tmp_path)
