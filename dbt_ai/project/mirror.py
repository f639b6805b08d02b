"""A project with other files: a folder of links to the files of a project, with the new ones in their places."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath


def mirror(
    root: Path, folder: Path, walked: Collection[str], files: Mapping[str, bytes | None], left_out: Collection[str]
) -> None:
    """Make `folder` look like the project at `root`, with `files` (by their paths) in it or instead of those there;
    a file that is None is not there.

    dbt looks for files in the top folders `walked`, and follows no link to a folder there, so these become folders of
    links; all else is one link each. The top entries `left_out` are not there. Nothing of `root` is written to.
    """
    for entry in root.iterdir():
        if entry.name in left_out:
            continue
        if entry.name in walked and entry.is_dir():
            _folder_of_links(entry, folder / entry.name)
        else:
            _link(entry, folder / entry.name)
    for path, content in files.items():
        file = _real(root, folder, PurePosixPath(path))
        if file.is_symlink() or file.exists():
            file.unlink()
        if content is not None:
            file.write_bytes(content)


def _folder_of_links(source: Path, folder: Path) -> None:
    folder.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _folder_of_links(Path(entry.path), folder / entry.name)
            else:
                _link(Path(entry.path), folder / entry.name)


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:  # Windows lets not everybody make links
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.is_file():
            shutil.copy2(source, target)


def _real(root: Path, folder: Path, path: PurePosixPath) -> Path:
    """The file at `path` of the mirror, all folders above which are its own: none is a link into the project."""
    place = folder
    for number, part in enumerate(path.parts[:-1], 1):
        place = place / part
        if place.is_symlink():
            place.unlink()
            _folder_of_links(root.joinpath(*path.parts[:number]), place)
        place.mkdir(exist_ok=True)
    return place / path.name
