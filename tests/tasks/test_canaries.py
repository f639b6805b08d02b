"""Canaries: secrets and personal values in every place of a real project, none of which a server may ever see.

Each channel carries a harmless marker beside its canary. The marker does arrive, which shows that the test can fail;
where a channel reaches no prompt at all, that is said, and holds for its marker, too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dbt_ai.demo import PROJECT
from tests.integration_project.build import run_dbt
from tests.servers.loopback_api import LoopbackAPI, error, filled

KEY = "dbtai-canary-of-the-key-0123456789"
SELECTED = ("stg_people", "read_people", "people_history", "source:raw")
LEVELS = ("nothing", "statistics", "samples")
TOKEN = "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@dataclass(frozen=True)
class Data:
    """A column of `people`: its name, the canary in it as SQL and as text; and a column of `things` of the same type
    with a marker, which is `seen` from statistics on, unless values of that type are never shown. `private` is False
    where the canary is no more than a rare value, which `samples` may show."""

    column: str
    sql: str
    canary: str
    twin: str = "'{marker}'"
    seen: bool = True
    private: bool = True


DATA = {
    "e-mail": Data("email", "'canary.data@example.org'", "canary.data@example.org"),
    "phone": Data("mobile", "'+49 341 7654321'", "341 7654321"),
    "first name": Data("first_name", "'Canaryna'", "Canaryna"),
    "name in German": Data("nachname", "'Kanarienvogel'", "Kanarienvogel"),
    "IBAN": Data("konto", "'DE89 3704 0044 0532 0130 00'", "3704 0044"),
    "card": Data("paid_with", "'4111 1111 1111 1111'", "4111 1111"),
    "IP address": Data("seen_from", "'203.0.113.77'", "203.0.113.77"),
    "address": Data("lives_at", "'Canaryallee 7'", "Canaryallee"),
    "national id": Data("reference", "'501.349.465-61'", "501.349.465-61"),
    "token": Data("remote", f"'{TOKEN}'", TOKEN),
    "date of birth": Data("birth_date", "date '1987-06-05'", "1987-06-05", "date '2021-02-03'"),
    "salary": Data("salary", "123456.78::double", "123456.78", "98765.43::double"),
    "free text": Data("comment", "'Canary words'", "Canary words"),
    "contact by its values": Data(
        "how", "case when i < 10 then 'canary.how@example.org' else 'web' end", "canary.how@"
    ),
    "declared as personal": Data("nick", "'Canarynick'", "Canarynick"),
    "struct": Data("payload", "{'who': 'canarystruct'}", "canarystruct", "{'who': '{marker}'}", False),
    "list": Data("labels", "['canarylist']", "canarylist", "['{marker}']", False),
    "JSON as text": Data("document", """'{"who": "canaryjson"}'""", "canaryjson", """'{"who": "{marker}"}'""", False),
    "blob": Data("raw", "'canaryblob'::blob", "canaryblob", "'{marker}'::blob", False),
    "rare value": Data("state", "case when i < 3 then 'canaryrare' else 'open' end", "canaryrare", private=False),
    "many values": Data("title", "'canarytitle' || i", "canarytitle", private=False),
    "identifier": Data("group_id", "'canarygroup' || (i % 2)", "canarygroup", private=False),
}


@dataclass(frozen=True)
class Text:
    """A place for text that people write: puts a text there. `reaches` is whether it is told to a model."""

    put: Callable[[Project, str], None]
    reaches: bool = True


@dataclass
class Project:
    """What is written into the project's files."""

    comment: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    docs: str = ""
    where: list[str] = field(default_factory=list)
    settings: str = ""
    profile: str = ""
    style: str = ""


def comment(project: Project, text: str) -> None:
    project.comment += f"-- {text}\n"


def literal(project: Project, text: str) -> None:
    project.where.append(f"state <> '{text}'")


def variable(project: Project, text: str) -> None:
    project.settings += f"vars:\n  of_the_project: {json.dumps(text)}\n"
    project.where.append("""state <> '{{ var("of_the_project") }}'""")


def place(name: str) -> Callable[[Project, str], None]:
    return lambda project, text: project.properties.__setitem__(name, text)


def accepted(project: Project, text: str) -> None:
    project.properties["accepted"] = ["open", *SECRETS.values(), text.partition(" ")[0]]


def doc_block(project: Project, text: str) -> None:
    project.docs = f"{{% docs told %}}{text}{{% enddocs %}}\n"


def style(project: Project, text: str) -> None:
    project.style = text


def profile(project: Project, text: str) -> None:
    project.profile = text


TEXTS = {
    "SQL comment": Text(comment),
    "SQL literal": Text(literal),
    "variable": Text(variable),
    "source's description": Text(place("source")),
    "column's description upstream": Text(place("source_column")),
    "sibling's description": Text(place("sibling")),
    "doc block": Text(doc_block),
    "accepted values": Text(accepted),
    "house style": Text(style),
    "meta of a model": Text(place("meta"), reaches=False),
    "meta of a column": Text(place("column_meta"), reaches=False),
    "tag": Text(place("tag"), reaches=False),
    "exposure": Text(place("exposure"), reaches=False),
    "another target of the profile": Text(profile, reaches=False),
}
SECRETS = {
    "e-mail": "canary.text@example.org",
    "card": "5500 0000 0000 0004",
    "IBAN": "GB82 WEST 1234 5698 7654 32",
    "token": "glpat-abcDEF123456ghiJKL78",
    "environment": "correct-horse.battery",
    "word of the environment": "xylophonist",
}
ENVIRONMENT = {
    "WAREHOUSE_PASSWORD": SECRETS["environment"],
    "DBT_ENV_SECRET_WORD": SECRETS["word of the environment"],
    "RENDERED_TOKEN": "rendered.canary/7",
    "HARMLESS_SETTING": "marker_environment",
}


def marker(name: str) -> str:
    return "marker_" + "".join(c if c.isalnum() else "_" for c in name.lower())


def literal_of(data: Data, name: str) -> str:
    return data.twin.replace("{marker}", marker(name))


def make_data(path: Path) -> None:
    people = ", ".join(f"{data.sql} as {data.column}" for data in DATA.values())
    things = ", ".join(
        f"{literal_of(data, name)} as kind_{number}" for number, (name, data) in enumerate(DATA.items(), 1)
    )
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table people as select i as person_number, {people} from range(60) t(i)")
        connection.execute(f"create table things as select i as thing_number, {things} from range(60) t(i)")


PROPERTIES = """
version: 2
sources:
  - name: raw
    schema: main
    description: %(source)s
    tables:
      - name: people
        description: %(source)s
        columns:
          - {name: first_name, description: %(source_column)s}
          - {name: nick, meta: {dbt_ai: {personal: true}}}
      - name: things
models:
  - name: stg_people
    meta: {owner: %(meta)s}
    config: {tags: [%(tag)s]}
    columns:
      - {name: state, description: %(sibling)s, meta: {note: %(column_meta)s}}
      - name: phase
        data_tests:
          - accepted_values: {arguments: {values: %(accepted)s}}
      - {name: reachable, description: "{{ doc('told') }}"}
      - {name: how, description: "Set by {{ env_var('RENDERED_TOKEN') }} and {{ env_var('HARMLESS_SETTING') }}."}
exposures:
  - name: board
    type: dashboard
    owner: {name: %(exposure)s, email: canary.owner@example.org}
    description: %(exposure)s
    depends_on: [ref('stg_people')]
snapshots:
  - name: people_history
    relation: source('raw', 'people')
    config: {unique_key: person_number, strategy: check, check_cols: [state]}
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project with a marker and every canary in every channel, built."""
    folder = Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("canaries") / "bakery"))
    project = Project()
    for name, text in TEXTS.items():
        text.put(project, f"{marker(name)} {' '.join(SECRETS.values())}")
    make_data(folder / "bakery.duckdb")
    quoted = {name: json.dumps(text) for name, text in project.properties.items()}
    (folder / "models/_canaries.yml").write_text(PROPERTIES % quoted, encoding="utf-8")
    (folder / "models/docs.md").write_text(project.docs, encoding="utf-8")
    where = " and ".join(
        [
            *project.where,
            """state <> '{{ env_var("HARMLESS_SETTING") }}'""",
            """state <> '{{ env_var("RENDERED_TOKEN") }}'""",
        ]
    )
    (folder / "models/stg_people.sql").write_text(
        f"{project.comment}select first_name as label, email as reachable, nick as handle, state, title, how,\n"
        f"case when state = 'open' then state end as phase, salary * 2 as twice\n"
        f"from {{{{ source('raw', 'people') }}}} where {where} and label <> 'Canaryna'\n",
        encoding="utf-8",
    )
    (folder / "models/read_people.sql").write_text(
        "select label as shown, handle as called, how from {{ ref('stg_people') }} where called = 'Canarynick'\n",
        encoding="utf-8",
    )
    with (folder / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write(f"\n{project.settings}")
    (folder / "style.md").write_text(project.style, encoding="utf-8")
    (folder / "dbt_ai.yml").write_text("house_style: style.md\n", encoding="utf-8")
    profiles = (folder / "profiles.yml").read_text(encoding="utf-8")
    other = f"    other:\n      type: duckdb\n      path: {json.dumps(project.profile)}\n"
    (folder / "profiles.yml").write_text(profiles.rstrip() + "\n" + other, encoding="utf-8")
    os.environ.update(ENVIRONMENT)
    try:
        run_dbt(folder, "build", "--select", *SELECTED)
    finally:
        for name in ENVIRONMENT:
            del os.environ[name]
    return folder


@dataclass(frozen=True)
class Run:
    """One run of the command: what the server received, in bytes and as text, and what was printed and written."""

    folder: Path
    sent: bytes
    told: str
    printed: str
    code: int
    headers: tuple[str, ...]


def document(folder: Path, api: LoopbackAPI, level: str) -> Run:
    environment = {**os.environ, **ENVIRONMENT, "DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played"}
    environment |= {"DBTAI_API_KEY": KEY, "DBTAI_SHARE": level, "DBT_DEBUG": "true", "DBT_LOG_LEVEL": "debug"}
    program = [sys.executable, "-c", "from dbt_ai.cli import main; main()", "--debug", "document"]
    options = ["--engine", "reasoning", "--select", *SELECTED]
    done = subprocess.run(
        [*program, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    posts = [received for received in api.received if received.method == "POST"]
    told = "\n".join(text for received in posts for _, text in received.messages)
    told += "\n" + "\n".join(json.dumps(received.schema, ensure_ascii=False) for received in posts)
    headers = tuple(str({k: v for k, v in r.headers.items() if k != "authorization"}) for r in api.received)
    bodies = b"\n".join(received.path.encode() + b"\n" + received.body for received in api.received)
    return Run(folder, bodies, told, done.stdout + done.stderr, done.returncode, headers)


@pytest.fixture(scope="module")
def runs(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The run at each level, made when it is first asked for."""
    made: dict[str, Run] = {}

    def at(level: str) -> Run:
        if level not in made:
            folder = Path(shutil.copytree(planted, tmp_path_factory.mktemp(level) / "bakery"))
            with LoopbackAPI(lambda received: filled(received, lambda name: None)) as api:
                run = document(folder, api, level)
            assert run.code == 0, run.printed
            made[level] = run
        return made[level]

    return at


def seen(run: Run, text: str) -> bool:
    return text in run.told or text.encode() in run.sent or json.dumps(text)[1:-1].encode() in run.sent


@pytest.mark.parametrize("name", DATA)
def test_no_canary_in_the_data_is_sent(runs: Callable[[str], Run], name: str) -> None:
    data = DATA[name]
    levels = [level for level in LEVELS if data.private or level != "samples"]
    assert [level for level in levels if seen(runs(level), data.canary)] == []


@pytest.mark.parametrize("name", DATA)
def test_a_column_that_tells_nothing_of_anybody_is_shown(runs: Callable[[str], Run], name: str) -> None:
    data = DATA[name]
    number = list(DATA).index(name) + 1
    shown = literal_of(data, name).removeprefix("date ").removesuffix("::double").strip("'")
    expected = ["statistics", "samples"] if data.seen else []
    assert [level for level in LEVELS if seen(runs(level), shown if data.seen else marker(name))] == expected
    assert seen(runs("statistics"), f'"kind_{number}"')


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("level", LEVELS)
def test_no_canary_in_a_text_is_sent(runs: Callable[[str], Run], level: str, secret: str) -> None:
    assert not seen(runs(level), SECRETS[secret])


@pytest.mark.parametrize("level", LEVELS)
def test_what_the_environment_rendered_into_sql_and_descriptions_is_not_sent(
    runs: Callable[[str], Run], level: str
) -> None:
    assert not seen(runs(level), ENVIRONMENT["RENDERED_TOKEN"])
    assert not seen(runs(level), "canary.owner@example.org")
    assert seen(runs(level), ENVIRONMENT["HARMLESS_SETTING"])


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_beside_the_canary_arrives(runs: Callable[[str], Run], name: str) -> None:
    assert seen(runs("statistics"), marker(name)) is TEXTS[name].reaches


def test_at_nothing_there_are_no_statistics(runs: Callable[[str], Run]) -> None:
    told = runs("nothing").told
    prompts = told[told.index("BEGIN node") :]
    for words in ("data today:", "rows today:", "null_share", "BEGIN findings in the data"):
        assert words not in prompts, words
        assert words in runs("statistics").told or words == "BEGIN findings in the data"


@pytest.mark.parametrize("level", LEVELS)
def test_the_key_is_in_its_header_and_nowhere_else(runs: Callable[[str], Run], level: str) -> None:
    run = runs(level)
    assert KEY.encode() not in run.sent
    assert KEY not in "".join(run.headers)
    assert KEY not in run.printed
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert {"ledger", "cache"} <= {word for path in files for word in ("ledger", "cache") if word in path.name}
    assert any(path.name == "dbt.log" for path in files)
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_the_key_is_in_no_error(planted: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(planted, tmp_path / "bakery"))
    with LoopbackAPI(lambda received: error(401, f"Incorrect API key provided: {KEY}, for {received.headers}")) as api:
        run = document(folder, api, "statistics")
        assert any(KEY in received.headers.get("authorization", "") for received in api.received)
    assert run.code == 3
    assert KEY not in run.printed
    assert [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()] == []
