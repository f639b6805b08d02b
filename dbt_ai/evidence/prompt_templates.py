"""The templates of prompts: ours, and those of a user's project that take the place of one of ours.

What may be replaced is how texts are to be written. The form of the answer, what counts as true, and that data is data
stand in templates that nobody can replace, and follow after what can be. A user's template comes with the project, from
a fork perhaps, and is hostile until shown otherwise: it is text with variables, `if` and blocks of ours, and nothing
else, in a sandbox; what it holds can therefore be computed in one pass, and becomes at most as long as we allow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jinja2
import jinja2.nodes
import jinja2.sandbox

from dbt_ai.errors import UsageError
from dbt_ai.evidence.hidden import hides
from dbt_ai.evidence.masking import visible

REPLACEABLE = ("document_instructions.md.jinja",)
PREFIX = "dbt_ai/"  # a template of ours, in the `extends` of a user's
MAX_FILE = 64_000  # bytes of a file of the user's
MAX_TEXT = 100_000  # characters that a template may become
MAX_DEPTH = 20
_STYLES = (".md", ".markdown", ".rst", ".txt")
_OURS = Path(__file__).parent / "prompts"
_ALLOWED = (
    jinja2.nodes.Template,
    jinja2.nodes.Output,
    jinja2.nodes.TemplateData,
    jinja2.nodes.Name,
    jinja2.nodes.Const,
    jinja2.nodes.Block,
    jinja2.nodes.Extends,
    jinja2.nodes.If,
    jinja2.nodes.Compare,
    jinja2.nodes.Operand,
    jinja2.nodes.Not,
    jinja2.nodes.And,
    jinja2.nodes.Or,
)


@dataclass(frozen=True)
class Prompts:
    """What a user's templates became: pairs of file name and text."""

    texts: tuple[tuple[str, str], ...] = ()

    def text(self, name: str) -> str | None:
        """What stands in the place of our template called `name`; None where nothing does."""
        return dict(self.texts).get(name)

    @property
    def version(self) -> str:
        """A hash of all that is replaced, empty where nothing is."""
        return hashlib.sha256(repr(self.texts).encode()).hexdigest()[:12] if self.texts else ""


@lru_cache(maxsize=32)
def template(name: str) -> jinja2.Template:
    """Our template called `name`, from the folder `prompts`."""
    return _environment(jinja2.FileSystemLoader(_OURS)).get_template(name)


@lru_cache(maxsize=1)
def own_words() -> str:
    """All that our own templates tell a model: no answer should hand it on. A company's own words may come back."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_OURS.glob("*.jinja")))


def read_prompts(root: Path, folder: str | None, variables: Mapping[str, str]) -> Prompts:
    """The templates of a user's project, rendered with `variables`. `folder` is relative to `root`.

    Raises UsageError, which names file and line, for a folder outside the project, for a template that cannot be
    replaced, and for one that cannot be read or says what a template may not say.
    """
    if folder is None:
        return Prompts()
    place = _inside(root, folder, "The folder of prompts")
    if not place.is_dir():
        raise UsageError(f"There is no folder {folder} for prompts in the project: correct the setting `prompts`.")
    found = sorted(path for path in place.iterdir() if path.suffix == ".jinja")
    unknown = [path.name for path in found if path.name not in REPLACEABLE]
    if unknown:
        raise UsageError(
            f"{folder}/{unknown[0]} cannot take the place of a prompt of ours: there is {', '.join(REPLACEABLE)}."
        )
    return Prompts(tuple((path.name, _rendered(root, folder, path.name, variables)) for path in found))


def read_house_style(root: Path, file: str | None) -> str | None:
    """The text of the company's style file, relative to `root`; None where there is none.

    It is sent to the engine as it is. So it has to lie inside the project, to be named like a text, and to be small:
    a setting that came with a project's files must not be able to send others. Raises UsageError otherwise.
    """
    if file is None:
        return None
    path = _inside(root, file, "The house style file")
    if path.suffix.lower() not in _STYLES:
        raise UsageError(f"The house style file {file} must be a text: its name ends in {', '.join(_STYLES)}.")
    return _read(path, file, "The house style file")


def _inside(root: Path, name: str, what: str) -> Path:
    try:
        root, path = root.resolve(), (root / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"{what} {name!r} cannot be read: {error}.") from error
    if not path.is_relative_to(root):
        raise UsageError(f"{what} {name} is outside of the project: put it inside, what it says is sent to the engine.")
    if any(part.startswith(".") for part in path.relative_to(root).parts):
        raise UsageError(f"{what} {name} is hidden: choose a name without a dot in front.")
    return path


def _read(path: Path, name: str, what: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{what} {name} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_FILE:
        raise UsageError(f"{what} {name} is longer than {MAX_FILE:,} bytes: shorten it, it is sent with every request.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} {name} is no text in UTF-8: save it as one.") from error
    text = text.replace("\r\n", "\n")
    line = next((n for n, line in enumerate(text.split("\n"), 1) if hides(line.replace("\t", ""))), None)
    if line is not None:
        raise UsageError(f"{what} {name}, line {line}, has characters that nobody sees: remove them.")
    return text


def _rendered(root: Path, folder: str, name: str, variables: Mapping[str, str]) -> str:
    where = f"{folder}/{name}"
    source = _read(_inside(root, where, "The prompt"), where, "The prompt")
    sources = {PREFIX + each: (_OURS / each).read_text(encoding="utf-8") for each in REPLACEABLE}
    sources[where] = source
    environment = _environment(jinja2.FunctionLoader(lambda each: (sources[each], each, None)))
    try:
        _check(environment.parse(source, where), where)
        text = ""
        for piece in environment.get_template(where).generate(variables):
            text += piece
            if len(text) > MAX_TEXT:
                raise UsageError(f"{where} becomes longer than {MAX_TEXT:,} characters: shorten it.")
    except jinja2.TemplateSyntaxError as error:
        raise UsageError(f"{where}, line {error.lineno}: {_sentence(error)}") from error
    except jinja2.UndefinedError as error:
        line = _line(error, where)
        there = ", ".join(sorted(variables))
        raise UsageError(f"{where}{line}: {_sentence(error)} There are {there}.") from error
    except jinja2.TemplateError as error:
        raise UsageError(f"{where}{_line(error, where)}: {_sentence(error)}") from error
    except (RecursionError, MemoryError, SyntaxError, ValueError) as error:
        raise UsageError(
            f"{where} cannot be read: it is nested too deeply, or has a number that is too long."
        ) from error
    if not text.strip():
        raise UsageError(f"{where} is empty: remove it, and ours is used.")
    return visible(text).strip()


def _check(node: jinja2.nodes.Node, where: str, depth: int = 0, line: int = 1) -> None:
    """Raises TemplateSyntaxError for all that a user's template may not say."""
    allowed = isinstance(node, _ALLOWED) or _is_super(node)
    line = node.lineno or line
    if isinstance(node, jinja2.nodes.Extends):
        name = node.template.value if isinstance(node.template, jinja2.nodes.Const) else None
        if name not in {PREFIX + each for each in REPLACEABLE}:
            raise jinja2.TemplateSyntaxError(f"it can extend {PREFIX}{REPLACEABLE[0]} only.", line, where)
    if not allowed or depth > MAX_DEPTH:
        what = f"a prompt is text with variables, `if`, `block`, `extends` and `super()`, and has no {_word(node)}."
        raise jinja2.TemplateSyntaxError("it is nested too deeply." if allowed else what, line, where)
    for child in node.iter_child_nodes() if not _is_super(node) else ():
        _check(child, where, depth + 1, line)


def _is_super(node: jinja2.nodes.Node) -> bool:
    if not isinstance(node, jinja2.nodes.Call) or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return False
    return isinstance(node.node, jinja2.nodes.Name) and node.node.name == "super"


def _word(node: jinja2.nodes.Node) -> str:
    words = {"Getattr": "attributes", "Getitem": "items", "Call": "calls", "For": "loops", "Filter": "filters"}
    name = type(node).__name__
    return words.get(name, f"{name.lower()}")


def _line(error: BaseException, where: str) -> str:
    """Where in the template an error was raised."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == where:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}" if line is not None else ""


def _sentence(error: jinja2.TemplateError) -> str:
    said = " ".join(str(error.message or type(error).__name__).split())[:200]
    return said if said.endswith(".") else f"{said}."


def _environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    return jinja2.sandbox.ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # the result is no HTML; delimiters are what keeps content in its place
    )
