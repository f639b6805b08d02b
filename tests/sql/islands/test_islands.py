"""A text of Jinja and SQL keeps its bytes: what no edit names is as it was, and no edit cuts through Jinja."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dbt_ai.sql.islands import JinjaError, Splice, SpliceError, masked, read_islands, spliced
from dbt_ai.sql.outline import OutlineError, outline

ROOT = Path(__file__).resolve().parents[3]
MODELS = sorted(
    path
    for folder in (ROOT / "integration_tests", ROOT / "dbt_ai" / "demo", ROOT / "tests" / "tasks")
    for path in folder.rglob("models/**/*.sql")
)
PIECES = (
    "select a", ", b", "\n", "\r\n", "  ", "\t", "from t", "-- a {{ b }}\n", "/* {% do c %} */", "'{{ d }}'", "é",
    "{{ ref('orders') }}", "{{- x -}}", "{{+ x +}}", "{{ '}}' }}", "{{ \"-}}\" }}", "{{ {'a': {'b': 1}} }}",
    "{{\n y\n}}",
    "{# a comment {{ x }} -#}", "{#- \n -#}", "{% set x = 1 %}", "{%- do log('x') -%}", "{{ config(a=1) }}",
    "{% raw %}{{ not jinja }}{% endraw %}", "{%- raw -%} {% if %} {%- endraw -%}",
)  # fmt: skip
BLOCKS = (
    ("{% if is_incremental() %}", "{% endif %}"),
    ("{%- for x in y -%}", "{%- endfor -%}"),
    ("{% if a %}b{% elif c %}", "{% else %}d{% endif %}"),
    ("{% set x %}", "{% endset %}"),
    ("{% macro m(a, b='}}') %}", "{% endmacro %}"),
    ("{% call m('a') %}", "{% endcall %}"),
)

# A busy machine is no fault of the code.
slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
texts = st.recursive(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    lambda inner: st.tuples(st.sampled_from(BLOCKS), inner, inner).map(lambda p: p[0][0] + p[1] + p[0][1] + p[2]),
    max_leaves=5,
)


@slow
@given(texts)
def test_without_edits_the_text_is_the_same(text: str) -> None:
    assert spliced(read_islands(text), []) == text


@slow
@given(texts)
def test_islands_are_pieces_of_jinja_and_cover_all_of_it(text: str) -> None:
    islands = read_islands(text)
    place = 0
    for island in islands.islands:
        assert place <= island.start < island.end
        written = islands.written(island)
        assert written[:2] in ("{{", "{%", "{#")
        assert written[-2:] in ("}}", "%}", "#}")
        place = island.end


@slow
@given(texts, st.data())
def test_an_edit_changes_its_span_alone(text: str, data: st.DataObject) -> None:
    islands = read_islands(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        changed = spliced(islands, [Splice(start, end, "NEW")])
    except SpliceError:
        return
    assert changed == text[:start] + "NEW" + text[end:]
    kept = [islands.written(one) for one in islands.islands if one.end <= start or one.start >= end]
    gone = [one for one in islands.islands if start <= one.start and one.end <= end]
    assert len(kept) + len(gone) == len(islands.islands), "a piece of Jinja was cut through"
    for block in islands.blocks:
        begins, ends = start <= block.start < end, start < block.end <= end
        assert begins == ends, "a block lost its beginning or its end"


@slow
@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=4))
def test_edits_are_made_at_once_or_not_at_all(text: str, spans: list[tuple[int, int]]) -> None:
    splices = [Splice(start, start + length, f"<{number}>") for number, (start, length) in enumerate(spans)]
    assume(all(splice.end <= len(text) for splice in splices))
    assume(len({splice.start for splice in splices}) == len(splices))
    try:
        changed = spliced(read_islands(text), splices)
    except SpliceError:
        return
    expected, last = "", 0
    for splice in sorted(splices):
        expected += text[last : splice.start] + splice.text
        last = splice.end
    assert changed == expected + text[last:]


@slow
@given(texts)
def test_a_masked_text_has_the_same_length_and_no_jinja(text: str) -> None:
    islands = read_islands(text)
    found = masked(islands, lambda sql: True)
    assert found is not None
    assert len(found.text) == len(text)
    covered = {place for one in islands.islands for place in range(one.start, one.end)}
    dark = {place for block in islands.blocks for start, end in block.branches for place in range(start, end)}
    for place, (old, new) in enumerate(zip(text, found.text, strict=True)):
        if place not in covered and place not in dark:
            assert old == new
    assert all(found.text[island.start : island.end] == name for name, island in found.names.items())


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_models_keep_their_bytes(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert spliced(read_islands(text), []).encode("utf-8") == path.read_bytes()


@pytest.mark.parametrize("text", ["{% if a %}", "{% endif %}", "{{ a", "{% else %}", "{% if a %}{% endfor %}", "{# a"])
def test_jinja_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(JinjaError):
        read_islands(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("a {{ b }} c", 3, 5),
        ("a {{ b }} c", 1, 4),
        ("{% if a %}b{% endif %}", 0, 10),
        ("{% if a %}b{% endif %}c", 11, 23),
        ("{% if a %}b{% else %}c{% endif %}", 10, 22),
        ("{% set x %}b{% endset %}", 11, 12),
    ],
)
def test_an_edit_that_cuts_through_jinja_is_refused(text: str, start: int, end: int) -> None:
    with pytest.raises(SpliceError):
        spliced(read_islands(text), [Splice(start, end)])


def test_the_words_of_jinja_and_of_hidden_branches_are_known() -> None:
    text = "select {{ star(['old_one']) }} from {{ ref('seen') }} {% if a %}where b{% else %}where hidden{% endif %}"
    found = masked(read_islands(text), lambda sql: True)
    assert found is not None
    assert {"old_one", "hidden"} <= found.words
    assert not {"seen", "b"} & found.words


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("{{ config(a=1) }}\n{{ union(a) }}\n", "select j1_____"),
        ("with a as (select 1) {{ union_(a) }}", "with a as (select 1) select j0______"),
        ("select {{ union(a) }}", "select j0____________"),
    ],
)
def test_an_expression_may_be_the_last_select(text: str, sql: str) -> None:
    found = masked(read_islands(text), lambda sql: sql.count("select") == text.count("with") + 1)
    assert found is not None
    assert found.text.strip() == sql
    assert list(found.names) == [sql.rpartition(" ")[2]]


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 where (",
        "create table t (a int)",
        "select 1; select 2",
        "",
        "select a from (select b from c",
    ],
)
def test_what_is_not_one_query_has_no_outline(sql: str) -> None:
    with pytest.raises(OutlineError):
        outline(sql, "duckdb")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_parts_of_a_query_are_pieces_of_its_text(path: Path) -> None:
    """Each part, parsed by itself where it can be, is the part of the tree that it stands for."""
    text = path.read_bytes().decode("utf-8")

    def parses(sql: str) -> bool:
        try:
            outline(sql, "duckdb")
        except OutlineError:
            return False
        return True

    found = masked(read_islands(text), parses)
    if found is None:
        pytest.skip("its Jinja makes more than one SELECT of it")
    whole = outline(found.text, "duckdb")
    assert whole.query.start == whole.tokens[0].start
    for _, query in whole.query.queries():
        for cte in query.ctes:
            assert found.text[cte.start :].casefold().startswith(cte.name.casefold())
            assert found.text[cte.end - 1] == ")"
        for arm in query.arms:
            assert found.text[arm.start : arm.start + 6].casefold() == "select"
            for item in arm.items:
                again = outline(f"select {found.text[item.start : item.end]}", "duckdb").query.arms[0].items
                assert [one.tree for one in again] == [item.tree]
            for join in arm.joins:
                assert "join" in found.text[join.start : join.end].casefold()
