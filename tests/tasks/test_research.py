"""Research: a played model that uses the tools, on a real project with real data; and which evidence holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Request, ToolCall
from dbt_ai.errors import EngineError
from dbt_ai.evidence.prompting import document_request
from dbt_ai.evidence.research_prompt import Cite, Statement, numbered, read_statements
from dbt_ai.evidence.sharing import Share, Sharing, sharing_of
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Project
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.gathering import Gathered, columns_of, compile_scope, gather
from dbt_ai.tasks.research import Research, open_research
from dbt_ai.tasks.research.citations import check_citations
from dbt_ai.tasks.research.neighbourhood import around
from dbt_ai.tasks.research.tools import answer_query, label, read_lineage, read_node
from dbt_ai.values import Target
from tests.servers.loopback_api import LoopbackAPI, Received, Says

ORDERS = "model.bakery.orders"
CASES = yaml.safe_load((Path(__file__).parent / "research/citations.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class World:
    """A gathered project with its data open."""

    project: Project
    gathered: Gathered
    data: Data
    sharing: dict[str, Sharing]
    research: Research

    @property
    def sandbox(self) -> Sandbox:
        assert self.data.sandbox is not None
        return self.data.sandbox

    def requests(self, **more: Any) -> list[Request]:
        evidence = self.gathered.evidence[ORDERS]
        asked = document_request(evidence, columns_of(evidence), dialect="duckdb", **more)
        return self.research.requests(asked)


@pytest.fixture(scope="module")
def world(built_bakery: Path) -> Iterator[World]:
    reader = open_project(built_bakery)
    project = reader.project
    scope = compile_scope(reader, [ORDERS])
    with Data(project) as data:
        gathered = gather(project, [ORDERS], scope, data.sandbox)
        sharing = sharing_of(project.nodes, gathered.evidence)
        with open_research(project, gathered.evidence, sharing) as research:
            yield World(project, gathered, data, sharing, research)


def engine(api: LoopbackAPI, shape: str) -> OpenAIEngine:
    settings = EngineSettings(model="played", base_url=api.base_url, api=shape)
    return OpenAIEngine(settings, {"DBTAI_API_KEY": "sk-canary-0123456789"})


def statement(text: str, *cites: dict[str, Any]) -> dict[str, Any]:
    empty = {"node": None, "line": None, "column": None, "query": None}
    return {"text": text, "cites": [{**empty, **cite} for cite in cites]}


@pytest.mark.parametrize("shape", ["responses", "chat"])
def test_a_model_that_uses_tools_has_its_statements_checked(shape: str, world: World) -> None:
    sql = "SELECT count(*) AS n, count(*) FILTER (WHERE order_total IS NULL) AS missing FROM orders"

    def script(received: Received) -> Any:
        results = [text for role, text in received.messages if role == "tool"]
        if not results:
            calls = (
                ("query_data", json.dumps({"sql": sql})),
                ("read_node", json.dumps({"name": "stg_orders"})),
                ("query_data", json.dumps({"sql": "SELECT * FROM orders"})),
            )
            return Says(None, calls=calls)
        (found,) = [match[1] for result in results if (match := re.match(r"(q[0-9a-f]{6}):\n", result))]
        line = next(int(m[1]) for m in re.finditer(r"(\d+) \| .*'collected' as is_collected", received.messages[1][1]))
        answer: dict[str, Any] = {"model_description": [], "columns": {}}
        for name in columns_of(world.gathered.evidence[ORDERS]):
            answer["columns"][name] = []
        answer["columns"]["is_collected"] = [
            statement("True where the order was collected.", {"kind": "sql", "node": "orders", "line": line}),
            statement("Flag of great beauty.", {"kind": "sql", "node": "orders", "line": 1}),
        ]
        answer["columns"]["order_total"] = [
            statement("Sum of `line_total` over the lines of the order.", {"kind": "query", "query": found}),
            statement("Never below 12345 pounds.", {"kind": "query", "query": found}),
        ]
        return answer

    with LoopbackAPI(script) as api:
        (request,) = world.requests()
        asked = engine(api, shape)
        answer = asked.answer(request)
        assert b"sk-canary" not in b"".join(received.body for received in api.received)
    assert [call.name for call in answer.tool_calls] == ["query_data", "read_node", "query_data"]
    assert answer.tool_calls[2].result.startswith("Refused:")
    checker = Checker(world.project, world.gathered.evidence, world.data)
    columns = columns_of(world.gathered.evidence[ORDERS])
    judged = {
        each.target.column: each
        for each in world.research.judge(ORDERS, answer, columns, "reasoning", "played", checker)
    }
    assert set(judged) == {"is_collected", "order_total"}
    collected, total = judged["is_collected"], judged["order_total"]
    assert collected.text is not None
    assert collected.text.text == "True where the order was collected."
    assert [citation.compact for citation in collected.text.citations] == ["model.bakery.orders:17"]
    assert [(text, verdict.reason) for text, verdict in collected.refused] == [("Flag of great beauty.", "not-cited")]
    assert total.text is not None
    (citation,) = total.text.citations
    assert (citation.kind, citation.number, citation.query) == ("query", 1, sql)
    assert citation.result is not None
    assert citation.result.startswith("n = ")
    assert [verdict.reason for _, verdict in total.refused] == ["not-cited"]


def test_the_same_research_is_the_same_question(world: World) -> None:
    first, again = world.requests(), world.requests()
    assert [request.key("m") for request in first] == [request.key("m") for request in again]
    (request,) = first
    assert request.background
    assert request.effort == "high"
    assert {tool.name for tool in request.tools} == {"read_node", "read_lineage", "query_data"}
    for tool in request.tools:
        assert tool.parameters["additionalProperties"] is False
        assert tool.parameters["required"] == list(tool.parameters["properties"])


def test_the_prompt_begins_with_what_never_changes_and_numbers_the_lines(world: World) -> None:
    evidence = world.gathered.evidence[ORDERS]
    plain = document_request(evidence, columns_of(evidence), dialect="duckdb")[0]
    (request,) = world.requests()
    assert request.instructions.startswith(plain.instructions)
    code = request.prompt.split("\n")[0].rpartition(" ")[2].rstrip(".")
    assert code not in plain.prompt
    assert f"END nodes around {code}" in request.prompt
    assert request.prompt.count(plain.prompt.split("\n")[0].rpartition(" ")[2].rstrip(".")) == 0
    shown = request.prompt.partition(f"BEGIN compiled SQL {code}\n")[2].partition(f"\nEND compiled SQL {code}")[0]
    assert shown.startswith("   1 | with lines as (")
    assert request.prompt.rstrip().endswith("in all.")


def test_where_nothing_may_be_told_there_is_no_query(world: World) -> None:
    evidence = world.gathered.evidence
    silent = sharing_of(world.project.nodes, evidence, Share.NOTHING)
    with open_research(world.project, evidence, silent) as research:
        (request,) = research.requests(
            document_request(evidence[ORDERS], columns_of(evidence[ORDERS]), share="nothing")
        )
    assert {tool.name for tool in request.tools} == {"read_node", "read_lineage"}
    assert "token" not in request.prompt.partition("BEGIN nodes around")[2]


def test_the_tools_tell_what_is_not_there(world: World) -> None:
    near = around(world.project, world.gathered.evidence, ORDERS, world.sharing)
    assert "stg_orders" in read_node(near, "nosuch")
    assert "nothing called" in read_node(near, "")
    assert "order_total" in read_lineage(near, "orders", "nosuch")
    assert "nothing called" in read_lineage(near, "nosuch", "id")
    assert "stg_order_lines.line_total" in read_lineage(near, "orders", "order_total")
    assert "   1 | " in read_node(near, "ORDERS")
    assert read_node(near, "raw_members").startswith("raw_members: seed")
    assert answer_query(near, "select count(*) from nosuch", world.sandbox.run).startswith("Refused:")


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['statement'][:30]}" for n, case in enumerate(CASES, 1)])
def test_evidence_holds_where_it_is_there_and_mentions_the_statement(case: dict[str, Any], world: World) -> None:
    near = around(world.project, world.gathered.evidence, ORDERS, world.sharing)
    calls = [
        ToolCall(number, "query_data", {"sql": sql}, answer_query(near, sql, world.sandbox.run))
        for number, sql in enumerate(case.get("asked", ()), 1)
    ]
    labels = {f"q{number}": label(sql) for number, sql in enumerate(case.get("asked", ()), 1)}
    cites = [Cite(**{**cite, "query": labels.get(cite.get("query"), cite.get("query"))}) for cite in case["cites"]]
    found = check_citations(Statement(case["statement"], tuple(cites)), Target(ORDERS, case["column"]), near, calls)
    compact = [citation.compact for citation in found]
    assert len(compact) == len(case["holds"])
    assert all(has.startswith(expected) for has, expected in zip(compact, case["holds"], strict=True)), compact


def test_a_line_that_only_the_compiled_sql_has_is_called_so(world: World) -> None:
    near = around(world.project, world.gathered.evidence, ORDERS, world.sharing)
    line = next(n for n, text in enumerate(near.lines(ORDERS), 1) if "stg_order_lines" in text)
    cited = Statement("Sum over the order lines.", (Cite("sql", "orders", line),))
    (citation,) = check_citations(cited, Target(ORDERS, "order_total"), near, ())
    assert citation.compact == f"{ORDERS}:compiled:{line}"


def test_a_line_is_that_of_the_file_as_it_is(world: World, tmp_path: Path) -> None:
    near = around(world.project, world.gathered.evidence, ORDERS, world.sharing)
    file = tmp_path / "orders.sql"
    file.write_text("\n\n" + near.files[ORDERS].read_text(encoding="utf-8"), encoding="utf-8")
    cited = Statement("True where the order was collected.", (Cite("sql", "orders", 17),))
    moved = replace(near, files={ORDERS: file})
    (citation,) = check_citations(cited, Target(ORDERS, "is_collected"), moved, ())
    assert citation.compact == f"{ORDERS}:19"
    gone = replace(near, files={ORDERS: tmp_path / "gone.sql"})
    (citation,) = check_citations(cited, Target(ORDERS, "is_collected"), gone, ())
    assert citation.compact == f"{ORDERS}:17"


@pytest.mark.parametrize(
    "content",
    [
        {"columns": {"nosuch": [statement("X.")]}},
        {"columns": []},
        {"columns": {"order_id": [statement("x" * 5000)]}},
    ],
)
def test_answers_that_cannot_be_used(content: dict[str, Any]) -> None:
    with pytest.raises(EngineError):
        read_statements(Answer(content, "reasoning", "played"), ["order_id"])


def test_statements_of_any_shape_are_read_or_left_out() -> None:
    content = {
        "model_description": None,
        "columns": {"a": [statement("One.\nTwo."), {"text": 3}, "x", statement("  ")], "b": "a text", "c": []},
    }
    found = read_statements(Answer(content, "reasoning", "played"), ["a", "b", "c"])
    assert found == {"a": (Statement("One. Two.", ()),)}


def test_long_sql_keeps_its_numbers() -> None:
    shown = numbered([f"column_{n}," for n in range(1, 10_001)], 2_000)
    assert len(shown) < 2_100
    assert "   1 | column_1," in shown
    assert "10000 | column_10000," in shown
    assert "lines left out" in shown
