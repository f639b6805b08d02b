"""Why an engine cannot answer, where the caller has to tell one reason from another."""

from __future__ import annotations

from dbt_ai.errors import EngineError


class EngineUnavailable(EngineError):
    """No request can succeed until a person changes something: no key, a wrong key, an unknown model, nobody at the
    base URL. Whoever asks several questions stops at the first of these."""


class CacheError(EngineUnavailable):
    """The cache cannot be read or written. Asking on would pay for answers that would be lost."""


class LedgerError(EngineUnavailable):
    """The ledger cannot be read or written. Asking on would spend money that is not recorded."""


class CapReached(EngineUnavailable):
    """The money that the user allowed is spent, or what is left does not pay for another request."""


class Stopped(EngineUnavailable):
    """The run was interrupted before this was sent."""
