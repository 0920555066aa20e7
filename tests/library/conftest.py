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
