"""Each HTTP request is metered once, takes its turn, and is tried again as often as the user allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate

import pytest

from dbt_ai.engines import outcomes
from dbt_ai.engines.connection import retry_after
from dbt_ai.engines.errors import CapReached, EngineUnavailable, Stopped
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.throttle import Throttle
from dbt_ai.engines.values import Request
from dbt_ai.errors import EngineError
from tests.servers.faults import right
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Says, Script, error, in_turn
from tests.servers.matrix import REQUEST, CountingMeter


def engine_at(
    api: LoopbackAPI, *, retries: int = 1, seconds: float = 30.0, **more: object
) -> tuple[OpenAIEngine, CountingMeter]:
    meter = CountingMeter()
    settings = EngineSettings(model="played", base_url=api.base_url, retries=retries, timeout_seconds=seconds)
    return OpenAIEngine(settings, {}, **{"meter": meter, **more}), meter  # type: ignore[arg-type]


CLOSED: Mapping[str, tuple[Script, list[str]]] = {
    "an answer": (right, [outcomes.ANSWERED]),
    "a repair": (in_turn("prose", right), [outcomes.INVALID, outcomes.ANSWERED]),
    "too many": (in_turn(error(429, "Slow down"), right), [outcomes.RATE_LIMITED, outcomes.ANSWERED]),
    "overloaded": (in_turn(error(503, "Loading"), right), [outcomes.OVERLOADED, outcomes.ANSWERED]),
    "a parameter too many": (
        in_turn(error(400, "Unknown parameter: 'reasoning_effort'"), right),
        [outcomes.NOT_UNDERSTOOD, outcomes.ANSWERED],
    ),
    "a broken body": (in_turn(Http(body=b'{"choices'), right), [outcomes.BROKEN_OFF, outcomes.ANSWERED]),
    "cut off": (in_turn(Says("{", finish="length"), right), [outcomes.TRUNCATED, outcomes.ANSWERED]),
    "a refusal": (lambda _: Says(None, refusal="No."), [outcomes.REFUSED_BY_MODEL]),
    "a filter": (lambda _: Says("{", finish="content_filter"), [outcomes.FILTERED]),
    "nothing": (lambda _: Says(""), [outcomes.EMPTY]),
    "a wrong key": (lambda _: error(401, "No"), [outcomes.UNAUTHORIZED]),
    "no quota": (lambda _: error(429, "No", code="insufficient_quota"), [outcomes.OUT_OF_QUOTA]),
    "a web page": (lambda _: Http(body=b"<html>", content_type="text/html"), [outcomes.NOT_AN_API]),
    "another 4xx": (lambda _: error(418, "No"), [outcomes.REJECTED]),
    "errors for ever": (lambda _: error(500, "Oops"), [outcomes.SERVER_ERROR] * 2),
    "too many for ever": (lambda _: error(429, "No"), [outcomes.RATE_LIMITED] * 4),
    "10 MB": (lambda _: Says("x" * 10_000_000), [outcomes.TOO_LONG]),
}


@pytest.mark.parametrize("case", CLOSED)
def test_each_request_is_settled_once_with_what_became_of_it(api: LoopbackAPI, case: str) -> None:
    api.script, expected = CLOSED[case]
    engine, meter = engine_at(api)
    try:
        engine.answer(REQUEST)
    except EngineError:
        assert expected[-1] != outcomes.ANSWERED
    assert meter.closed == expected
    assert meter.opened == len(api.received) == len(expected)


def test_a_server_that_does_not_answer_in_time_may_have_worked(api: LoopbackAPI) -> None:
    api.script = lambda _: Http(delay=60)
    engine, meter = engine_at(api, retries=0, seconds=0.2)
    with pytest.raises(EngineError, match=r"did not answer within 0\.2 seconds"):
        engine.answer(REQUEST)
    assert meter.closed == [outcomes.TIMED_OUT]
    assert outcomes.may_be_billed(outcomes.TIMED_OUT)


def test_a_server_that_is_not_there_has_not_worked() -> None:
    with LoopbackAPI() as api:
        pass
    engine, meter = engine_at(api, retries=0)
    with pytest.raises(EngineUnavailable, match="Nobody answers"):
        engine.answer(REQUEST)
    assert meter.closed == [outcomes.UNREACHABLE]
    assert not outcomes.may_be_billed(outcomes.UNREACHABLE)


class _Raises(int):
    """A limit that nothing can be compared with: the interruption comes while the answer is read."""

    defect: type[BaseException]

    def __lt__(self, other: object) -> bool:
        raise self.defect


@pytest.mark.parametrize("defect", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_request_is_settled_too(api: LoopbackAPI, defect: type[BaseException]) -> None:
    limit = _Raises()
    limit.defect = defect
    engine, meter = engine_at(api)
    with pytest.raises(defect):
        engine.answer(replace(REQUEST, max_output_bytes=limit))
    assert meter.closed == [outcomes.INTERRUPTED]


def test_what_the_meter_does_not_allow_is_not_sent(api: LoopbackAPI) -> None:
    class Capped(CountingMeter):
        def open(self, request: Request, engine: str, model: str, sent_bytes: int) -> CountingMeter:
            raise CapReached("The cap is reached.")

    engine, meter = engine_at(api, meter=Capped())
    with pytest.raises(CapReached):
        engine.answer(REQUEST)
    assert (api.received, meter.closed) == ([], [])


def test_what_may_be_billed_is_tried_no_more_often_than_allowed_what_is_free_three_times_as_often(
    api: LoopbackAPI,
) -> None:
    api.script = in_turn(*[error(429, "Slow down")] * 3, error(500, "Oops"), *[error(503, "Loading")] * 3, right)
    engine, _ = engine_at(api, retries=2)
    engine.answer(REQUEST)
    assert len(api.received) == 8


def test_no_retries_are_none(api: LoopbackAPI) -> None:
    api.script = lambda _: error(429, "Slow down")
    engine, _ = engine_at(api, retries=0)
    with pytest.raises(EngineError, match="too many"):
        engine.answer(REQUEST)
    assert len(api.received) == 1


def test_a_server_that_asks_for_an_hour_stops_the_run_at_once(api: LoopbackAPI) -> None:
    api.script = lambda _: error(429, "Slow down", retry_after_ms="", retry_after="3600")
    engine, _ = engine_at(api)
    with pytest.raises(EngineUnavailable, match="asks to wait for 3,600 seconds"):
        engine.answer(REQUEST)
    assert len(api.received) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "20"}, 0.02),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Fri, 01 Jan 1999 00:00:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 99 Foo 1999"}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_to_wait_for() -> None:
    asked = retry_after({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert asked is not None
    assert 98 < asked <= 100


def test_refusals_leave_fewer_places(api: LoopbackAPI) -> None:
    throttle = Throttle(8)
    api.script = in_turn(error(429, "Slow down"), right)
    engine, _ = engine_at(api, throttle=throttle)
    engine.answer(REQUEST)
    assert throttle.limit == 4


def test_who_waits_to_try_again_is_stopped(api: LoopbackAPI) -> None:
    asked = threading.Event()

    def script(received: Received) -> Http:
        asked.set()
        return Http(429, b"{}", headers={"retry-after": "100"})

    api.script = script
    engine, meter = engine_at(api)
    raised: list[EngineError] = []

    def ask() -> None:
        try:
            engine.answer(REQUEST)
        except EngineError as error:
            raised.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(20)
    why = Stopped("The run was stopped.")
    engine.stop(why)
    thread.join(20)
    assert raised == [why]
    assert meter.closed == [outcomes.RATE_LIMITED]
    with pytest.raises(Stopped):
        engine.answer(REQUEST)
    assert len(api.received) == 1
