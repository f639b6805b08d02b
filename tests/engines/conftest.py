"""The loopback server for tests that ask an engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.loopback_api import LoopbackAPI


@pytest.fixture
def api() -> Iterator[LoopbackAPI]:
    """A server that answers every request as its schema asks; give it another `script` where the test needs one."""
    with LoopbackAPI() as server:
        yield server
