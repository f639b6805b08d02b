"""From what a model said to JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dbt_ai.engines.reading import InvalidAnswer, is_cut_off, read_answer, shortened

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    "said",
    [
        '{"text": "Key."}',
        ' \ufeff\n{"text": "Key."}\n',
        '<think>{"text": "no"}</think>{"text": "Key."}',
        '```\n{"text": "Key."}\n```',
        '```JSON\r\n{"text": "Key."}\r\n```',
        '<think>So:\n```json\n{"text": "no"}\n```\n</think>\n```json\n{"text": "Key."}```',
        '<think>\nIt may be {"text": "no"}\n\n{"text": "Key."}',
        '<think>\n{"text": "no"}\nor rather\n{"text": "Key."}',
        '<thinking>So.</thinking>{"text": "Key."}',
        '<seed:think>So.</seed:think>{"text": "Key."}',
        '[THINK]So.[/THINK]{"text": "Key."}',
        'So it is: {"text": "Key."} I hope that helps.',
        'As in\n```sql\nselect 1\n```\nit is {"text": "Key."}',
        '<|channel|>analysis<|message|>{"text": "no"}<|end|><|channel|>final<|message|>{"text": "Key."}',
        '<|channel|>final <|constrain|>json<|message|>{"text": "Key."}<|return|>',
    ],
)
def test_json_is_found(said: str) -> None:
    assert read_answer(said, SCHEMA) == {"text": "Key."}


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("<think>An id, and", True),
        ('<think>An id {"text": "no"} and', True),
        ("\n<think>", True),
        ("<think>An id.</think>", False),
        ('<think>\n{"text": "Key."}', False),
        ('{"text": "<think>"}', False),
        ("An id.</think>{}", False),
    ],
)
def test_thinking_that_never_came_to_an_answer(said: str, cut: bool) -> None:
    assert is_cut_off(said) == cut


@pytest.mark.parametrize("text", ["a </think> b", "<|channel|>final<|message|>", "```sql\nselect 1\n```", "<think>"])
def test_a_text_that_speaks_of_thinking_or_fences_stays_whole(text: str) -> None:
    assert read_answer(json.dumps({"text": text}), SCHEMA) == {"text": text}


WRAPPED = (
    "{}",
    "<think>So {{it}} is.</think>\n{}",
    "<think>\nSo it is.\n\n{}",
    "So it is.</think>{}",
    "```json\n{}\n```",
    "Here:\n```\n{}\n```\nThat is all.",
    "Here: {} That is all.",
    "<|channel|>analysis<|message|>So.<|end|><|start|>assistant<|channel|>final<|message|>{}<|return|>",
)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.sampled_from(["```", "</think>", "}"]))
@example(text="<|end|>")
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_whatever_the_answer_says_it_comes_back(wrapped: str, text: str) -> None:
    assert read_answer(wrapped.format(json.dumps({"text": text})), SCHEMA) == {"text": text}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Key.", "not JSON"),
        ("", "not JSON"),
        ('["Key."]', "not a JSON object"),
        ('{"text": "a", "text": "b"}', "'text' occurs twice"),
        ('{"text": NaN}', "NaN is not JSON"),
        ('{"text": 1}', "at text: 1 is not of type 'string'"),
        ('{"text": "a", "more": "b"}', "'more' was unexpected"),
        ('{"text": ' + "[" * 100_000, "nested too deeply|not JSON"),
        ('{"text": ' + "9" * 10_000 + "}", "not JSON|is not of type"),
    ],
)
def test_what_is_wrong_is_told(said: str, told: str) -> None:
    with pytest.raises(InvalidAnswer, match=told) as raised:
        read_answer(said, SCHEMA)
    assert len(str(raised.value)) < 400


def test_a_quoted_text_is_short_and_printable() -> None:
    assert shortened("a\x1b[31m\n\u202eb" + "c" * 1000).startswith("a [31m b")
    assert len(shortened("c" * 1000)) == 300
