"""How a server is spoken to, and what is left out of the next try when it says what it does not understand. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.values import EFFORTS

APIS = ("responses", "chat")
LIMITS = ("max_output_tokens", "max_completion_tokens", "max_tokens")  # of tokens, by the names they go by


@dataclass(frozen=True)
class Dialect:
    """What a server has turned out to understand.

    `api` is "responses" or "chat". `schema` is how the form of the answer is asked for: "strict" and "plain" JSON
    schema, any JSON "object", or in the instructions only, "none"; `schema_with_tools` whether it may stand beside
    tools. `efforts` pairs an effort that the model does not have with the one to ask for instead. `limit` is the name
    of the limit of tokens, `most_tokens` the highest one that the model takes. `store` says whether "do not store
    this" is said, `encrypted` whether thinking comes back encrypted, so that it can be given back with what a tool
    returned, `system` whether instructions have a role of their own.
    """

    api: str
    schema: str = "strict"
    schema_with_tools: bool = True
    effort: bool = True
    efforts: tuple[tuple[str, str], ...] = ()
    limit: str = "max_output_tokens"
    most_tokens: int | None = None
    store: bool = True
    tools: bool = True
    strict_tools: bool = True
    encrypted: bool = True
    background: bool = True
    system: bool = True

    def effort_for(self, wanted: str) -> str:
        """The effort to ask for where a request wants `wanted`."""
        instead = dict(self.efforts)
        for _ in EFFORTS:
            wanted = instead.get(wanted, wanted)
        return wanted

    def tokens_for(self, wanted: int) -> int:
        """The limit of tokens to ask for where a request wants `wanted`."""
        return wanted if self.most_tokens is None else min(wanted, self.most_tokens)


def first_dialect(api: str, at_openai: bool) -> Dialect:
    """The richest dialect that a server nobody asked before is likely to understand. `at_openai` is whether it is
    OpenAI's or Azure's."""
    if api == "responses":
        return Dialect("responses")
    return Dialect(
        "chat",
        limit="max_completion_tokens" if at_openai else "max_tokens",
        store=at_openai,  # other servers store nothing, and some refuse what they do not know
        schema_with_tools=at_openai,  # where a grammar enforces it, the model could not call a tool
        background=False,
    )


@dataclass(frozen=True)
class Refusal:
    """An answer with an HTTP status of 300 or more, in the server's words: `said` for a person, `told` all of it that
    can name a parameter, in small letters."""

    status: int
    said: str
    told: str
    code: str = ""

    def names(self, *words: str) -> bool:
        """Whether one of the words is in it."""
        return any(word in self.told for word in words)


def refusal_of(status: int, body: Any) -> Refusal:
    """A refusal from the body as it was decoded, in any of the forms in which servers tell errors: `{"error": {...}}`
    as OpenAI, the inner part alone, a text, `{"detail": [...]}` as pydantic."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(inner, Mapping):
        return Refusal(status, str(inner or ""), str(inner or "").casefold())
    detail = inner.get("detail")
    if isinstance(detail, list):
        # the part "input" of pydantic's errors repeats what was sent, which may name anything
        lines = [f"{_dotted(each.get('loc'))}: {each.get('msg')}" for each in detail if isinstance(each, Mapping)]
        said = "; ".join(lines)
    else:
        said = str(inner.get("message") or detail or inner)
    code = str(inner.get("code") or "")
    told = " ".join([said, code, str(inner.get("param") or ""), str(inner.get("type") or "")])
    return Refusal(status, said, told.casefold(), code)


def _dotted(steps: Any) -> str:
    return ".".join(str(step) for step in steps) if isinstance(steps, (list, tuple)) else ""


def model_missing(refusal: Refusal) -> bool:
    """Whether the server says that it does not have the model."""
    if refusal.code in ("model_not_found", "DeploymentNotFound"):
        return True
    missing = ("not found", "does not exist", "not exist", "unknown model", "invalid model")
    about_a_model = refusal.names("model", "deployment") and not refusal.names("<html")
    return refusal.status in (400, 404) and about_a_model and refusal.names(*missing)


def simpler(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    """The dialect for the next try after `refusal` of the body `sent`; None where it names nothing that could be left
    out or said differently."""
    if model_missing(refusal):
        return None
    if refusal.status in (404, 405, 501):
        other = "chat" if dialect.api == "responses" else "responses"
        return _without(dialect, refusal, sent) or first_dialect(other, at_openai=False)
    if refusal.status in (400, 422) or (refusal.status == 500 and refusal.names(*_UNKNOWN)):
        return _without(dialect, refusal, sent)
    return None


# of a 500 that will stay one, however often it is asked for again
_UNKNOWN = ("unsupported", "not supported", "not support", "requires --", "not implemented", "unknown param")
_SCHEMA = ("response_format", "response format", "json_schema", "json_object", "text.format", "structured", "grammar")
_TOOLS = ("tools", "tool_choice", "tool choice", "tool use", "tool call", "function call", "functions")
_EFFORT = ("reasoning", "thinking", "think value", "effort")
_VALUE = ("unsupported_value", "supported values", "unsupported value", "think value", "should be", "must be")
_SYSTEM = ("system role", "role system", "role 'system'", "system message", "roles must alternate")


def _without(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    found = (rule(dialect, refusal, sent) for rule in _RULES)
    return next((simple for simple in found if simple is not None), None)


def _limit(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    if not refusal.names(*LIMITS, "completion tokens", "in the completion"):
        return None
    used = int(sent.get(dialect.limit) or 0)
    most = re.search(r"(?:at most|maximum(?: value)? (?:of|is)|less than or equal to|<=) (\d+)", refusal.told)
    context = re.search(r"maximum context length is (\d+)", refusal.told)
    if most and not context and int(most[1]) < used:
        return replace(dialect, most_tokens=int(most[1]))
    if context:
        half = int(context[1]) // 2  # the other half is for the question
        return replace(dialect, most_tokens=half) if half < used else None
    other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}.get(dialect.limit)
    return replace(dialect, limit=other) if other and refusal.names(*LIMITS) else None


def _encrypted(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    named = "include" in sent and refusal.names("include", "encrypted")
    return replace(dialect, encrypted=False) if named else None


def _effort(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    wanted = sent.get("reasoning_effort") or (sent.get("reasoning") or {}).get("effort")
    if not wanted or not refusal.names(*_EFFORT):
        return None
    about_the_value = (
        "unsupported_value",
        "supported values",
        "unsupported value",
        "think value",
        "should be",
        "must be",
    )
    if refusal.names(*about_the_value):
        tried = {effort for effort, _ in dialect.efforts} | {wanted}
        instead = _nearest(wanted, _listed(refusal.told), tried)
        if instead is not None:
            return replace(dialect, efforts=(*dialect.efforts, (wanted, instead)))
    return replace(dialect, effort=False)


def _listed(told: str) -> tuple[str, ...]:
    """The efforts that an error lists as the ones there are."""
    after = re.split(r"supported values|should be|must be|one of", told, maxsplit=1)
    words = set(re.findall(r"[a-z]+", after[1])) if len(after) > 1 else set()
    return tuple(effort for effort in EFFORTS if effort in words)


def _nearest(wanted: str, listed: tuple[str, ...], tried: set[str]) -> str | None:
    if wanted not in EFFORTS:
        return None
    place = EFFORTS.index(wanted)
    # without a list, the next lower one; "none" would switch the thinking off
    open_ones = [effort for effort in listed or EFFORTS[1:place] if effort not in tried]
    return min(open_ones, key=lambda effort: (abs(EFFORTS.index(effort) - place), effort == "none"), default=None)


def _background(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    named = "background" in sent and refusal.names("background")
    return replace(dialect, background=False) if named else None


def _store(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    named = "store" in sent and re.search(r"\bstore\b", refusal.told)
    return replace(dialect, store=False) if named else None


def _tools(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    if "tools" not in sent or not refusal.names(*_TOOLS):
        return None
    if dialect.schema_with_tools and dialect.schema in ("strict", "plain") and refusal.names(*_SCHEMA):
        return replace(dialect, schema_with_tools=False)
    if dialect.strict_tools and refusal.names("strict"):
        return replace(dialect, strict_tools=False)
    return replace(dialect, tools=False)


def _schema(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    if not ({"response_format", "text"} & set(sent)) or not refusal.names(*_SCHEMA, "strict"):
        return None
    if dialect.schema == "strict" and refusal.names("strict"):
        return replace(dialect, schema="plain")
    return replace(dialect, schema="none" if dialect.schema == "object" else "object")


def _system(dialect: Dialect, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
    named = dialect.system and "messages" in sent and refusal.names(*_SYSTEM)
    return replace(dialect, system=False) if named else None


_Rule = Callable[[Dialect, Refusal, Mapping[str, Any]], "Dialect | None"]
_RULES: tuple[_Rule, ...] = (_limit, _encrypted, _effort, _background, _store, _tools, _schema, _system)
