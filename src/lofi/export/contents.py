"""An exported folder: how it appears, and the manifest of what is in it."""

import hashlib
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lofi.errors import InvalidParams, OutputExists
from lofi.manifest import NAME, File, Licence, Local, Manifest, written


def check(target: Path) -> None:
    """Make sure that a new model folder can be written there.

    Raises:
        OutputExists: there is something already.
        InvalidParams: its name is not safe on every system.
    """
    if target.exists():
        raise OutputExists(f"{target} exists", hint="name a folder that does not exist yet")
    try:
        TypeAdapter(Local).validate_python(target.name)
    except ValidationError:
        raise InvalidParams(
            f"{target.name!r} cannot be the name of a model",
            hint="use letters, digits, dots and dashes",
        ) from None


@contextmanager
def appearing(target: Path) -> Generator[Path]:
    """A folder to fill, which gets its name when all went well and is gone otherwise."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def record(folder: Path, name: str, backend: str, licence: Licence) -> None:
    """Write the manifest of ``folder``, which will be called ``name``."""
    files = tuple(
        File(path=path.name, name=path.name, size=path.stat().st_size, sha256=digest(path))
        for path in sorted(folder.iterdir())
    )
    manifest = Manifest(
        name=name,
        backend=backend,
        title=name,
        summary="Exported on this machine",
        repo="local",
        revision="local",
        version=1,
        licence=licence,
        files=files,
    )
    (folder / NAME).write_text(written(manifest), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
