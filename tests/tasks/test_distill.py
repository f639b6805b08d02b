"""Which texts of a project teach a student, and who wrote them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dbt_ai.distill.pairs import CORRECTION, PERSON
from dbt_ai.edits import text_hash
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Selection
from dbt_ai.tasks.distill import Teachings, teachings_of
from tests.tasks.conftest import Dbtai

MARTS = Path("models") / "marts" / "_marts.yml"


def taught(root: Path) -> Teachings:
    return teachings_of(open_project(root, root, None), Selection(), "statistics")


def rewrite(root: Path, column: str, text: str) -> None:
    """A person changes the text of a column of the marts."""
    file = root / MARTS
    before = file.read_text(encoding="utf-8")
    after = re.sub(rf"(- name: {column}\n +description: ).*", lambda found: f'{found[1]}"{text}"', before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def test_what_people_wrote_is_taught_and_what_they_made_of_ours_is_told_apart(bakery: Path, dbtai: Dbtai) -> None:
    before = taught(bakery)
    city, number = "City of the shop where the member collects.", "Number printed on the bag."
    assert {(pair.teacher, pair.text) for pair in before.pairs} == {(PERSON, city)}
    assert before.unfit == 1  # what is printed on the bag is known to nobody who sees an `order_id`
    assert dbtai(bakery, "document", "--engine", "derived").returncode == 0
    later = taught(bakery)  # the text of the bag now stands upstream, too, where it was derived; nothing else is added
    assert {(pair.teacher, pair.text) for pair in later.pairs} == {(PERSON, city), (PERSON, number)}
    rewrite(bakery, "is_collected", "True once the member has collected the order.")
    rewrite(bakery, "order_state", "State of the order. One of 'open' or 'collected'.")  # it may be cancelled, too
    found = taught(bakery)
    assert found.refuted == 1
    (corrected,) = [pair for pair in found.pairs if pair.teacher == CORRECTION]
    assert corrected.text == "True once the member has collected the order."
    assert "column: is_collected" in corrected.prompt
    assert "has collected" not in corrected.prompt


def test_a_reasoning_model_teaches_what_still_stands_as_it_wrote_it(bakery: Path, dbtai: Dbtai) -> None:
    assert dbtai(bakery, "document", "--engine", "derived").returncode == 0
    text = "True once the member has collected the order."
    rewrite(bakery, "is_collected", text)
    lock = bakery / "dbt_ai.lock"
    lines = lock.read_text(encoding="utf-8").splitlines()
    changed = []
    for line in lines:
        entry = json.loads(line)
        if entry.get("column") == "is_collected":
            entry |= {"text_hash": text_hash(text), "engine": "reasoning", "model": "large-1"}
        changed.append(json.dumps(entry))
    lock.write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")
    assert ("large-1", text) in {(pair.teacher, pair.text) for pair in taught(bakery).pairs}
