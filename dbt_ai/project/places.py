"""Where the properties of a node are, or where they should go: `find_places`.

A node that a property file describes stays in that file. For any other the project's own habit decides:

1. *The folder's habit.* Where other nodes of the same type and folder are described: if most of their files are one
   a node (`customers.yml`, `_customers.yml`), a file of that pattern; else the file that describes most of them.
2. *The neighbours' habit.* In the nearest folder above that has property files of that type somewhere below it, the
   pattern that most folders follow: the node's name (`{node}.yml`), the folder's name (`_{folder}__models.yml`), a
   fixed name in every folder (`schema.yml`, `_models.yml`), or one file in a folder above, of which the nearest is
   taken. So `staging/` and `marts/` may differ.
3. *The project's habit.* Where no node of that type is described: the fixed name that most property files of other
   types have, if it names no type (`schema.yml`).
4. *No habit.* `_<folder>__models.yml` beside the node (`_seeds.yml` and the like straight under the type's root
   folder), with the extension that the project's other property files have.

Sources are only ever found, since a source exists by its property file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from dbt_ai.project.values import Node
from dbt_ai.values import PropertyPlace

SECTIONS: Mapping[str, str] = {"model": "models", "source": "sources", "seed": "seeds", "snapshot": "snapshots"}


def find_places(root: Path, nodes: Iterable[Node], type_roots: Sequence[str]) -> Mapping[str, PropertyPlace]:
    """The place of every editable node among `nodes`, by unique_id.

    `type_roots` are the folders of `model-paths`, `seed-paths` and `snapshot-paths`, relative to `root`.
    """
    editable = [node for node in nodes if node.editable]
    habits = {kind: _Habits([node for node in editable if node.resource_type == kind]) for kind in SECTIONS}
    everywhere = _Habits(editable)
    extension = _extension(node.patch_path for node in editable if node.patch_path)
    places = {}
    for node in editable:
        path = node.patch_path or habits[node.resource_type].file_for(node) or everywhere.plain_file_for(node)
        path = path or _default(node, type_roots, extension)
        places[node.unique_id] = _place(root, node, path)
    return places


def with_places(root: Path, nodes: Sequence[Node], type_roots: Sequence[str]) -> list[Node]:
    """`nodes` with the places that `find_places` finds."""
    places = find_places(root, nodes, type_roots)
    return [replace(node, place=places[node.unique_id]) if node.unique_id in places else node for node in nodes]


def _place(root: Path, node: Node, path: str) -> PropertyPlace:
    known = node.patch_path is not None
    return PropertyPlace(
        path=path,
        section=SECTIONS[node.resource_type],
        name=node.source_name or node.name,
        table=node.name if node.source_name else None,
        version=node.version,
        exists=known,
        file_exists=known or (root / path).exists(),
    )


@dataclass(frozen=True)
class _Pattern:
    """How a property file is called: `{node}` or `{folder}` stands for the name, `above` for a folder further up."""

    stem: str
    extension: str
    above: bool = False

    @property
    def per_node(self) -> bool:
        return "{node}" in self.stem

    def render(self, folder: PurePosixPath, name: str) -> str:
        stem = self.stem.replace("{node}", name).replace("{folder}", folder.name)
        return str(folder / f"{stem}{self.extension}")


class _Habits:
    """What the described nodes of one resource type show of the project's habits."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        files: dict[str, list[Node]] = {}
        for node in nodes:
            if node.patch_path:
                files.setdefault(node.patch_path, []).append(node)
        self._files = files
        # By folder: the files that describe nodes of it, each with the number of these.
        self._beside: dict[PurePosixPath, Counter[str]] = {}
        for path, peers in sorted(files.items()):
            for peer in peers:
                self._beside.setdefault(_folder(peer), Counter())[path] += 1
        # A folder has one vote for each pattern, however many files it has.
        self._votes = dict.fromkeys(
            (_pattern(path, peers), PurePosixPath(path).parent) for path, peers in sorted(files.items())
        )

    def file_for(self, node: Node) -> str | None:
        """The file that the habits ask for, or None where they say nothing."""
        folder = _folder(node)
        return self._by_folder(node, folder) or self._by_neighbours(node, folder)

    def plain_file_for(self, node: Node) -> str | None:
        """The file that is called as most property files of any type are, where that is one fixed name that tells no
        type: `schema.yml`, `properties.yml`."""
        voters = Counter(pattern for pattern, _ in self._votes).most_common(1)
        if not voters:
            return None
        pattern, votes = voters[0]
        word = re.search("|".join(("{folder}", *(section[:-1] for section in SECTIONS.values()))), pattern.stem)
        if word or pattern.per_node or pattern.above or 2 * votes <= len(self._votes):
            return None
        return pattern.render(_folder(node), node.name)

    def _by_folder(self, node: Node, folder: PurePosixPath) -> str | None:
        described = [path for path, _ in self._beside.get(folder, Counter()).most_common()]
        if not described:
            return None
        per_node = [pattern for path in described if (pattern := _pattern(path, self._files[path])).per_node]
        if 2 * len(per_node) > len(described):
            return Counter(per_node).most_common(1)[0][0].render(folder, node.name)
        return described[0]

    def _by_neighbours(self, node: Node, folder: PurePosixPath) -> str | None:
        for ancestor in folder.parents:
            voters = Counter(pattern for pattern, place in self._votes if ancestor in (place, *place.parents))
            for pattern, _ in voters.most_common():
                if not pattern.above:
                    return pattern.render(folder, node.name)
                above = [path for path in sorted(self._files) if PurePosixPath(path).parent in folder.parents]
                if above:
                    return max(above, key=lambda path: (len(PurePosixPath(path).parts), len(self._files[path])))
        return None


def _pattern(path: str, described: Sequence[Node]) -> _Pattern:
    """The pattern that a property file shows by its name, its folder and the nodes it describes."""
    file = PurePosixPath(path)
    names = {node.name for node in described}
    folders = {_folder(node) for node in described}
    stem = file.stem
    pattern = _with_word(stem, next(iter(names)), "{node}") if len(names) == 1 else stem
    if pattern == stem:
        pattern = _with_word(stem, file.parent.name, "{folder}")
    return _Pattern(pattern, file.suffix, above=file.parent not in folders)


def _with_word(stem: str, word: str, placeholder: str) -> str:
    """`stem` with `placeholder` for `word`, where it stands between signs that are no letters or digits."""
    return re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", placeholder, stem) if word else stem


def _folder(node: Node) -> PurePosixPath:
    return PurePosixPath(node.original_file_path).parent


def _extension(paths: Iterable[str]) -> str:
    counted = Counter(PurePosixPath(path).suffix for path in paths)
    return counted.most_common(1)[0][0] if counted else ".yml"


def _default(node: Node, type_roots: Sequence[str], extension: str) -> str:
    folder = _folder(node)
    section = SECTIONS[node.resource_type]
    stem = f"_{section}" if str(folder) in type_roots else f"_{folder.name}__{section}"
    return str(folder / f"{stem}{extension}")
