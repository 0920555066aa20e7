"""A library in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lofi.library.shelf import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.open(tmp_path / "library")
    yield library
    library.close()


@pytest.fixture(autouse=True)
def _every_library_is_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the end of its test: SQLite complains of connections that were only forgotten."""
    opened: list[Library] = []
    really = Library.open

    def remembered(root: Path, **limits: int | None) -> Library:
        library = really(root, **limits)
        opened.append(library)
        return library

    monkeypatch.setattr(Library, "open", remembered)
    yield
    for library in opened:
        library.close()
