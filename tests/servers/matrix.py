"""The conformance matrix: every shape of server times every fault, each cell a real question over real HTTP."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Cost, Request, Tool
from dbt_ai.errors import EngineError
from tests.servers.faults import FAILING, NEEDS_TIME, RECOVERED, STOPPING, TOOL, USING_TOOLS, Fault
from tests.servers.loopback_api import LoopbackAPI
from tests.servers.shapes import SHAPES, Shape

KEY = "sk-canary-5ad0c1f3e7"
RETRIES = 1
TEXT = {"type": ["string", "null"]}
COLUMNS = {
    "type": "object",
    "properties": {"order_id": TEXT, "status": TEXT},
    "required": ["order_id", "status"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"model_description": TEXT, "columns": COLUMNS},
    "required": ["model_description", "columns"],
    "additionalProperties": False,
}
REQUEST = Request(
    target="model.shop.orders",
    instructions="Describe the columns.",
    prompt="select order_id, status from raw_orders",
    schema_name="descriptions",
    schema=SCHEMA,
    prompt_version="1",
    effort="high",
)
LOOK_UP = Tool(
    name=TOOL,
    description="Looks a name up.",
    parameters={
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    },
    call=lambda arguments: f"{arguments['name']} is a column.",
)
WITH_TOOLS = Request(**{**vars(REQUEST), "tools": (LOOK_UP,), "max_tool_calls": 3})
_BEGIN = ("http://127.0.0.1", "played")  # of a sentence, where it is not a capital letter
# what may happen in a cell of each kind
EXPECTED = {"recovered": ("answered", "repaired"), "failing": ("failed",), "stopping": ("stopped",)}


@dataclass(frozen=True)
class Cell:
    """What happened: "answered" at the first request, "repaired" at a later one, "failed" or "stopped" with a clear
    sentence; and what is wrong with that, empty where nothing is."""

    shape: str
    fault: str
    happened: str
    wrong: str
    requests: int


class CountingMeter:
    """A Meter that allows everything and keeps what it was told."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed: list[str] = []
        self._lock = threading.Lock()

    def open(self, request: Request, engine: str, model: str, sent_bytes: int) -> CountingMeter:
        with self._lock:
            self.opened += 1
        return self

    def close(self, cost: Cost, outcome: str, status: int | None = None) -> Cost:
        with self._lock:
            self.closed.append(outcome)
        return cost


def kinds() -> Mapping[str, tuple[str, Fault, Request]]:
    """The kind, the script and the request of each fault."""
    return {
        **{name: ("recovered", fault, REQUEST) for name, fault in RECOVERED.items()},
        **{name: ("recovered", fault, WITH_TOOLS) for name, fault in USING_TOOLS.items()},
        **{name: ("failing", fault, REQUEST) for name, fault in FAILING.items()},
        **{name: ("stopping", fault, REQUEST) for name, fault in STOPPING.items()},
    }


def run(quick: bool = False) -> tuple[Cell, ...]:
    """Every cell of the matrix, `quick` without those that wait for a time-out. The shapes run beside each other: most
    of the time is spent waiting."""
    logs = _Logs()
    root = logging.getLogger()
    level = root.level
    root.addHandler(logs)
    root.setLevel(logging.DEBUG)
    try:
        with ThreadPoolExecutor(len(SHAPES)) as pool:
            columns = list(pool.map(lambda shape: _column(shape, logs, quick), SHAPES.values()))
    finally:
        root.setLevel(level)
        root.removeHandler(logs)
    return tuple(cell for column in columns for cell in column)


def _column(shape: Shape, logs: _Logs, quick: bool) -> list[Cell]:
    chosen = {name: kind for name, kind in kinds().items() if not (quick and name in NEEDS_TIME)}
    with LoopbackAPI() as api:
        return [_cell(api, shape, name, *kind, logs) for name, kind in chosen.items()]


def _cell(api: LoopbackAPI, shape: Shape, name: str, kind: str, fault: Fault, request: Request, logs: _Logs) -> Cell:
    api.received.clear()
    api.script = shape.speaks_by(fault(shape))
    settings = EngineSettings(
        model="played",
        base_url=api.base_url.removesuffix("/v1") + shape.path,
        api=shape.api,
        timeout_seconds=0.5 if name in NEEDS_TIME else 60.0,
        retries=RETRIES,
    )
    meter = CountingMeter()
    engine = OpenAIEngine(settings, {"DBTAI_API_KEY": KEY}, meter=meter)
    answer: Answer | None = None
    raised: EngineError | None = None
    try:
        answer = engine.answer(request)
    except EngineError as error:
        raised = error
    if answer is not None:
        happened = "answered" if len(api.received) == 1 else "repaired"
    else:
        happened = "stopped" if isinstance(raised, EngineUnavailable) else "failed"
    wrong = [
        "" if happened in EXPECTED[kind] else f"{happened}: {raised}",
        _wrong_answer(answer) if answer is not None else _unclear(raised),
        "" if KEY in api.sent.decode() else "the key did not arrive, so nothing is known of where it goes",
        "the key is in a log" if logs.leaked() else "",
        "the key is in the answer" if KEY in repr(answer) else "",
        _badly_metered(meter, len(api.received)),
    ]
    return Cell(shape.name, name, happened, "; ".join(line for line in wrong if line), len(api.received))


def _wrong_answer(answer: Answer) -> str:
    right: dict[str, Any] = {
        "model_description": "What model_description means.",
        "columns": {"order_id": "What order_id means.", "status": "What status means."},
    }
    return "" if answer.content == right else f"another answer: {answer.content}"


def _unclear(raised: EngineError | None) -> str:
    sentence = str(raised)
    told = "".join(traceback.format_exception(raised))
    if KEY in told:
        return "the key is in the exception"
    if raised is None or raised.__cause__ is not None or raised.__context__ is not None:
        return "the client's exception, which knows the headers, hangs on ours"
    clear = "\n" not in sentence and 20 < len(sentence) < 500 and (sentence[0].isupper() or sentence.startswith(_BEGIN))
    return "" if clear else f"not one clear sentence: {sentence!r}"


def _badly_metered(meter: CountingMeter, requests: int) -> str:
    if not meter.opened == len(meter.closed) == requests:
        return f"{requests} requests, {meter.opened} opened, {len(meter.closed)} closed"
    again = (outcomes.SERVER_ERROR, outcomes.TIMED_OUT, outcomes.BROKEN_OFF)
    paid = sum(outcome in again for outcome in meter.closed)
    return f"tried {paid} times what may be billed" if paid > RETRIES + 1 else ""


class _Logs(logging.Handler):
    """What is logged anywhere while the matrix runs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._found = False

    def emit(self, record: logging.LogRecord) -> None:
        self._found = self._found or KEY in f"{record.getMessage()} {record.args}"

    def leaked(self) -> bool:
        return self._found
