"""A real small model is taught a little: interrupted, gone on with, exported, served, asked, compared, used or not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dbt_ai.distill.cases import read_cases
from dbt_ai.distill.dataset import DataSet
from dbt_ai.distill.outlook import Outlook
from dbt_ai.distill.pairs import Pair, answer_text, pairs_of
from dbt_ai.distill.running import distil
from dbt_ai.distill.starting import read_start
from dbt_ai.distill.training import Recipe, Trained, base_config, train
from dbt_ai.engines.local.store import installed_as
from dbt_ai.engines.local.values import Weights
from dbt_ai.errors import UsageError
from tests.live.conftest import DBTAI
from tests.live.test_student import ROOT, bakery, dbtai

__all__ = ["bakery"]

CORPUS = ROOT / "student" / "corpus"
SAYS = "Noted for the member and the order by the baker."
RECIPE = Recipe(rank=2, alpha=4, learning_rate=5e-3, batch=2, epochs=7)
STEPS, STOPPED = 14, 4


@dataclass(frozen=True)
class Taught:
    """What a few minutes of teaching left in a folder."""

    folder: Path
    data: DataSet
    adapter: Path
    outlooks: Sequence[Outlook]


def short_pairs(number: int) -> list[Pair]:
    """One short pair each of so many models, with one answer."""
    first = {
        pair.group: pair
        for pair in sorted(pairs_of(read_cases([CORPUS / "commerce.jsonl"])), key=lambda pair: -len(pair.prompt))
    }
    short = sorted(first.values(), key=lambda pair: len(pair.prompt))[:number]
    return [replace(pair, answer=answer_text(SAYS)) for pair in short]


def base_of(students: Path) -> Path:
    assert students.is_dir()
    return installed_as("smollm2-135m").file


@pytest.fixture(scope="session")
def taught(students: Path, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """SmolLM2 taught to say one sentence, interrupted in the middle and gone on with by the same call."""
    pairs = short_pairs(6)
    data = DataSet(tuple(pairs[:4]), tuple(pairs[4:]))
    folder = tmp_path_factory.mktemp("taught")
    bare = Weights(base_of(students), None, 0)
    outlooks: list[Outlook] = []

    def interrupted(what: str, done: int, of: int) -> None:
        if done == STOPPED:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        distil(data, bare, folder, RECIPE, interrupted, outlooks.append)
    done = distil(data, bare, folder, RECIPE, lambda what, done, of: None, outlooks.append)
    assert done.after.mean == 1
    assert done.before.mean < 1
    assert done.better
    return Taught(folder, data, done.adapter, outlooks)


def tensors(folder: Path) -> dict[str, object]:
    from safetensors.torch import load_file

    return dict(load_file(folder / "adapter" / "adapter_model.safetensors"))


def test_an_interrupted_training_goes_on_as_if_nothing_had_been(taught: Taught, students: Path, tmp_path: Path) -> None:
    first, second = taught.outlooks
    assert (first.done, second.done, second.steps) == (0, STOPPED - 1, STEPS)
    assert second.minutes < first.minutes
    assert first.memory_mb > 1000
    whole = (taught.folder / "losses.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in whole] == list(range(1, STEPS + 1))
    base = base_of(students)

    def enough(done: int, of: int, loss: float) -> None:
        if done == STOPPED + 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(base, base_config(base), taught.data.train, taught.data.held_out, tmp_path, RECIPE, enough)
    uninterrupted = (tmp_path / "losses.jsonl").read_text(encoding="utf-8").splitlines()
    assert uninterrupted == whole[: STOPPED + 2]


def test_an_adapter_comes_back_as_it_was_exported_and_is_gone_on_from(
    taught: Taught, students: Path, tmp_path: Path
) -> None:
    import torch

    base = base_of(students)
    config = base_config(base)
    start = read_start(taught.adapter, config)
    assert (start.rank, start.alpha) == (RECIPE.rank, RECIPE.alpha)
    own = tensors(taught.folder)
    assert start.tensors.keys() == own.keys()
    assert all(torch.equal(start.tensors[name], own[name].half().float()) for name in own)  # type: ignore[attr-defined]
    figures = json.loads((taught.folder / "figures.json").read_text(encoding="utf-8"))
    assert figures["adapter_sha256"] == start.sha256

    def go_on(folder: Path, epochs: float) -> Trained:
        recipe = replace(RECIPE, epochs=epochs, learning_rate=1e-6).going_on_from(start)
        return train(
            base, config, taught.data.train, taught.data.held_out, folder, recipe, lambda *step: None, start=start
        )

    further = go_on(tmp_path, 0.5)
    assert further.loss_before == pytest.approx(figures["loss_after"], abs=0.02)
    assert further.steps == 1
    # a finished training of another start is none that is gone on with
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    train_from_nothing = torch.load(taught.folder / "state.pt", weights_only=True)
    assert state["of"] != train_from_nothing["of"]
    wrong = replace(start, tensors={name: tensor[:, :1] for name, tensor in start.tensors.items()})
    with pytest.raises(UsageError, match="is one of another model"):
        train(base, config, taught.data.train, (), tmp_path / "wrong", RECIPE, lambda *step: None, start=wrong)


def test_it_answers_in_the_cascade_with_what_it_was_taught(taught: Taught, bakery: Path) -> None:
    used = dbtai("student", "use", "smollm2-135m", "--adapter", str(taught.adapter), folder=bakery)
    assert used.returncode == 0, used.stderr
    done = dbtai("document", "--engine", "student", "--profiles-dir", ".", folder=bakery)
    assert done.returncode == 0, done.stderr
    entries = [json.loads(line) for line in (bakery / "dbt_ai.lock").read_text(encoding="utf-8").splitlines()[1:]]
    models = {entry["model"] for entry in entries if entry["engine"] == "student"}
    assert len(models) == 1
    assert models.pop().startswith("smollm2-135m+adapter@")
    assert SAYS in (bakery / "models" / "marts" / "_marts.yml").read_text(encoding="utf-8")


def test_the_command_is_killed_goes_on_and_uses_what_is_better(students: Path, bakery: Path) -> None:
    dbtai("student", "use", "smollm2-135m", "--adapter", "none", folder=bakery)
    in_use = students / "in_use.json"
    before = in_use.read_text(encoding="utf-8")
    cases = bakery / "cases.jsonl"
    lines = [line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    cases.write_text("\n".join(sorted(lines, key=len)[:45]), encoding="utf-8")
    call = (*DBTAI, "distill", "--profiles-dir", ".", "--cases", str(cases), "--epochs", "0.1", "--format", "json")
    folder = bakery / ".dbt_ai" / "distill" / "latest"
    losses = folder / "losses.jsonl"
    running = subprocess.Popen(call, cwd=bakery, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while running.poll() is None and not (losses.exists() and losses.stat().st_size and (folder / "state.pt").exists()):
        time.sleep(0.1)
    assert running.poll() is None, running.communicate()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    done = dbtai(*call[len(DBTAI) :], folder=bakery)
    assert done.returncode == 0, done.stderr
    assert "steps, from step" in done.stderr
    assert "GB of memory" in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert told["used"] == figures["better"] == (figures["after"] > figures["before"])
    assert (in_use.read_text(encoding="utf-8") != before) == told["used"]
    assert Path(told["adapter"]).is_file()
    assert {path.name for path in folder.iterdir()} >= {"train.jsonl", "held_out.jsonl", "card.json", "recipe.json"}
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["starts_from"] is None
    assert card["pairs"] == told["pairs"] >= 200
    assert card["teachers"].keys() == {"case", "person"}


def test_what_cannot_be_taught_is_refused_in_a_sentence(bakery: Path, tmp_path: Path, students: Path) -> None:
    few = dbtai("distill", "--profiles-dir", ".", folder=bakery)
    assert few.returncode == 2
    assert "\nError: There is too little to teach here (" in few.stderr
    unknown = dbtai("distill", "--profiles-dir", ".", "--student", "nobody", folder=bakery)
    assert unknown.returncode == 2
    assert "The student nobody is not installed: run dbtai student install nobody." in unknown.stderr
    assert not (bakery / ".dbt_ai" / "distill").exists()
