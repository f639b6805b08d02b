"""A server in a process of its own that plays Chat Completions with faults and keeps its own bill.

    with FaultyAPI(latency=0.2, faults=0.2) as api:
        ...  # api.base_url
        api.report().asked["7"]

A question is known by the words "Question 7." in its prompt. Whether an attempt at it fails, and how, follows from the
seed, the question and the number of the attempt, so that every run with one seed meets the same faults. One event loop
serves all connections: it is not what a client waits for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tests.servers.loopback_api import LINGER_NOT

FAULTS = ("429", "500", "503", "reset", "half a body", "slow", "garbage", "prose", "truncated")
FREE = ("429", "503")  # the server did not begin; everything else is on the bill
SLOW_SECONDS = 6.0  # more than a client should wait for
INPUT_USD, OUTPUT_USD = 1e-6, 8e-6  # of one token
_NUMBER = re.compile(rb"Question (\d+)\.")


@dataclass(frozen=True)
class Seen:
    """What the server saw, by question: how often it was asked, how often a whole and right answer went out, and how
    often it was asked after that. `faults` counts them by name, `usd` is the bill."""

    asked: Mapping[str, int]
    delivered: Mapping[str, int]
    asked_again: int
    faults: Mapping[str, int]
    usd: float


class FaultyAPI:
    """The server's process, from `with` to the end of the block."""

    def __init__(self, *, latency: float = 0.0, faults: float = 0.0, seed: int = 1) -> None:
        program = [sys.executable, "-m", "tests.servers.faulty_api"]
        self._arguments = [*program, f"--latency={latency}", f"--faults={faults}", f"--seed={seed}"]

    def __enter__(self) -> FaultyAPI:
        self._process = subprocess.Popen(self._arguments, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._at = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def base_url(self) -> str:
        """What an engine is given."""
        return f"{self._at}/v1"

    def report(self) -> Seen:
        """What the server saw so far."""
        with urllib.request.urlopen(f"{self._at}/report", timeout=60) as response:
            return Seen(**json.load(response))


class _Served:
    def __init__(self, latency: float, faults: float, seed: int) -> None:
        self.latency = latency
        self.faults = faults
        self.seed = seed
        self.asked: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()
        self.asked_again = 0
        self.usd = 0.0

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False where the connection ends with it."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        path = head.split(b" ", 2)[1]
        if path == b"/report":
            return await _send(writer, 200, json.dumps(self._report()).encode())
        found = _NUMBER.search(body)
        if path != b"/v1/chat/completions" or found is None:
            return await _send(writer, 404, _error("Not Found"))
        question = found[1].decode()
        fault = self._fault(question)
        self.asked[question] += 1
        self.asked_again += self.delivered[question] > 0
        asked = json.loads(body)
        answer = _answer(asked, len(body), fault)
        if fault is not None:
            self.struck[fault] += 1
        if fault not in FREE:
            usage = answer["usage"]
            self.usd += usage["prompt_tokens"] * INPUT_USD + usage["completion_tokens"] * OUTPUT_USD
        await asyncio.sleep(SLOW_SECONDS if fault == "slow" else self.latency)
        content = json.dumps(answer).encode()
        if fault in ("429", "503"):
            return await _send(writer, int(fault), _error("Slow down"), b"Retry-After: 0.1\r\n")
        if fault == "500":
            return await _send(writer, 500, _error("Oops"))
        if fault == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            return False
        if fault == "half a body":
            await _send(writer, 200, content, only=len(content) // 2)
            return False
        if fault == "garbage":
            return await _send(writer, 200, content[: len(content) // 2] + b"\xff\x00")
        if reader.at_eof():  # the client is gone
            return False
        # counted before it is sent: a client that stored the answer at once must find it counted
        self.delivered[question] += fault is None
        return await _send(writer, 200, content)

    def _fault(self, question: str) -> str | None:
        chance = random.Random(f"{self.seed} {question} {self.asked[question]}")
        return chance.choice(FAULTS) if chance.random() < self.faults else None

    def _report(self) -> dict[str, Any]:
        seen = {"asked": self.asked, "delivered": +self.delivered, "faults": self.struck}
        return {**seen, "asked_again": self.asked_again, "usd": self.usd}


def _answer(asked: Mapping[str, Any], sent_bytes: int, fault: str | None) -> dict[str, Any]:
    """What the model says, in the envelope of Chat Completions. A model that is cut off has used up its limit."""
    properties = asked["response_format"]["json_schema"]["schema"]["properties"]
    text = json.dumps(dict.fromkeys(properties, "What it means, in a sentence of a usual length."))
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens") or 1_000
    tokens = limit if fault == "truncated" else min(limit, 200)
    message = {"role": "assistant", "content": "I would rather not." if fault == "prose" else text}
    finish = "length" if fault == "truncated" else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": sent_bytes // 4, "completion_tokens": tokens, "total_tokens": 0},
    }


def _error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "error", "param": None, "code": None}}).encode()


async def _send(
    writer: asyncio.StreamWriter, status: int, body: bytes, headers: bytes = b"", only: int | None = None
) -> bool:
    head = b"HTTP/1.1 %d -\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % (status, len(body))
    writer.write(head + headers + b"\r\n" + body[:only])
    await writer.drain()
    return True


async def _serve(served: _Served) -> None:
    server = await asyncio.start_server(served.connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float)
    parser.add_argument("--faults", type=float)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    asyncio.run(_serve(_Served(options.latency, options.faults, options.seed)))
