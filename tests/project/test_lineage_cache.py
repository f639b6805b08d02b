"""The cache gives what was worked out, only for exactly what it was worked out from, and never fails its user."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.project import lineage_cache
from dbt_ai.project.cache import Cache, open_cache
from dbt_ai.project.knowledge import know, relations_of
from dbt_ai.project.lineage_cache import CachedLineage, decode, encode, project_lineage
from dbt_ai.sql.values import ColumnRef, Edge, EdgeKind, Lineage, Relation
from tests.project.test_knowledge import MART, SQL, STAGED, chain

ORDERS = Relation("orders", ("db", "main", "orders"), (("id", "bigint"), ("amount", "double")))
QUERY = "select * from db.main.orders"


class Counting:
    """How often a query was really read, by the name that is patched in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        real = lineage_cache.parse_query

        def parse(sql: str, dialect: str, relations: object) -> object:
            self.calls.append(sql)
            return real(sql, dialect, relations)  # type: ignore[arg-type]

        monkeypatch.setattr(lineage_cache, "parse_query", parse)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


def run(path: Path, sql: str = QUERY, parent: Relation = ORDERS, dialect: str = "duckdb") -> Lineage:
    with Cache(path) as cache:
        lineages = CachedLineage(dialect, cache)
        found = lineages.of("m", sql, [parent])
        lineages.save({"m"})
    return found


def test_the_second_time_nothing_is_parsed(tmp_path: Path, counting: Counting) -> None:
    first = run(tmp_path / "c")
    assert run(tmp_path / "c") == first
    assert [edge.column for edge in first.edges] == ["id", "amount"]
    assert len(counting.calls) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sql": QUERY + " where id = 1"},
        {"dialect": "postgres"},
        {"parent": Relation("orders", ("db", "main", "orders"), (("id", "bigint"), ("total", "double")))},
        {"parent": Relation("renamed", ("db", "main", "orders"), (("id", "bigint"), ("amount", "double")))},
        {"parent": Relation("orders", ("db", "main", "orders"), (("id", ""), ("amount", "")), complete=False)},
    ],
    ids=["sql", "dialect", "columns", "key", "completeness"],
)
def test_whatever_lineage_rests_on_is_in_the_key(tmp_path: Path, counting: Counting, change: dict[str, object]) -> None:
    run(tmp_path / "c")
    run(tmp_path / "c", **change)  # type: ignore[arg-type]
    assert len(counting.calls) == 2


def test_another_sqlglot_or_format_is_another_key(
    tmp_path: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "c")
    monkeypatch.setattr(lineage_cache, "version", lambda name: "99.0")
    run(tmp_path / "c")
    monkeypatch.setattr(lineage_cache, "FORMAT", 99)
    run(tmp_path / "c")
    assert len(counting.calls) == 3


def test_a_type_alone_changes_no_lineage(tmp_path: Path, counting: Counting) -> None:
    run(tmp_path / "c")
    run(tmp_path / "c", parent=Relation("orders", ("db", "main", "orders"), (("id", "int"), ("amount", None))))
    assert len(counting.calls) == 1


def test_a_change_upstream_that_reaches_the_columns_is_seen_downstream(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        know(chain(), SQL, cache=cache)
        changed = know(
            chain(), SQL | {STAGED: "select id as order_id, amount, 1 as n from db.main.orders"}, cache=cache
        )
    assert changed.lineages[MART].columns == ("order_id", "amount", "n")


def test_a_broken_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(b"this is no database" * 100)
    run(path)
    assert sqlite3.connect(path).execute("select count(*) from entries").fetchone() == (1,)


def test_a_file_broken_in_the_middle_costs_only_work(tmp_path: Path) -> None:
    path = tmp_path / "c"
    with Cache(path) as cache:
        cache.write("lineage", {str(number): (b"k", b"v" * 500) for number in range(500)})
    content = bytearray(path.read_bytes())
    content[8192:60000] = b"\xff" * (60000 - 8192)
    path.write_bytes(bytes(content))
    assert run(path).columns == ("id", "amount")
    assert run(path).columns == ("id", "amount")


def test_an_entry_that_is_no_lineage_is_worked_out_again(tmp_path: Path, counting: Counting) -> None:
    run(tmp_path / "c")
    database = sqlite3.connect(tmp_path / "c")
    database.execute("update entries set value = ?", (b"[1, 2",))
    database.commit()
    database.close()
    assert run(tmp_path / "c").columns == ("id", "amount")
    assert len(counting.calls) == 2


def test_a_file_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Cache(tmp_path / "file" / "below" / "c") as cache:
        cache.write("lineage", {"m": (b"k", b"v")})
        assert cache.get("lineage", "m", b"k") in (None, b"v")


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c"
    code = (
        "import sys; from pathlib import Path; from dbt_ai.project.cache import Cache\n"
        "for number in range(40):\n"
        "    with Cache(Path(sys.argv[1])) as cache:\n"
        "        cache.write('lineage', {sys.argv[2] + str(number): (b'k', b'v')})\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "ab"]
    assert [process.wait(60) for process in running] == [0, 0]
    with Cache(path) as cache:
        assert len(cache.read("lineage")) == 80


def test_what_is_gone_from_the_project_is_forgotten(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        cache.write("lineage", {"model.shop.gone": (b"k", b"v")})
        know(chain(), SQL, cache=cache)
        assert set(cache.read("lineage")) == {STAGED, MART}


def test_kinds_do_not_meet(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        cache.write("lineage", {"m": (b"k", b"1")})
        cache.write("facts", {"m": (b"k", b"2")})
        assert cache.get("lineage", "m", b"k") == b"1"
        assert cache.get("facts", "m", b"k") == b"2"
        assert cache.get("facts", "m", b"other") is None


def test_the_folder_is_ignored_by_git(tmp_path: Path) -> None:
    open_cache(tmp_path).close()
    assert (tmp_path / ".dbt_ai" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_lineage_of_a_project_whose_relations_are_known(counting: Counting) -> None:
    with Cache(None) as cache:
        known = know(chain(), SQL, cache=cache)
        again = project_lineage(chain(), SQL, relations_of(chain(), SQL, cache=cache), cache)
    assert again == known.lineages
    assert len(counting.calls) == 2


names = st.text(max_size=12)
edges = st.builds(Edge, names, st.builds(ColumnRef, names, names), st.sampled_from(EdgeKind), st.booleans())
lineages = st.builds(
    Lineage, st.lists(names).map(tuple), st.lists(edges, max_size=8).map(tuple), st.lists(names, max_size=2).map(tuple)
)


@settings(max_examples=100, deadline=None)
@given(lineages)
def test_any_lineage_comes_back_as_it_was(lineage: Lineage) -> None:
    assert decode(encode(lineage)) == lineage


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[]", b"{}", b"[[9],[],[],[],[]]", b"[[],[],[],[1,2],[]]"]))
def test_nothing_else_is_taken_for_one(content: bytes) -> None:
    assert decode(content) is None


def test_a_file_that_a_branch_brings_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / ".dbt_ai").mkdir()
    for name in ("cache.sqlite", "cache-0123456789abcdef0123456789abcdef.sqlite"):
        with Cache(tmp_path / ".dbt_ai" / name) as planted:
            planted.write("facts", {"model.shop.orders": (b"key", b"planted")})
    with open_cache(tmp_path) as cache:
        assert cache.get("facts", "model.shop.orders", b"key") is None
        cache.write("facts", {"model.shop.orders": (b"key", b"ours")})
    with open_cache(tmp_path) as cache:
        assert cache.get("facts", "model.shop.orders", b"key") == b"ours"
