"""A model that is played: a server on this machine says what a test has written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.servers.loopback_api import LoopbackAPI, Received, Reply


class Model:
    """What the server says: one answer after the other, the last for ever."""

    def __init__(self) -> None:
        self.answers: Sequence[Reply] = [{"sql": None, "why": "It is fine."}]
        self._number = 0

    def __call__(self, received: Received) -> Reply:
        self._number += 1
        return self.answers[min(self._number, len(self.answers)) - 1]


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def api(model: Model) -> Iterator[LoopbackAPI]:
    with LoopbackAPI(model) as server:
        yield server
