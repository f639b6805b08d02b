"""What can become of one HTTP request to a model, in stable words: the ledger keeps them, the budget goes by them."""

from __future__ import annotations

ANSWERED = "answered"  # with a text that can be used
CALLED_TOOLS = "called tools"  # the model wants to know something before it answers
INVALID = "invalid"  # the answer is not in the form that was asked for
REFUSED_BY_MODEL = "refused by the model"
FILTERED = "filtered"  # the server's content filter stopped the answer
TRUNCATED = "truncated"  # the limit of tokens was reached
EMPTY = "empty"
TOO_LONG = "too long"  # more bytes than are read
SERVER_ERROR = "server error"  # 5xx, or an error where an answer should be
TIMED_OUT = "timed out"
BROKEN_OFF = "broken off"  # the connection or the JSON ended in the middle
INTERRUPTED = "interrupted"  # by a person or a defect, while the server was thinking
LEFT_RUNNING = "left running"  # a background run that goes on: a later run fetches its answer

RATE_LIMITED = "rate limited"  # 429
OVERLOADED = "overloaded"  # 503 and 529: the server did not begin
OUT_OF_QUOTA = "out of quota"
UNREACHABLE = "unreachable"  # no connection came about
UNAUTHORIZED = "unauthorized"  # 401 and 403
NOT_UNDERSTOOD = "not understood"  # the server does not know something of the dialect: asked again without it
REJECTED = "rejected"  # any other 4xx
NOT_AN_API = "not an API"  # a web page, a redirect

_NOT_BILLED = frozenset(
    {RATE_LIMITED, OVERLOADED, OUT_OF_QUOTA, UNREACHABLE, UNAUTHORIZED, NOT_UNDERSTOOD, REJECTED, NOT_AN_API}
)


def may_be_billed(outcome: str) -> bool:
    """Whether the server may have worked on a request with this outcome, and so may ask for money. True for a word that
    is not known here.

    >>> may_be_billed(TIMED_OUT), may_be_billed(RATE_LIMITED)
    (True, False)
    """
    return outcome not in _NOT_BILLED
