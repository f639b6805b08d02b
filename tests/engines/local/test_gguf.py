"""What the head of a GGUF file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.engines.local.errors import StudentError
from dbt_ai.engines.local.gguf import Head, read_head
from dbt_ai.engines.local.serving import check
from dbt_ai.engines.local.values import Weights
from tests.engines.local import gguf_files


def test_a_model_and_an_adapter_are_told_apart(tmp_path: Path) -> None:
    assert read_head(gguf_files.write(tmp_path / "m.gguf", "llama")) == Head("llama", is_adapter=False)
    assert read_head(gguf_files.write(tmp_path / "a.gguf", "qwen2", adapter=True)) == Head("qwen2", is_adapter=True)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is no GGUF file"),
        (b"PK\x03\x04 a zip", "is no GGUF file"),
        (b"GGUF", "is a broken GGUF file"),
        (b"GGUF\x03\x00\x00\x00" + b"\xff" * 40, "is a broken GGUF file"),
        (b"GGUF\x09\x00\x00\x00" + b"\x00" * 16, "version 9"),
        (b"GGUF\x03\x00\x00\x00" + b"\x00" * 16, "does not say for which architecture"),
    ],
)
def test_what_is_no_gguf_file_is_said_to_be_none(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(content)
    with pytest.raises(StudentError, match=word):
        read_head(path)


def test_an_adapter_of_another_architecture_is_refused(tmp_path: Path) -> None:
    model = gguf_files.write(tmp_path / "m.gguf", "llama")
    own = gguf_files.write(tmp_path / "own.gguf", "llama", adapter=True)
    other = gguf_files.write(tmp_path / "other.gguf", "qwen2", adapter=True)
    check(Weights(model, own, 10))
    with pytest.raises(StudentError, match=r"is for qwen2 models, and m\.gguf is one"):
        check(Weights(model, other, 10))
    with pytest.raises(StudentError, match="is a model and no adapter"):
        check(Weights(model, model, 10))
    with pytest.raises(StudentError, match="are gone"):
        check(Weights(tmp_path / "gone.gguf", None, 10))
