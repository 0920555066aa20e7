"""Every model there is: those that can be installed, and others that lie in the folder."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from lofi import manifest
from lofi.errors import InvalidParams
from lofi.hub.folder import Folder, State
from lofi.manifest import Manifest


class Entry(NamedTuple):
    """One model."""

    model: Manifest
    folder: Folder
    offered: bool
    """Whether it can be downloaded; else it was put there by its user."""

    @property
    def state(self) -> State:
        """How much of it is there, judged by names and sizes."""
        return self.folder.state


def every(root: Path) -> Mapping[str, Entry]:
    """Models by name: what is offered, then what else is installed in ``root``."""
    offered = manifest.load()
    entries = {name: Entry(each, Folder(root, name), True) for name, each in offered.items()}
    for path in sorted(root.glob(f"*/{manifest.NAME}")):
        folder = Folder(root, path.parent.name)
        if path.parent.name not in entries and (found := folder.installed) is not None:
            entries[path.parent.name] = Entry(found, folder, False)
    return entries


def find(root: Path, name: str) -> Entry:
    """The model with this name.

    Raises:
        InvalidParams: there is none.
    """
    entries = every(root)
    if name in entries:
        return entries[name]
    close = difflib.get_close_matches(name, entries, n=1)
    raise InvalidParams(
        f"there is no model {name[:80]!r}",
        hint=f"did you mean {close[0]!r}?" if close else "`lofi-daemon models` lists them",
    )


def described(entry: Entry) -> dict[str, JsonValue]:
    """A model as one JSON object."""
    model = entry.model
    return {
        "name": model.name,
        "backend": model.backend,
        "title": model.title,
        "summary": model.summary,
        "state": entry.state,
        "version": model.version,
        "size_bytes": model.bytes,
        "size_exact": model.exact,
        "licence": model.licence.model_dump(),
        "repo": model.repo,
        "path": str(entry.folder.path),
        "downloadable": entry.offered,
    }


def question(entry: Entry) -> str:
    """What a user must say yes to."""
    model = entry.model
    return (
        f"{model.title} is a download of {model.bytes / 1e9:.2f} GB under the licence "
        f"{model.licence.name}: {model.licence.note}"
    )
