"""What a training needs is said before it begins."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from dbt_ai.distill.outlook import check_room, memory_mb
from dbt_ai.distill.packing import Pack
from dbt_ai.errors import UsageError

SMOLLM2 = SimpleNamespace(
    num_hidden_layers=30, hidden_size=576, intermediate_size=1536, vocab_size=49152, num_attention_heads=9
)


def batch(rows: int, length: int) -> list[Pack]:
    tokens = (0,) * length
    return [Pack(tokens, tokens, tokens, tokens, 0)] * rows


@pytest.mark.parametrize(("length", "one_step"), [(288, 1509), (1008, 3436)])
def test_the_memory_is_above_what_one_step_took(length: int, one_step: int) -> None:
    assert one_step < memory_mb(SMOLLM2, [batch(1, 16), batch(2, length)]) < 1.5 * one_step


def test_the_memory_is_near_what_a_long_training_took() -> None:
    assert memory_mb(SMOLLM2, [batch(2, 1024)]) == pytest.approx(4957, rel=0.1)


def test_too_little_memory_or_disk_is_told_with_both_figures(tmp_path: Path) -> None:
    small = [batch(1, 16)]
    assert check_room(SMOLLM2, small, tmp_path, 8, "cpu") == memory_mb(SMOLLM2, small)
    with pytest.raises(UsageError, match=r"needs about [\d,]+ MB of memory, and [\d,]+ MB are free"):
        check_room(SMOLLM2, [batch(1, 200_000)], tmp_path, 8, "cpu")
    with pytest.raises(UsageError, match=r"needs [\d,]+ MB on the disk of .*, and [\d,]+ MB are left"):
        check_room(SMOLLM2, small, tmp_path, 10**9, "cpu")
