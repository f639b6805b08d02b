"""Where students lie: the user's cache folder, one folder a student, and which one is in use."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from dbt_ai.engines.local.errors import StudentError

IN_USE = "in_use.json"
CARD = "student.json"


@dataclass(frozen=True)
class Installed:
    """A student on this machine: its name, its GGUF file, the file's SHA-256 and licence, and where it is from."""

    name: str
    file: Path
    sha256: str
    licence: str
    source: str
    memory_mb: int


@dataclass(frozen=True)
class InUse:
    """Which student answers, and with which adapter: "starter", the path of a GGUF file, or None for none."""

    name: str
    adapter: str | None = "starter"


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all students: DBTAI_STUDENTS_DIR, else the user's cache folder. It need not exist."""
    own = environ.get("DBTAI_STUDENTS_DIR")
    return Path(own).expanduser() if own else Path(platformdirs.user_cache_dir("dbtai")) / "students"


def installed() -> list[Installed]:
    """The students on this machine, by name. A folder without a whole card is none."""
    found = []
    for card in sorted(folder().glob(f"*/{CARD}")):
        try:
            known = json.loads(card.read_text(encoding="utf-8"))
            student = Installed(**{**known, "file": card.parent / known["file"]})
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if student.file.is_file():
            found.append(student)
    return found


def installed_as(name: str) -> Installed:
    """The installed student called `name`. Raises StudentError where there is none."""
    students = installed()
    for student in students:
        if student.name == name:
            return student
    there = f" There are {', '.join(one.name for one in students)}." if students else ""
    raise StudentError(f"The student {name} is not installed: run dbtai student install {name}.{there}")


def keep(student: Installed) -> None:
    """Writes the card of a student whose weights lie in its folder: only now is it installed."""
    known = {**asdict(student), "file": student.file.name}
    _write(folder() / student.name / CARD, json.dumps(known, indent=1))


def remove(name: str) -> int:
    """Removes a student; returns the bytes that are free now. Raises StudentError where there is none."""
    student = installed_as(name)
    size = student.file.stat().st_size
    shutil.rmtree(student.file.parent)
    used = in_use()
    if used is not None and used.name == name:
        (folder() / IN_USE).unlink(missing_ok=True)
    return size


def keep_adapter(student: Installed, file: Path, name: str) -> Path:
    """Copies an adapter beside the student's weights, called `name`, where it stays when its first file goes."""
    content = file.read_bytes()
    target = student.file.parent / "adapters" / hashlib.sha256(content).hexdigest()[:8] / f"{name}.gguf"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(".writing")
        half.write_bytes(content)
        half.replace(target)
    except OSError as error:
        raise StudentError(f"{target} cannot be written: {error.strerror}.") from error
    return target


def in_use() -> InUse | None:
    """Which student answers; None where none is chosen."""
    try:
        return InUse(**json.loads((folder() / IN_USE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def use(chosen: InUse) -> None:
    """Makes a student the one that answers. Raises StudentError where it is not installed."""
    installed_as(chosen.name)
    _write(folder() / IN_USE, json.dumps(asdict(chosen)))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".writing")
        half.write_text(text + "\n", encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise StudentError(f"{path} cannot be written: {error.strerror}.") from error
