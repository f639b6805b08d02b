"""Our plugin for dbt 1.x: it brings our macros into every project and lets them, and nothing else, reach Python.

dbt makes one instance per invocation, so every patch is made once and marked. A patch that this dbt's internals do
not allow is left out: the macros say so when somebody calls them, and no other command notices.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import dbt.context.base
from dbt.adapters.factory import FACTORY, get_adapter
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin

PACKAGE = "dbt_ai"
_MARK = "_dbt_ai_patch"

# Whether the project at hand brings its own copy of our macros, through packages.yml or because it is our package.
_own_copy = False


class DbtAiPlugin(dbtPlugin):
    """dbt's handle on us. It has none of dbt's hooks, because `get_nodes` breaks `--use-v2-parser`."""

    def initialize(self) -> None:
        """Patch dbt; never raises. dbt calls it before it loads a project's packages."""
        for patch in (_bring_macros, _mind_own_copy, _expose_bridge, _run_operations_offline):
            with suppress(Exception):
                patch()


def package_root() -> Path:
    """The folder of our dbt package: inside the wheel, or the repository for an editable install.

    Raises FileNotFoundError where neither is there.
    """
    here = Path(__file__).resolve().parent
    for root in (here / "include", here.parent):
        if (root / "dbt_project.yml").is_file() and (root / "macros").is_dir():
            return root
    raise FileNotFoundError("the macros of dbt_ai are missing; reinstall dbtai")


def _patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace `owner.name` by `make(original)`, once."""
    original = getattr(owner, name)
    if getattr(original, _MARK, False):
        return
    replacement = wraps(original)(make(original))
    setattr(replacement, _MARK, True)
    setattr(owner, name, replacement)


def _bring_macros() -> None:
    """Our macros join dbt's internal packages, as those of an adapter do, so that packages.yml need not name us."""
    FACTORY.packages[PACKAGE] = package_root()

    def make(original: Callable[..., list[str]]) -> Callable[..., list[str]]:
        def get_adapter_package_names(*args: Any, **kwargs: Any) -> list[str]:
            names = list(original(*args, **kwargs))
            # Last, so that macros of the project, of its packages, of dbt and of the adapter win over ours.
            return names if _own_copy or PACKAGE in names else [*names, PACKAGE]

        return get_adapter_package_names

    _patch(FACTORY, "get_adapter_package_names", make)


def _mind_own_copy() -> None:
    """Two packages with one name are an error in dbt: our copy steps back where the project has one."""
    from dbt.config.runtime import RuntimeConfig

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def load_dependencies(self: RuntimeConfig, *args: Any, **kwargs: Any) -> Any:
            global _own_copy  # noqa: PLW0603 - one project at a time is all that dbt's own globals allow
            with suppress(Exception):
                installed = Path(self.project_root, self.packages_install_path, PACKAGE)
                _own_copy = self.project_name == PACKAGE or installed.exists()
            return original(self, *args, **kwargs)

        return load_dependencies

    _patch(RuntimeConfig, "load_dependencies", make)


def _expose_bridge() -> None:
    """`modules.dbt_ai.call` in Jinja. The bridge itself is loaded by the first call, and refuses all but ours."""

    def call(command: str, arguments: dict[str, Any]) -> None:
        from dbt_ai import bridge

        bridge.call(command, arguments)

    def make(original: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        def get_context_modules() -> dict[str, Any]:
            return {**original(), PACKAGE: {"call": call}}

        return get_context_modules

    _patch(dbt.context.base, "get_context_modules", make)


def _run_operations_offline() -> None:
    """Our operations run without a transaction, so that no warehouse has to be reached, and give their exit code.

    Stock run-operation begins and commits a transaction around any macro, and its error handling rolls back, which
    connects again and hides the error.
    """
    flags: Any = get_flags()  # type: ignore[no-untyped-call]
    if getattr(flags, "WHICH", None) != "run-operation":
        return  # dbt loads the task's module for this command only, and so do we
    from dbt.task.run_operation import RunOperationTask

    def make_run_unsafe(original: Callable[..., Any]) -> Callable[..., Any]:
        def _run_unsafe(self: Any, package_name: str | None, macro_name: str) -> Any:
            macro = self.manifest.find_macro_by_name(macro_name, self.config.project_name, package_name)
            if macro is None or macro.package_name != PACKAGE or not macro_name.startswith("ai_"):
                return original(self, package_name, macro_name)
            from dbt.clients.jinja import MacroGenerator
            from dbt.context.providers import generate_runtime_macro_context

            from dbt_ai import bridge

            arguments = self.args.args or {}
            bridge.check_names(macro_name, arguments)
            with get_adapter(self.config).connection_named(f"macro_{macro_name}"), bridge.operation(self, macro_name):
                context = generate_runtime_macro_context(macro, self.config, self.manifest, package_name)
                return MacroGenerator(macro, context)(**arguments)

        return _run_unsafe

    def make_run(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: Any) -> Any:
            results = original(self)
            code = getattr(self, "dbt_ai_exit_code", 0)
            if code:
                _mark_failed(self, results, code)
            return results

        return run

    _patch(RunOperationTask, "_run_unsafe", make_run_unsafe)
    _patch(RunOperationTask, "run", make_run)


def _mark_failed(task: Any, results: Any, code: int) -> None:
    """Let dbt exit with 1 after a report that ends in `code`.

    An exception would do as well, but dbt logs one to stdout even under `--quiet`, after the JSON.
    """
    from dbt.artifacts.schemas.results import RunStatus

    sentence = {
        1: "there are findings, see the report",
        3: "unfinished, run it again to go on",
    }.get(code, "failed, see the report")
    result = results.results[0]
    result.status, result.failures, result.message = RunStatus.Error, 1, f"{sentence} (exit code {code})"
    if task.args.write_json:
        results.write(os.path.join(task.config.project_target_path, "run_results.json"))
    sys.stdout.flush()
    macro_name = result.unique_id.rpartition(".")[2]
    print(f"{macro_name}: {result.message}", file=sys.stderr)
