from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.report.lineage_layout import lay_out
from dbt_ai.report.lineage_picture import picture_html, picture_json, picture_svg
from dbt_ai.sql.values import ColumnPath, ColumnRef, ColumnStep, EdgeKind

SOURCE = ColumnRef("source.shop.raw.orders", "id \"<b>&' 😀")
STAGED = ColumnRef("model.shop.stg_orders", "order_id")
MART = ColumnRef("model.shop.orders", "order_id")
LAST = ColumnRef("model.shop.revenue", "orders")
PATH = ColumnPath(
    STAGED,
    upstream=(ColumnStep(SOURCE, STAGED, EdgeKind.RENAMED, guess=True),),
    downstream=(
        ColumnStep(STAGED, MART, EdgeKind.PASS_THROUGH),
        ColumnStep(MART, LAST, EdgeKind.AGGREGATED),
        ColumnStep(STAGED, LAST, EdgeKind.COMPUTED),
        ColumnStep(STAGED, ColumnRef("model.shop.orders", "*"), EdgeKind.JOINED_ON),
    ),
)
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_svg_shows_every_relation_column_and_kind() -> None:
    shown = texts(picture_svg(PATH, {"model.shop.stg_orders": "stg_orders"}))

    assert {"stg_orders", "model.shop.orders", "order_id", "id \"<b>&' 😀", "(its rows)"} <= set(shown)
    assert [text for text in shown if text in {"renamed?", "pass-through", "aggregated", "computed", "joined on"}] == [
        "renamed?",
        "pass-through",
        "aggregated",
        "computed",
        "joined on",
    ]


def test_a_guess_is_dashed_and_nothing_else() -> None:
    lines = [
        element
        for element in ElementTree.fromstring(picture_svg(PATH)).iter(f"{SVG}path")
        if element.get("class") == "line"
    ]
    assert [line.get("stroke-dasharray") is not None for line in lines] == [True, False, False, False, False]


@pytest.mark.parametrize("picture", [picture_svg, picture_html])
def test_nothing_asks_the_network_or_runs(picture: object) -> None:
    text = picture(PATH)  # type: ignore[operator]
    addresses = set(re.findall(r"https?://[^\s\"']+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a namespace, never fetched
    assert "<script" not in text
    assert not re.search(r"\b(src|href|@import)\b", text)


def test_html_holds_the_steps_as_a_table_too() -> None:
    cells: list[str] = []

    class Reader(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.inside = tag == "td"
            if self.inside:
                cells.append("")

        def handle_data(self, data: str) -> None:
            if self.inside:
                cells[-1] += data

        def handle_endtag(self, tag: str) -> None:
            self.inside = False

    Reader().feed(picture_html(PATH))
    rows = [tuple(cells[start : start + 3]) for start in range(0, len(cells), 3)]
    assert ("source.shop.raw.orders.id \"<b>&' 😀", "renamed (a guess)", "model.shop.stg_orders.order_id") in rows
    assert len(rows) == 5


def test_json_says_the_same() -> None:
    content = json.loads(picture_json(PATH))
    assert content["schema_version"] == 1
    assert content["column"] == {"relation": "model.shop.stg_orders", "column": "order_id"}
    assert content["upstream"] == [
        {
            "source": {"relation": SOURCE.relation, "column": SOURCE.column},
            "target": {"relation": STAGED.relation, "column": "order_id"},
            "kind": "renamed",
            "guess": True,
        }
    ]
    assert len(content["downstream"]) == 4


def test_readers_stand_right_of_what_they_read_and_nothing_overlaps() -> None:
    layout = lay_out(PATH, {})
    at = {box.relation: box for box in layout.boxes}
    for route in layout.routes:
        source, target = at[route.step.source.relation], at[route.step.target.relation]
        assert source.x + source.width < target.x
    boxes = layout.boxes
    for position, one in enumerate(boxes):
        for other in boxes[position + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y
    assert all(box.x >= 0 and box.x + box.width <= layout.width for box in boxes)
    assert all(box.y >= 0 and box.y + box.height <= layout.height for box in boxes)


def test_a_line_past_a_layer_does_not_cross_a_box() -> None:
    layout = lay_out(PATH, {})
    between = next(box for box in layout.boxes if box.relation == "model.shop.orders")
    route = next(r for r in layout.routes if r.step.source == STAGED and r.step.target == LAST)
    level = next(y for x, y in route.points if x == between.x)
    assert not between.y <= level <= between.y + between.height


def test_a_column_without_steps_is_a_box_of_its_own() -> None:
    svg = picture_svg(ColumnPath(STAGED))
    assert "order_id" in texts(svg)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_any_name_gives_well_formed_pictures(relation: str, column: str) -> None:
    step = ColumnStep(ColumnRef(relation, column), STAGED, EdgeKind.CAST)
    path = ColumnPath(STAGED, upstream=(step,))
    ElementTree.fromstring(picture_svg(path, {relation: column}))
    assert json.loads(picture_json(path))["upstream"][0]["source"]["column"] == column
