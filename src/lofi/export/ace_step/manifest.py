"""The manifest of an exported folder: what is in it, how large, with which fingerprint."""

from pathlib import Path

from lofi.export.contents import digest
from lofi.manifest import NAME, File, Licence, Manifest, written

LICENCE = Licence(
    name="Apache-2.0",
    url="https://www.apache.org/licenses/LICENSE-2.0",
    note="The weights may be used for any purpose, with attribution.",
)
"""Of ACE-Step-v1-3.5B."""


def record(folder: Path, name: str) -> None:
    """Write the manifest of ``folder``, which will be called ``name``."""
    files = tuple(
        File(path=path.name, name=path.name, size=path.stat().st_size, sha256=digest(path))
        for path in sorted(folder.iterdir())
    )
    made = Manifest(
        name=name,
        backend="ace_step",
        title=name,
        summary="Exported on this machine",
        repo="local",
        revision="local",
        version=1,
        licence=LICENCE,
        files=files,
    )
    (folder / NAME).write_text(written(made), encoding="utf-8")
