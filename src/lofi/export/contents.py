"""The manifest of an exported folder: what is in it, how large, with which fingerprint."""

import hashlib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lofi.errors import InvalidParams
from lofi.manifest import NAME, File, Licence, Local, Manifest, written

LICENCE = Licence(
    name="CC-BY-NC-4.0",
    url="https://creativecommons.org/licenses/by-nc/4.0/",
    note="The weights may not be used commercially.",
)
"""Of every checkpoint that facebook/musicgen-* publishes."""


def check(name: str) -> None:
    """Make sure that a folder of this name can have a manifest.

    Raises:
        InvalidParams: the name is not safe on every system.
    """
    try:
        TypeAdapter(Local).validate_python(name)
    except ValidationError:
        raise InvalidParams(
            f"{name!r} cannot be the name of a model", hint="use letters, digits, dots and dashes"
        ) from None


def record(folder: Path, name: str) -> None:
    """Write the manifest of ``folder``, which will be called ``name``."""
    files = tuple(
        File(path=path.name, name=path.name, size=path.stat().st_size, sha256=digest(path))
        for path in sorted(folder.iterdir())
    )
    manifest = Manifest(
        name=name,
        backend="musicgen",
        title=name,
        summary="Exported on this machine",
        repo="local",
        revision="local",
        version=1,
        licence=LICENCE,
        files=files,
    )
    (folder / NAME).write_text(written(manifest), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
