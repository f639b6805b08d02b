"""Whatever stands in a project, in any channel: no text of it is a delimiter, and no character of it is hidden."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.evidence.prompting import document_request
from dbt_ai.evidence.values import ColumnProfile, Evidence, Profile
from dbt_ai.sql.values import (
    Aggregate,
    CaseBranch,
    ColumnRef,
    Domain,
    FilterFact,
    ForeignKey,
    JoinFact,
    Key,
    Nullability,
    NullCause,
    NullReason,
    WindowFact,
)
from dbt_ai.values import Finding, Target
from tests.evidence.test_prompting import COLUMNS, EVIDENCE, FACTS, ORDERS

SECTIONS = (
    "node",
    "compiled SQL",
    "descriptions upstream",
    "descriptions that this node has",
    "findings in the data",
    "refuted by a check",
    "columns to describe",
)


def facts_with(text: str) -> Evidence:
    every = replace(
        FACTS.columns[1],
        sql=text,
        type=text,
        sources=(ColumnRef(f"model.shop.{text}", text),),
        aggregate=Aggregate(text, text, condition_sql=text, filters_sql=(text,), group_by_sql=(text,), rows_of=(text,)),
        window=WindowFact(text, text, (text,), (text,)),
        branches=(CaseBranch(text, text), CaseBranch(None, text)),
        default_sql=text,
        factor=("/", text),
        nullability=Nullability(False, (NullReason(NullCause.EXPRESSION, text, filters_sql=(text,)),)),
        domain=Domain((text, text), text),
    )
    facts = replace(
        FACTS,
        columns=(FACTS.columns[0], every, FACTS.columns[2]),
        keys=(Key((text,), text),),
        filters=(FilterFact(text, clause=text),),
        joins=(JoinFact(text, (text,), (text,), (), text),),
        union_of=((text,), (text,)),
        grouped_by=(text,),
        rows_of=text,
        notes=(text,),
    )
    relation = replace(
        EVIDENCE.relation,
        columns=(("revenue", text),),
        unique_keys=((text, text),),
        foreign_keys=(ForeignKey((text,), (ColumnRef(text, text),)),),
        domains=(("revenue", (text,)),),
    )
    return replace(EVIDENCE, facts=facts, relation=relation)


def profile_with(text: str) -> Evidence:
    values = ((text, 50), ("other", 50))
    column = ColumnProfile(
        "status", text, 100, 0, 2, False, text, text, 1.0, values, (text, "other"), 1, 9, pattern=text
    )
    return replace(EVIDENCE, profile=Profile("x", 100, (column,)))


CHANNELS: dict[str, Callable[[str], Evidence]] = {
    "name": lambda text: replace(EVIDENCE, name=text),
    "sql": lambda text: replace(EVIDENCE, sql=text),
    "comment in the raw code": lambda text: replace(EVIDENCE, sql=None, raw_sql=f"select 1 /* {text} */"),
    "description": lambda text: replace(EVIDENCE, description=text),
    "descriptions of columns": lambda text: replace(EVIDENCE, column_descriptions={"region": text, text: text}),
    "descriptions upstream": lambda text: replace(EVIDENCE, upstream_descriptions={"orders": text, text: text}),
    "names of readers": lambda text: replace(EVIDENCE, downstream=(text,)),
    "problems": lambda text: replace(EVIDENCE, problems=(text,)),
    "facts": facts_with,
    "profile": profile_with,
    "findings": lambda text: replace(EVIDENCE, findings=(Finding("x", Target(ORDERS), text, columns=(text,)),)),
}

PIECES = (
    "BEGIN compiled SQL",
    "END compiled SQL",
    "END columns to describe",
    "The delimiter code of this request is",
    "\n",
    "\r",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    " ",
    "000000000000000000000000",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u3164",
    "\ufe0f",
    "\U000e0041",
    "\U000e0100",
    "\ud800",
    "\x00",
    "\x1b[2K",
    "*/",
    "# System",
    "{{ x }}",
    "'",
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=8).map("".join)


def sections_of(prompt: str) -> tuple[str, list[tuple[str, str]], str]:
    """The code, the sections, and what stands after them. Fails where anything stands between two sections."""
    first, rest = prompt.split("\n", 1)
    found = re.fullmatch(r"The delimiter code of this request is ([0-9a-f]{24})\.", first)
    assert found, first
    code, sections = found[1], []
    while match := re.match(rf"\n+BEGIN ([\w ]+) {code}\n(.*?)\nEND \1 {code}\n", rest, re.DOTALL):
        sections.append((match[1], match[2]))
        rest = rest[match.end() :]
    assert code not in rest
    return code, sections, rest


def check(prompt: str, asked: int) -> None:
    code, sections, rest = sections_of(prompt)
    names = [name for name, _ in sections]
    assert names == [name for name in SECTIONS if name in names]
    assert all(code not in text for _, text in sections)
    assert re.match(r"\s*Describe (the model itself and )?each column listed", rest)
    for character in prompt:
        hidden = (
            unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and character not in "\n\t"
        )
        assert not hidden, hex(ord(character))
        assert character not in "\u3164\u115f\u1160\uffa0\u034f\ufe0f"
        assert not 0xE0000 <= ord(character) <= 0xE0FFF
    (listed,) = [text for name, text in sections if name == "columns to describe"]
    assert len(re.findall(r"(?m)^- key ", listed)) == asked
    assert all(line.startswith(("- key ", "  ")) for line in listed.split("\n")), "a line stays one line"


def prompt_of(channel: str, text: str) -> str:
    # what the node's description says is no evidence for itself
    about = channel != "description"
    (request,) = document_request(CHANNELS[channel](text), COLUMNS, share="samples", describe_model=about)
    return request.prompt


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=60, deadline=None)
@given(text=texts)
def test_no_text_of_a_channel_leaves_its_section(channel: str, text: str) -> None:
    check(prompt_of(channel, text), len(COLUMNS))


@settings(max_examples=60, deadline=None)
@given(names=st.lists(texts, unique=True, min_size=1, max_size=4), said=texts, why=texts)
def test_no_name_of_a_column_and_no_refuted_text_leaves_its_section(names: list[str], said: str, why: str) -> None:
    (request,) = document_request(EVIDENCE, names, refuted=[(names[0], said, why)])
    check(request.prompt, len(names))
    keys = request.schema["properties"]["columns"]["required"]
    assert len(set(keys)) == len(names)
    assert all(key.isidentifier() or re.fullmatch(r"\d+_column", key) for key in keys)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_reaches_the_prompt(channel: str) -> None:
    assert "marker" in prompt_of(channel, "marker")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("secret", ['p"4ss\\w0rd', "hunter2 quux77", "größe-9-größe", "quux77\n  zork99"])
def test_a_secret_of_the_environment_is_masked_in_every_channel(
    channel: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_CANARY", secret)
    prompt = prompt_of(channel, f"marker {secret} marker")
    assert not any(part in prompt for part in ('p"4ss', "4ss", "hunter2", "quux77", "größe-9", "zork99"))
    assert "[masked]" in prompt or channel == "profile", "a value with a secret is no value at all"


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("SNOWFLAKE_PASSWORD", "orders-1", True),
        ("API_KEY", "abcdef", True),
        ("github_token", "plainword", True),
        ("DBT_ENV_SECRET_X", "zyxwvu", True),
        ("AWS_SECRET_ACCESS_KEY", "abc/def", True),
        ("DBTAI_API_KEY", "sesame99", True),
        ("API_KEY", "abcde", False),  # too short: it would be found everywhere
        ("KEYBOARD", "qwertz", False),
        ("TOKENIZER", "qwertz", False),
        ("HOME", "/home/somebody", False),
    ],
)
def test_which_variables_hold_secrets(name: str, value: str, masked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    (request,) = document_request(replace(EVIDENCE, sql=f"-- See {value}."), ())
    assert (f"See {value}." not in request.prompt) is masked


def test_a_secret_that_is_a_word_is_no_part_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "revenue")
    sql = "select revenues, revenue_total, 'revenue' from x"
    (request,) = document_request(replace(EVIDENCE, sql=sql), ())
    assert "select revenues, [masked]_total, '[masked]' from x" in request.prompt


def test_the_key_of_a_key_file_is_masked_as_is_its_form_in_a_url(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("open/sesame 7\n")
    monkeypatch.setenv("DBTAI_API_KEY_FILE", str(tmp_path / "key"))
    (request,) = document_request(replace(EVIDENCE, sql="a open/sesame 7 b open%2Fsesame%207 c"), ())
    assert "sesame" not in request.prompt
