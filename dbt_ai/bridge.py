"""From a macro to a task: what `modules.dbt_ai.call` does in our operations, and nowhere else.

Any model's Jinja can see `modules`, and compiling a model renders its Jinja, so a call counts only while one of our
operations runs, and only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

from dbt_ai.errors import DbtAiError

if TYPE_CHECKING:
    from dbt.task.run_operation import RunOperationTask

Kinds = Mapping[str, str]

_SELECTION: Kinds = {"select": "texts", "exclude": "texts", "selector": "text", "state": "text"}
_ASKING: Kinds = {
    "engine": "text",
    "effort": "text",
    "max_effort": "text",
    "max_cost": "number",
    "show_prompts": "yes or no",
    "export_requests": "text",
    "import_answers": "texts",
}
_WRITING: Kinds = {"dry_run": "yes or no", "check": "yes or no", "format": "text", "output": "text"}
ARGUMENTS: Mapping[str, Kinds] = {
    "document": {**_SELECTION, **_ASKING, **_WRITING, "strict": "yes or no"},
    "test": {**_SELECTION, **_ASKING, "severity": "text", "where": "text", **_WRITING},
    "mutate": {
        **_SELECTION,
        "format": "text",
        "output": "text",
    },
    "unit_test": {**_SELECTION, "most": "number", **_WRITING},
    "refactor": {**_SELECTION, "goal": "text", "tolerance": "number", **_ASKING, **_WRITING},
    "review": {
        "base": "text",
        "fail_on": "texts",
        "suggestions": "yes or no",
        "format": "text",
        "output": "text",
    },
    "lineage": {
        "column": "text",
        "format": "text",
        "output": "text",
    },
}

_running: ContextVar[tuple[RunOperationTask, str] | None] = ContextVar("dbt_ai_operation", default=None)


@contextmanager
def operation(task: RunOperationTask, macro_name: str) -> Iterator[None]:
    """While the body runs, one call of the macro's own command is let through, on behalf of `task`."""
    token = _running.set((task, macro_name))
    try:
        yield
    finally:
        _running.reset(token)


def check_names(macro_name: str, arguments: Mapping[str, Any]) -> None:
    """Raise dbt's error, with one sentence, where the operation does not take an argument of that name."""
    known = ARGUMENTS.get(macro_name.removeprefix("ai_"))
    unknown = sorted(name for name in arguments if known is not None and name not in known)
    if known is not None and unknown:
        names = ", ".join(unknown)
        _fail(f"{macro_name} takes no argument called {names}. It takes: {', '.join(known)}.")


def call(command: str, arguments: Mapping[str, Any]) -> None:
    """Run the job called `command` on the project of the running operation, with the arguments that were given.

    The task prints its own report; its exit code is left on dbt's task. Raises dbt's DbtRuntimeError with one
    sentence where the call is not ours to answer, is wrong, or cannot be finished.
    """
    running = _running.get()
    if running is None or running[1] != f"ai_{command}":
        _fail("modules.dbt_ai answers only to `dbt run-operation ai_...`; for anything else use the `dbtai` command.")
    _running.set(None)
    task, macro_name = running
    given = {name: value for name, value in arguments.items() if value is not None}
    check_names(macro_name, given)
    checked = {name: _checked(macro_name, name, ARGUMENTS[command][name], value) for name, value in given.items()}
    try:
        from dbt_ai.cli.operations import run
        from dbt_ai.project.live import LiveReader

        reader = LiveReader(task.config, task.manifest, graph=getattr(task, "graph", None))
        code = run(command, reader, checked)
    except DbtAiError as error:
        _fail(str(error))
    except ImportError as error:
        _fail(
            f"dbt_ai cannot run in this environment: {error}. Install it again next to dbt with "
            "`pip install --force-reinstall dbtai`."
        )
    except Exception as error:
        _fail(
            f"dbt_ai stopped on a mistake of its own, {type(error).__name__}: {error}. The traceback is in dbt's log."
        )
    task.dbt_ai_exit_code = code  # type: ignore[attr-defined]


def _checked(macro_name: str, name: str, kind: str, value: Any) -> Any:
    """The value as a task takes it: texts as a tuple. Raises on a value of another type."""
    if kind == "texts" and isinstance(value, str):
        return (value,)
    if kind == "texts" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "yes or no" and isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    wanted = {
        "texts": "a text or a list of texts",
        "text": "a text",
        "yes or no": "true or false",
        "number": "a number",
    }
    _fail(f"The argument {name} of {macro_name} must be {wanted[kind]}, not {value!r}.")


def _fail(sentence: str) -> NoReturn:
    from dbt_common.exceptions import DbtRuntimeError

    raise DbtRuntimeError(sentence)
