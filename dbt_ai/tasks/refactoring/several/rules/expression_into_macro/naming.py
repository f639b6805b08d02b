"""Names of macros and their arguments, out of the names that the callers have."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sqlglot import exp

from dbt_ai.sql.expressions import Constant
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import Group

_SAYS_NOTHING = frozenset([
    "a", "an", "at", "by", "column", "date", "day", "field", "id", "is", "key", "name", "no", "num", "number", "of",
    "on", "s", "the", "to", "value",
])  # fmt: skip
RESERVED = frozenset([
    "and", "else", "endif", "false", "for", "if", "in", "is", "not", "or", "set", "true", "none", "loop", "self",
    "varargs", "kwargs", "caller", "column_name", "model", "this", "ref", "source", "config", "var", "target",
    "env_var", "log", "return", "run_query", "statement", "adapter", "api", "builtins", "execute", "exceptions",
    "flags", "graph", "modules", "dbt_version", "invocation_id", "render", "tojson", "fromjson", "toyaml",
    "fromyaml", "zip", "zip_strict", "set_strict", "range", "dict", "lipsum", "cycler", "joiner", "namespace",
    "print", "selected_resources", "thread_id", "project_name", "schema", "database",
])  # fmt: skip
_VERBS = {"lower": "lower", "upper": "upper", "trim": "trimmed", "round": "rounded", "nullif": "or_null",
          "coalesce": "or_default", "regexpreplace": "replaced", "replace": "replaced", "abs": "absolute",
          "rownumber": "row_number", "case": "case", "if": "case", "div": "ratio", "avg": "average"}  # fmt: skip
_ROLES = {"round": "decimals", "div": "factor", "mul": "factor", "eq": "value", "neq": "value", "lt": "threshold",
          "lte": "threshold", "gt": "threshold", "gte": "threshold", "case": "label", "if": "label"}  # fmt: skip
_WORD = re.compile(r"[a-z][a-z0-9]*|\d+")
_MOST_WORDS = 5


def macro_name(group: Group, taken: Collection[str]) -> str:
    """A name that no macro in `taken` (in lower case) has and Jinja does not use.

    In this order: what all callers call the result; what is common to these names, with what is common to the names of
    the columns where that is another thing (`cents_to_euros`); what the expression does.
    """
    named = [one for one in group.occurrences if not one.has_jinja] or list(group.occurrences)
    outs = [_words(one.expression.alias) if one.expression.whole else [] for one in named]
    ins = [_words(one.shape.columns[0].rpartition(".")[2]) for one in named]
    out, into = _common_end(outs), _common_end(ins)
    added = _added(ins, outs)
    if outs[0] and all(words == outs[0] for words in outs) and outs[0] != into:
        name = outs[0]
    elif added:
        name = [*added, _kind(group)] if len(added) == 1 else added
    elif _says(out) and out != into:
        name = [*into, "to", *out] if _says(into) and not set(into) & set(out) else out
    else:
        name = _done(group.occurrences[0].expression.tree)
    text = "_".join(name[:_MOST_WORDS])
    return _free(text if text[:1].isalpha() else f"expression_{text}".rstrip("_"), {*taken, *RESERVED})


def column_names(group: Group) -> list[str]:
    """Names of the arguments that stand for columns."""
    first = group.occurrences[0]
    count = len(first.shape.columns)
    if count == 1:
        return ["column"]
    roles = _roles(first.expression.tree)
    names: list[str] = []
    for number in range(count):
        words = _common_end([_words(one.shape.columns[number].rpartition(".")[2]) for one in group.occurrences])
        role = roles.get(first.shape.columns[number], f"column_{number + 1}")
        name = "_".join(words) if _says(words) and words[0].isalpha() else role
        names.append(_free(name, {*names, *RESERVED}))
    return names


def _roles(tree: exp.Expr) -> dict[str, str]:
    """What columns are for in a window, by their names in a shape."""
    found: dict[str, str] = {}
    for window in tree.find_all(exp.Window):
        for part, role in ((window.args.get("partition_by") or [], "key"), ([window.args.get("order")], "ordered_by")):
            for inner in part:
                for column in inner.find_all(exp.Column) if inner is not None else ():
                    found[".".join(one.name.casefold() for one in column.parts)] = role
    return found


def constant_name(constant: Constant, taken: Collection[str]) -> str:
    """A name of the argument that stands for a literal."""
    return _free(_ROLES.get(constant.parent, "value"), {*taken, *RESERVED})


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())


def _common_end(names: Sequence[Sequence[str]]) -> list[str]:
    found: list[str] = []
    for words in zip(*(reversed(name) for name in names), strict=False):
        if len(set(words)) > 1:
            break
        found.insert(0, words[0])
    return found


def _says(words: Sequence[str]) -> bool:
    return any(word not in _SAYS_NOTHING and not word.isdigit() for word in words)


def _added(ins: Sequence[Sequence[str]], outs: Sequence[Sequence[str]]) -> list[str]:
    """The words that all callers add to the name of the column: `email` becomes `clean_email`."""
    found: list[list[str]] = []
    for into, out in zip(ins, outs, strict=True):
        if not into or len(out) <= len(into):
            return []
        if out[-len(into) :] == into:
            found.append(list(out[: -len(into)]))
        elif out[: len(into)] == into:
            found.append(list(out[len(into) :]))
        else:
            return []
    return found[0] if found and all(words == found[0] for words in found) and _says(found[0]) else []


def _kind(group: Group) -> str:
    tree = group.occurrences[0].expression.tree
    kinds = {type(node) for node in tree.walk()}
    if kinds & {exp.Lower, exp.Upper, exp.Trim, exp.RegexpReplace, exp.Replace, exp.Concat, exp.DPipe}:
        return "text"
    return "number" if kinds & {exp.Round, exp.Div, exp.Mul, exp.Sum} else "value"


def _done(tree: exp.Expr) -> list[str]:
    """What the functions of an expression do, the outer one last."""
    words: list[str] = []
    if tree.find(exp.RowNumber):
        which = "latest" if any(one.args.get("desc") for one in tree.find_all(exp.Ordered)) else "first"
        return ["is", which, "row"] if isinstance(tree, exp.EQ) else ["row", "number", which, "first"]
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            words[:0] = _words(node.name)
        elif isinstance(node, (exp.Func, exp.Div)) and not isinstance(node, (exp.And, exp.Or, exp.If, exp.Cast)):
            words[:0] = _VERBS.get(node.key, node.key).split("_")
    return list(dict.fromkeys(words)) or ["expression"]


def _free(name: str, taken: Collection[str]) -> str:
    number, found = 2, name
    while found.casefold() in taken:
        found, number = f"{name}_{number}", number + 1
    return found
