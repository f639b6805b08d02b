"""The demo project, built once and copied for each test, behind both doors."""

from __future__ import annotations

from tests.tasks.conftest import bakery, built_bakery

__all__ = ["bakery", "built_bakery"]
