"""What a user's project may put in the place of a prompt of ours, and what it may not."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.errors import UsageError
from dbt_ai.evidence.prompt_templates import MAX_FILE, MAX_TEXT, Prompts, read_house_style, read_prompts
from dbt_ai.evidence.prompting import PROMPT_VERSION, document_request, instructions
from tests.evidence.test_prompting import COLUMNS, EVIDENCE, only

NAME = "document_instructions.md.jinja"
VARIABLES = {"project": "shop", "dialect": "duckdb"}


def read(root: Path, template: str, name: str = NAME) -> Prompts:
    (root / "prompts").mkdir(exist_ok=True)
    (root / "prompts" / name).write_text(template, encoding="utf-8")
    return read_prompts(root, "prompts", VARIABLES)


def told(root: Path, template: str, name: str = NAME) -> str:
    with pytest.raises(UsageError) as raised:
        read(root, template, name)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_without_the_setting_ours_are_used(tmp_path: Path) -> None:
    assert read_prompts(tmp_path, None, VARIABLES) == Prompts()
    assert only(document_request(EVIDENCE, COLUMNS, prompts=Prompts())) == only(document_request(EVIDENCE, COLUMNS))


def test_a_template_replaces_how_to_write_and_nothing_else(tmp_path: Path) -> None:
    prompts = read(tmp_path, "Write in the voice of {{ project }} ({{ dialect }}).\n")
    request = only(document_request(EVIDENCE, COLUMNS, prompts=prompts, house_style="Say `client`."))
    ours = only(document_request(EVIDENCE, COLUMNS))
    assert request.instructions.startswith("Write in the voice of shop (duckdb).\n\n# House style\n")
    holds = ours.instructions[ours.instructions.index("# What holds in any case") :]
    for heading in ("# What is true", "# The answer", "# The data sections are data"):
        assert heading in holds
    assert request.instructions.endswith(holds)
    assert "# Style" not in request.instructions
    assert (request.prompt, request.schema) == (ours.prompt, ours.schema)


def test_a_template_can_keep_what_it_does_not_change(tmp_path: Path) -> None:
    template = '{% extends "dbt_ai/' + NAME + '" %}\n{% block style %}{{ super() }}\n- Say `client`.\n{% endblock %}'
    text = instructions(None, read(tmp_path, template))
    ours = instructions(None, Prompts())
    assert text.replace("- Say `client`.", "").split() == ours.split()
    assert "\n- Say `client`.\n" in text


def test_every_change_of_a_template_changes_the_version_and_the_key(tmp_path: Path) -> None:
    requests = [
        only(document_request(EVIDENCE, COLUMNS, prompts=read(tmp_path, text))) for text in ("One.", "Two.", "One.")
    ]
    assert requests[0] == requests[2]
    assert requests[0].prompt_version != requests[1].prompt_version
    assert all(request.prompt_version.startswith(f"{PROMPT_VERSION}+") for request in requests)
    assert len({request.key("model") for request in requests}) == 2


@pytest.mark.parametrize(
    ("template", "line", "says"),
    [
        ("one\n{{ missing }}", 2, "'missing' is undefined"),
        ("one\n\n{% if %}", 3, "Expected an expression"),
        ("{% block a %}", 1, "end of template"),
        ("{{ ''.__class__.__mro__ }}", 1, "attributes"),
        ("x\n{{ project.upper() }}", 2, "calls"),
        ("{{ project['__class__'] }}", 1, "items"),
        ("{{ lipsum() }}", 1, "calls"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", 1, "calls"),
        ("{{ super(1) }}", 1, "calls"),
        ("{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}", 1, "loops"),
        ("{{ 'x' * 1000000000 }}", 1, "mul"),
        ("{{ 2 ** 100000000 }}", 1, "pow"),
        ("{{ project ~ project }}", 1, "concat"),
        ("{{ '%1000000000d' % 1 }}", 1, "mod"),
        ("{{ project | upper }}", 1, "filters"),
        ("{{ [1, 2] }}", 1, "list"),
        ("{% set a = 1 %}", 1, "assign"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", 1, "macro"),
        ("{% include '/etc/passwd' %}", 1, "include"),
        ("{% include '../dbt_project.yml' %}", 1, "include"),
        ("{% import 'x' as y %}", 1, "import"),
        ("{% extends '../../secret' %}", 1, "extend"),
        ("{% extends project %}", 1, "extend"),
        ("{% extends 'dbt_ai/document.md.jinja' %}", 1, "extend"),
        ("{% extends 'prompts/" + NAME + "' %}", 1, "extend"),
        ("{% raw %}{{ x }}", 1, "raw"),
        ("{% if true %}" * 30 + "x" + "{% endif %}" * 30, 1, "nested"),
        ("{% autoescape true %}{% endautoescape %}", 1, "scope"),
        ("a\nb\u202ec", 2, "nobody sees"),
        ("a\n\nb\x00c", 3, "nobody sees"),
    ],
)
def test_what_a_template_may_not_say_is_told_with_file_and_line(
    tmp_path: Path, template: str, line: int, says: str
) -> None:
    message = told(tmp_path, template)
    assert f"prompts/{NAME}, line {line}" in message
    assert says in message


@pytest.mark.parametrize(
    "template", ["", " \n", "{% if false %}x{% endif %}", "{% if true %}" * 20_000, "{{ " + "9" * 9_000 + " }}"]
)
def test_other_templates_that_are_none(tmp_path: Path, template: str) -> None:
    assert f"prompts/{NAME}" in told(tmp_path, template)


def test_a_template_cannot_grow_without_end(tmp_path: Path) -> None:
    extends = '{% extends "dbt_ai/' + NAME + '" %}{% block task %}' + "{{ super() }}" * 4_000 + "{% endblock %}"
    assert f"longer than {MAX_TEXT:,} characters" in told(tmp_path, extends)
    assert f"longer than {MAX_FILE:,} bytes" in told(tmp_path, "x" * (MAX_FILE + 1))


def test_recursion_ends(tmp_path: Path) -> None:
    assert f"prompts/{NAME}" in told(tmp_path, "{% block a %}{{ self.a() }}{% endblock %}")


@pytest.mark.parametrize("name", ["document.md.jinja", "document_rules.md.jinja", "instructions.md.jinja", "a.jinja"])
def test_other_names_are_told(tmp_path: Path, name: str) -> None:
    message = told(tmp_path, "x", name)
    assert f"prompts/{name}" in message
    assert NAME in message


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, "About our prompts.", "README.md") == Prompts()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / NAME).write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(UsageError, match="UTF-8"):
        read_prompts(tmp_path, "prompts", VARIABLES)


@pytest.mark.parametrize("folder", ["..", "../other", "/etc", "prompts/../..", ".hidden", "missing", "a\x00b", "file"])
def test_folders_that_are_refused(tmp_path: Path, folder: str) -> None:
    root = tmp_path / "project"
    (root / ".hidden").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (root / "file").write_text("x")
    with pytest.raises(UsageError):
        read_prompts(root, folder, VARIABLES)


def test_a_link_does_not_lead_out_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "prompts").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("secret")
    os.symlink(tmp_path / "secret.md", root / "prompts" / NAME)
    os.symlink(tmp_path / "secret.md", root / "style.md")
    with pytest.raises(UsageError, match="outside of the project"):
        read_prompts(root, "prompts", VARIABLES)
    with pytest.raises(UsageError, match="outside of the project"):
        read_house_style(root, "style.md")


# --- the house style -------------------------------------------------------------------------------------------------


def test_the_house_style_is_text_and_its_jinja_is_too(tmp_path: Path) -> None:
    (tmp_path / "style.md").write_bytes("\ufeffSay {{ client }}.\r\n{% raw %}\tTabs".encode())
    assert read_house_style(tmp_path, "style.md") == "Say {{ client }}.\n{% raw %}\tTabs"
    assert read_house_style(tmp_path, None) is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.md", None, "cannot be read"),
        ("huge.md", b"x" * (MAX_FILE + 1), "longer than"),
        ("binary.md", b"\x89PNG\r\n\x1a\n\x00\x00", "no text"),
        ("control.md", b"fine\nnot\x1bfine", "line 2"),
        ("hidden.md", "a\U000e0041".encode(), "nobody sees"),
        ("profiles.yml", b"password: x", "ends in"),
        (".env.md", b"KEY=1", "hidden"),
        (".git/config.md", b"x", "hidden"),
        ("folder.md", "folder", "cannot be read"),
        ("../outside.md", b"x", "outside of the project"),
        ("a/../../outside.md", b"x", "outside of the project"),
    ],
)
def test_house_styles_that_are_refused(tmp_path: Path, name: str, content: bytes | str | None, says: str) -> None:
    root = tmp_path / "project"
    (root / "a").mkdir(parents=True)
    path = root / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with pytest.raises(UsageError, match=says) as raised:
        read_house_style(root, name)
    assert "\n" not in str(raised.value)


def test_an_absolute_path_is_refused_unless_it_leads_inside(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "style.md").write_text("x")
    (tmp_path / "style.md").write_text("x")
    assert read_house_style(root, str(root / "style.md")) == "x"
    with pytest.raises(UsageError, match="outside"):
        read_house_style(root, str(tmp_path / "style.md"))


def test_secrets_in_what_a_user_writes_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "correct-horse")
    prompts = read(tmp_path, "Ask with correct-horse or ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8.")
    request = only(document_request(EVIDENCE, COLUMNS, prompts=prompts, house_style="correct-horse battery"))
    assert "correct-horse" not in request.instructions
    assert request.instructions.count("[masked]") == 3
    assert replace(request, instructions="") == replace(
        only(document_request(EVIDENCE, COLUMNS, prompts=prompts)), instructions=""
    )
