"""Values as the macros write them into SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def value_list(values: Sequence[Any], *, quote: bool) -> str:
    """The values with commas between them; as texts where `quote` is True.

    >>> value_list(["it's", 1], quote=True), value_list([1, 2], quote=False)
    ("'it''s', '1'", '1, 2')
    """
    if not quote:
        return ", ".join(str(value) for value in values)
    return ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
