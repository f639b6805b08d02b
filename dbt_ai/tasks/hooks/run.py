"""One hook over the files of a change: `docs`, `tests` or `refs`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dbt_ai.project.files.adapter import adapter_of
from dbt_ai.project.files.opened import Change, open_changes
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched, touched_models
from dbt_ai.values import HookFinding, Target

HOOKS = ("docs", "tests", "refs")


@dataclass
class HookReport:
    """What a hook has to tell: findings in the order of their files, and whole sentences about what it could not see.
    Paths are as seen from the working directory."""

    hook: str
    findings: list[HookFinding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def run_hook(
    hook: str, files: Sequence[str], *, fix: bool = False, environment: Mapping[str, str] | None = None
) -> HookReport:
    """Looks at what the change under way touches of `files`, and with `fix` writes what is derived without data.

    Raises ProjectError for a project or a lock file that cannot be read, UsageError for wrong settings, and EditError
    where a file cannot be written.
    """
    report = HookReport(hook)
    for change in open_changes(files, environment):
        if not change.focus:
            continue
        adapter = adapter_of(change.root, change.layout.profile)
        now, before = Reader(change.now, adapter), Reader(change.before, adapter)
        touched = touched_models(change)
        found: list[HookFinding | str] = [*_broken(change)]
        found = found or [*_looked(hook, change, now, before, touched, environment)]
        findings = [one for one in found if isinstance(one, HookFinding)]
        if fix and findings:
            from dbt_ai.tasks.hooks.fixing import fixed

            findings = fixed(hook, change, now, touched, findings)
        told = [*change.notices, *(one for one in found if isinstance(one, str))]
        report.findings += [replace(one, path=_seen(change.root, one.path)) for one in _unique(findings)]
        report.notices += dict.fromkeys(told)
    report.findings.sort(key=lambda one: (one.path, one.line, one.code, str(one.target)))
    return report


def _looked(
    hook: str,
    change: Change,
    now: Reader,
    before: Reader,
    touched: Sequence[Touched],
    environment: Mapping[str, str] | None,
) -> Iterable[HookFinding | str]:
    if hook == "docs":
        from dbt_ai.project.settings import read_settings
        from dbt_ai.tasks.hooks.docs import Docs

        needed = read_settings(change.root, environment=environment).hook_docs
        return Docs(change, now, before, touched, needed).findings()
    if hook == "tests":
        from dbt_ai.tasks.hooks.data_tests import DataTests

        return DataTests(change, now, before, touched).findings()
    from dbt_ai.tasks.hooks.refs import Refs

    return Refs(change, now, before, touched).findings()


def _broken(change: Change) -> Iterable[HookFinding]:
    """Property files that cannot be read: what they say, and so what is missing, is then not known."""
    for path in change.focus:
        file = change.now.properties(path) if change.layout.kind(path) == "properties" else None
        if file is not None and file.problem:
            sentence = f"the YAML cannot be read: {file.problem}; mend it"
            yield HookFinding(path, file.problem_line, "broken-file", Target(""), sentence)


def _unique(findings: Iterable[HookFinding]) -> list[HookFinding]:
    return list({(one.path, one.line, one.code, one.target, one.sentence): one for one in findings}.values())


def _seen(root: Path, path: str) -> str:
    """The path as seen from the working directory, for an editor to open."""
    return Path(os.path.relpath(root / path)).as_posix()
