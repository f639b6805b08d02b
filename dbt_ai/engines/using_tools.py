"""The tools that a model may use while it thinks: its wishes checked, counted and fulfilled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dbt_ai.engines.reading import InvalidAnswer, parsed_object, shortened, violation
from dbt_ai.engines.talk import Call
from dbt_ai.engines.values import Request, ToolCall


def use_tools(request: Request, calls: Sequence[Call], before: int) -> tuple[tuple[ToolCall, ...], tuple[str, ...]]:
    """Makes the calls that the request still allows after `before` of them.

    Returns those that were made, and the text for each call in its order. A call with arguments that break the tool's
    schema, or of a tool that is not there, is told so, and counts: a model could go on with such for ever.
    """
    allowed = max(0, request.max_tool_calls - before)
    made: list[ToolCall] = []
    for number, call in enumerate(calls[:allowed], before + 1):
        arguments, result = _result(request, call)
        made.append(ToolCall(number, shortened(call.name), arguments, result))
    refused = f"Not done: {request.max_tool_calls} uses of tools were allowed, and are over. Answer with what you know."
    return tuple(made), (*(one.result for one in made), *[refused] * (len(calls) - len(made)))


def _result(request: Request, call: Call) -> tuple[Mapping[str, Any], str]:
    tool = next((tool for tool in request.tools if tool.name == call.name), None)
    if tool is None:
        names = ", ".join(tool.name for tool in request.tools)
        return {}, f"There is no tool {shortened(call.name)!r}. There are: {names}."
    try:
        arguments = parsed_object(call.arguments or "{}")
    except InvalidAnswer as invalid:
        told = str(invalid).replace("the answer is", "they are")
        return {}, f"The arguments of {tool.name} cannot be used: {told}."
    wrong = violation(arguments, tool.parameters).replace("the answer", "the arguments")
    if wrong:
        return arguments, f"The arguments of {tool.name} do not follow its schema: {wrong}."
    return arguments, tool.call(arguments)
