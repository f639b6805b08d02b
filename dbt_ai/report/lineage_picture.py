"""One column's way through a project as a picture (SVG, HTML) and as JSON. Nothing in it asks the network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from dbt_ai.report.lineage_layout import HEAD, ROW, Box, Route, curve, lay_out, shown
from dbt_ai.sql.values import ColumnPath, ColumnRef, ColumnStep, EdgeKind

SCHEMA_VERSION = 1

_COLOURS = {
    EdgeKind.PASS_THROUGH: "#3b7a57",
    EdgeKind.RENAMED: "#2f6fb0",
    EdgeKind.CAST: "#7a5ca8",
    EdgeKind.AGGREGATED: "#b0532f",
    EdgeKind.COMPUTED: "#a37a00",
    EdgeKind.FILTERED_BY: "#777777",
    EdgeKind.JOINED_ON: "#777777",
    EdgeKind.GROUPED_BY: "#777777",
}
_STYLE = (
    "text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#222}"
    ".title{font-weight:bold}.box{fill:#fff;stroke:#9aa5b1}.head{fill:#e9eef3;stroke:#9aa5b1}"
    ".chosen{fill:#fff3c4}.line{fill:none;stroke-width:1.5}"
    ".label{font-size:10px;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def picture_svg(path: ColumnPath, titles: Mapping[str, str] | None = None) -> str:
    """The path as one SVG document. `titles` are the names to show by relation key, where they differ from it."""
    layout = lay_out(path, titles or {})
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{_text(_headline(path.column, titles or {}))}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        "<defs>",
        *(
            f'<marker id="{_marker(kind)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
            for kind, colour in _COLOURS.items()
        ),
        "</defs>",
        *(_line(route) for route in layout.routes),
        *(_box(box, path.column) for box in layout.boxes),
        *(_label(route) for route in layout.routes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def picture_html(path: ColumnPath, titles: Mapping[str, str] | None = None) -> str:
    """The path as one HTML page: the picture, and the same steps as a table for those who read or search it."""
    names = titles or {}
    headline = _text(_headline(path.column, names))
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{headline}</title>\n'
        "<style>body{font:14px system-ui,sans-serif;margin:24px;color:#222}"
        ".picture{overflow:auto;border:1px solid #ddd}table{border-collapse:collapse;margin-top:24px}"
        "caption{text-align:left;font-weight:bold;padding:4px 0}"
        "td,th{border:1px solid #ddd;padding:4px 10px;text-align:left}</style></head>\n"
        f"<body><h1>{headline}</h1>\n"
        f'<div class="picture">{picture_svg(path, titles)}</div>\n'
        f"{_table('Made from', path.upstream, names)}{_table('Takes part in', path.downstream, names)}"
        "</body></html>\n"
    )


def picture_json(path: ColumnPath) -> str:
    """The path as JSON: `schema_version`, the column, and its steps upstream and downstream."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "column": _ref(path.column),
        "upstream": [_step(step) for step in path.upstream],
        "downstream": [_step(step) for step in path.downstream],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _headline(column: ColumnRef, titles: Mapping[str, str]) -> str:
    return f"Lineage of {titles.get(column.relation, column.relation)}.{column.column}"


def _line(route: Route) -> str:
    pieces = [f"M{route.points[0][0]:.1f} {route.points[0][1]:.1f}"]
    for start, end in pairwise(route.points):
        _, (x1, y1), (x2, y2), (x, y) = curve(start, end)
        level = start[1] == end[1]
        pieces.append(f"L{x:.1f} {y:.1f}" if level else f"C{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f} {x:.1f} {y:.1f}")
    step = route.step
    dashes = ' stroke-dasharray="5 4"' if step.guess else ""
    return (
        f'<path class="line" d="{"".join(pieces)}" stroke="{_COLOURS[step.kind]}"{dashes} '
        f'marker-end="url(#{_marker(step.kind)})"><title>{_text(_sentence(step))}</title></path>'
    )


def _label(route: Route) -> str:
    x, y = route.label
    guess = "?" if route.step.guess else ""
    return (
        f'<text class="label" x="{x:.1f}" y="{y + 3:.1f}" style="fill:{_COLOURS[route.step.kind]}">'
        f"{route.step.kind.value}{guess}</text>"
    )


def _box(box: Box, chosen: ColumnRef) -> str:
    parts = [
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>',
        f'<rect class="head" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{HEAD - 4}" rx="4"/>',
        f'<text class="title" x="{box.x + 10:.1f}" y="{box.y + 16:.1f}">{_text(shown(box.title))}'
        f"<title>{_text(box.relation)}</title></text>",
    ]
    for column in box.columns:
        middle = box.row(column)
        if ColumnRef(box.relation, column) == chosen:
            parts.append(
                f'<rect class="chosen" x="{box.x + 2:.1f}" y="{middle - ROW / 2:.1f}" width="{box.width - 4:.1f}" '
                f'height="{ROW}"/>'
            )
        name = "(its rows)" if column == "*" else column
        parts.append(
            f'<text x="{box.x + 10:.1f}" y="{middle + 4:.1f}">{_text(shown(name))}<title>{_text(name)}</title></text>'
        )
    return "".join(parts)


def _table(headline: str, steps: Sequence[ColumnStep], titles: Mapping[str, str]) -> str:
    if not steps:
        return ""
    rows = "".join(
        f"<tr><td>{_text(titles.get(step.source.relation, step.source.relation))}.{_text(step.source.column)}</td>"
        f"<td>{step.kind.value}{' (a guess)' if step.guess else ''}</td>"
        f"<td>{_text(titles.get(step.target.relation, step.target.relation))}.{_text(step.target.column)}</td></tr>\n"
        for step in steps
    )
    return f"<table><caption>{headline}</caption><tr><th>from</th><th>how</th><th>to</th></tr>\n{rows}</table>\n"


def _sentence(step: ColumnStep) -> str:
    guess = ", a guess" if step.guess else ""
    source, target = step.source, step.target
    return f"{source.relation}.{source.column} to {target.relation}.{target.column}: {step.kind.value}{guess}"


def _step(step: ColumnStep) -> dict[str, object]:
    return {"source": _ref(step.source), "target": _ref(step.target), "kind": step.kind.value, "guess": step.guess}


def _ref(column: ColumnRef) -> dict[str, str]:
    return {"relation": column.relation, "column": column.column}


def _marker(kind: EdgeKind) -> str:
    return "arrow-" + kind.value.replace(" ", "-")


def _text(text: str) -> str:
    """Text for SVG and HTML; what XML cannot hold at all becomes U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)
