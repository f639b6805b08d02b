"""A review as a comment: what a branch brings can neither leave its code spans nor fill the comment."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.report.review_markdown import MARKER, MOST, code, review_markdown
from dbt_ai.reviews import (
    Affected,
    ChangeKind,
    ColumnsChange,
    Compared,
    Review,
    ReviewedModel,
    ReviewFinding,
    SmallTable,
    Suggestion,
)
from dbt_ai.values import Verdict, VerdictKind

HOSTILE = (
    "@everyone",
    "#1 and org/repository#2",
    "https://evil.example/a?b=c",
    "www.evil.example",
    "[click](https://evil.example)",
    "![](https://evil.example/pixel.png)",
    "<img src=https://evil.example/pixel.png>",
    "</details></summary><script>alert(1)</script>",
    "` @everyone `",
    "``` \n@everyone\n```",
    "a`b``c```d",
    "a | b | c",
    "<!-- dbtai review -->",
    "x\u202ey\u200bz\u2066",
    "line\r\n\r\n# heading",
    "&lt;b&gt;",
    "$\\href{https://evil.example}{x}$",
    ":tada: ~~gone~~ **bold** _it_",
)


def hostile_review(text: str) -> Review:
    """A review every word of which is `text`."""
    table = SmallTable(text, (text, "b"), ((text, None),))
    compared = Compared(
        Verdict(VerdictKind.REFUTED, text, "other-rows"),
        ColumnsChange((text,), (text,), ((text, text),), ((text, text, text),)),
        (text,),
        True,
        (table,),
        table,
        replace(table, error=text),
        (1, 2, 3, 4),
    )
    affected = (Affected(text, text, (text,)), Affected(text, text, broken=text))
    config = ((text, text, text),)
    model = ReviewedModel(text, text, text, ChangeKind.CHANGED, compared, config, affected, (text,))
    finding = ReviewFinding("broken-model", text, text, text, 3)
    return Review(
        "0" * 40, (model,), (finding,), (Suggestion("document", f"+{text}\n", 1),), (text,), ("broken-model",)
    )


def outside_of_code(markdown: str) -> str:
    """What of a comment is not in code: blocks are taken away first, as a Markdown parser does, then spans and tags of
    code."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        opening = re.match(r"(`{3,})(\w*)$", line)
        if fence:
            if line == fence:
                fence = ""
        elif opening:
            fence = opening[1]
        else:
            lines.append(line)
    assert not fence
    spans = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", "\n".join(lines))
    return re.sub(r"<code>[^<>]*</code>", "", spans)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_branch_brings_stays_in_code(text: str) -> None:
    left = outside_of_code(review_markdown(hostile_review(text)))
    for sign in ("@", "evil", "script", "img", "https:", "www", "heading", "\u202e", "\u200b", "everyone", "tada"):
        assert sign not in left, left
    assert left.count(MARKER) == 1
    assert set(re.findall(r"</?\w+", left)) <= {"<details", "</details", "<summary", "</summary"}


@given(st.text())
def test_a_code_span_cannot_be_left(text: str) -> None:
    written = code(text)
    fence = re.match("`+", written)
    assert fence is not None
    inside = written[len(fence[0]) : -len(fence[0])]
    assert written.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inside)
    assert "\n" not in written


def test_the_rows_of_the_findings_have_three_cells() -> None:
    rows = [line for line in review_markdown(hostile_review("a | b")).split("\n") if line.startswith("| ❌")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4]


def test_a_comment_is_never_too_long() -> None:
    one = hostile_review("x" * 300)
    many = replace(
        one,
        models=tuple(replace(one.models[0], unique_id=str(number)) for number in range(500)),
        findings=one.findings * 500,
        suggestions=(Suggestion("test", "+y\n" * 100_000, 9),) * 4,
        notices=("z" * 3_000,) * 20,
    )
    text = review_markdown(many)
    assert len(text) < MOST
    assert "more are not shown here" in text
    assert "more models are not shown here" in text


def test_a_branch_that_changes_no_model() -> None:
    assert review_markdown(Review("a" * 40)) == f"{MARKER}\n\n**dbtai**: no model differs from `aaaaaaaaaaaa`.\n"
