"""What the head of a GGUF file says: the architecture of a model, and whether the file is an adapter.

Format: the GGUF specification of ggml, version 2 and 3. Only the metadata before the first large array is read: the
library `gguf` reads all of it, which for a vocabulary takes seconds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dbt_ai.engines.local.errors import StudentError

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes of a value by its type
_MOST_TEXT = 1_000_000  # bytes
_MOST_PAIRS = 200  # looked at


@dataclass(frozen=True)
class Head:
    """`architecture` such as "llama" or "qwen2"; `is_adapter` where the file changes a model and is none itself."""

    architecture: str
    is_adapter: bool


def read_head(path: Path) -> Head:
    """The head of the file. Raises StudentError where it is no GGUF file, or a broken one."""
    try:
        with path.open("rb") as file:
            return _head(file, path)
    except OSError as error:
        raise StudentError(f"{path} cannot be read: {error.strerror}.") from error


def _head(file: BinaryIO, path: Path) -> Head:
    if file.read(4) != _MAGIC:
        raise StudentError(f"{path} is no GGUF file: give the path of a model in llama.cpp's format.")
    found: dict[str, str] = {}
    try:
        version, _, count = struct.unpack("<IQQ", file.read(20))
        if version not in (2, 3):
            raise StudentError(f"{path} is GGUF of version {version}, and only 2 and 3 are known: update dbtai.")
        for _ in range(min(count, _MOST_PAIRS)):
            name, kind = _text(file), struct.unpack("<I", file.read(4))[0]
            if kind == _STRING:
                found[name] = _text(file)
            elif kind == _ARRAY:
                break  # the vocabulary: what is looked for stands before it
            else:
                file.seek(_SIZES[kind], 1)
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        raise StudentError(f"{path} is a broken GGUF file: fetch it again.") from error
    if "general.architecture" not in found:
        raise StudentError(f"{path} does not say for which architecture it is: fetch it again.")
    return Head(found["general.architecture"], found.get("general.type") == "adapter")


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _MOST_TEXT:
        raise struct.error("text too long")
    return file.read(length).decode("utf-8")
