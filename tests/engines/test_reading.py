"""From what a model said to JSON."""

from __future__ import annotations

import pytest

from dbt_ai.engines.reading import InvalidAnswer, read_answer, shortened

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
    ],
)
def test_json_is_found(said: str) -> None:
    assert read_answer(said, SCHEMA) == {"text": "Key."}


@pytest.mark.parametrize("text", ["a </think> b", "```sql\nselect 1\n```", "<think>"])
def test_a_text_that_speaks_of_thinking_or_fences_stays_whole(text: str) -> None:
    import json

    assert read_answer(json.dumps({"text": text}), SCHEMA) == {"text": text}


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
