"""Daemons for the promises: one of its own where it is hurt, one for a whole file elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.daemon import Daemon

Start = Callable[..., Daemon]


def slow(*values: object) -> object:
    """A case that only the long run has time for."""
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts daemons, all in the same home unless told otherwise."""
    with ExitStack() as ends:

        def started(*flags: str, home: str = "home", **how: object) -> Daemon:
            return ends.enter_context(Daemon(tmp_path / home, *flags, **how))  # type: ignore[arg-type]

        yield started


@pytest.fixture
def daemon(start: Start) -> Daemon:
    """A daemon of its own."""
    return start()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that every test of the file leaves idle and well."""
    with Daemon(tmp_path_factory.mktemp("shared")) as running:
        yield running
