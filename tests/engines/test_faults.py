"""The whole engine in a process of its own, against a server that fails: what `python -m benchmarks faults` measures,
in small."""

from __future__ import annotations

from pathlib import Path

from benchmarks.faults import faults_and_cap, kills


def test_faults_lose_and_double_nothing_and_the_cap_holds(tmp_path: Path) -> None:
    figures = faults_and_cap(tmp_path / "faults", 160, latency=0.02)
    assert figures["struck"] > 20
    assert (figures["lost"], figures["doubled"], figures["over_cap_usd"]) == (0, 0, 0)
    assert 0.9 < figures["counted_to_cap"] <= 1


def test_what_was_stored_when_the_client_was_killed_is_not_asked_again(tmp_path: Path) -> None:
    figures = kills(tmp_path / "kills", 160, latency=0.02)
    assert (figures["repeated_after_kill"], figures["lost_after_kill"]) == (0, 0)
    assert figures["stored_at_kills"] > 30
