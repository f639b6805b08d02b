"""GGUF files with a head and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path


def write(path: Path, architecture: str, *, adapter: bool = False, size: int = 0, version: int = 3) -> Path:
    """A GGUF file that says for which architecture it is, `size` bytes long where its head is shorter."""
    pairs = [_text("general.architecture") + struct.pack("<I", 8) + _text(architecture)]
    pairs.append(_text("general.file_type") + struct.pack("<II", 4, 2))
    if adapter:
        pairs.append(_text("general.type") + struct.pack("<I", 8) + _text("adapter"))
    pairs.append(_text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 1) + _text("word"))
    head = b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)
    path.write_bytes(head.ljust(size, b"\0"))
    return path


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()
