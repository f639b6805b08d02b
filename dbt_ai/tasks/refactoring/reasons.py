"""Why SQL stays as it is: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.checks.equivalence.reasons import REASONS as COMPARING

MODELS: Mapping[str, str] = MappingProxyType(
    {
        "no-sql": "The SQL of the node could not be compiled or parsed.",
        "python-model": "Python models are not refactored.",
        "package-model": "The model belongs to a package; it is not this project's to change.",
        "jinja-too-much": "The SQL between the Jinja of the file is not one SELECT that sqlglot can parse.",
        "file-differs": "The file is not what dbt has read; run dbt again without partial parsing.",
        "branches-differ": "An incremental model with other SQL for its first run than for later ones, by design.",
        "hook-side-effects": "A hook of the model writes something, so that rows that are the same may not be enough.",
        "non-deterministic": "The SQL gives other rows each time, so that nothing can be said of another one.",
        "sampling": "The SQL takes a sample, so that nothing can be said of another one.",
        "other-warehouse": "Queries are compared on DuckDB, where SQL of this warehouse would mean something else.",
        "no-live-dbt": "New SQL is compiled by dbt before it is written, which takes dbt 1 beside dbtai.",
    }
)
"""Of whole models."""

CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "comment-in-the-way": "A comment stands where it would be lost, or would be about something else.",
        "jinja-in-the-way": "Jinja stands where it would be lost, or would come to stand under another condition.",
        "unusual-layout": "The lines cannot be moved without a change of what stands in them.",
        "circular-reference": "The model would read what is made from it.",
        "private-model": "The relation is a private model of another group, or of a package.",
        "not-compiled": "dbt cannot compile the model with the change.",
        "not-translated": "The SQL cannot be said in DuckDB's with the same meaning, so nothing can be compared.",
        "engines-differ": "DuckDB finds no difference, but the two texts work something out in two ways.",
        "other-columns-there": "The warehouse itself cannot run the new text, or gives it other columns.",
        "no-key": "Nothing says which columns tell the rows of the model apart, and are never NULL.",
        "several-times": "Several columns could say when a row came, and none or more than one is named for it.",
        "has-unit-tests": "The model has unit tests, which would have to give it another input, or say how it runs.",
        "no-unit-test": "There is no unit test for each way in which the model would run that passes in dbt.",
        "put-back": "The change was written before, and somebody has put it back.",
        "other-node": "Another node or test of the project would be gone, or would be built in another way.",
        "new-node": "What is new is no table, view or ephemeral model of plain SQL and no seed, so that nothing can "
        "stand for it while the SQL is compared.",
        "other-file": "A file that is there and is neither a model nor a property file would change.",
        "macro-asks": "The macro asks what kind of run it is in, and is compiled in one kind only.",
        "test-fails": "The test that comes with the change does not pass.",
        "no-macro-test": "No values were found on which a test of the macro could fail.",
        "no-model": "The SQL of no model would change.",
    }
)
"""Of single changes, besides those of comparing queries."""

ASKING: Mapping[str, str] = MappingProxyType(
    {
        "masked-file": "The file has something that is not sent to an engine, such as an address, a key or a name.",
        "file-too-long": "The file is too long to be sent to an engine as a whole.",
        "many-conditions": "The file has so many conditions that not every choice of them can be compiled.",
        "line-ends": "The file has line ends of two kinds.",
        "with-unit-tests": "Unit tests give rows to what the model reads today, which would be other models.",
    }
)
"""Of models that no engine is asked about, besides those of comparing queries."""

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "too-long": "The answer is much longer than the model.",
        "hidden-characters": "The answer has characters that nobody sees.",
        "foreign-jinja": "The answer has Jinja that the file does not have.",
        "lost-jinja": "Jinja of the file is not in the answer, and would no longer decide anything.",
        "config-changed": "The answer has another config().",
        "comment-lost": "A comment of the file is not in the answer.",
        "made-up-words": "The answer has a comment, a number or a text that the file does not have.",
        "not-one-select": "The answer is not one SELECT that sqlglot can parse.",
        "other-relations": "The answer reads a relation that the model does not read.",
        "unit-tested": "Unit tests give rows to what the model reads, and the answer reads something else.",
        "bad-name": "A new model of the answer has a name that cannot be.",
        "no-gain": "The answer gains nothing for the goal.",
    }
)
"""Of texts that an engine answered with."""

MENDABLE = frozenset({*ANSWERS, "not-compiled", "query-failed", "other-columns", "other-columns-there"})
"""Why an answer is not written that an engine can do something about: it is told, and asked again."""

REASONS: Mapping[str, str] = MappingProxyType({**COMPARING, **MODELS, **CHANGES, **ASKING, **ANSWERS})
