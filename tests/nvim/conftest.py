"""Neovims for the tests of the plugin: each has its own, and runs on the oldest and the newest."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fixtures.editor import VERSIONS, Editor, Fake, Settings, Start, neovim

QUICK = {"restart": [0.01, 0.02, 0.04], "timeout": 10}
"""So that no test waits for a pause that is made for people."""


@pytest.fixture(params=VERSIONS, scope="module")
def which(request: pytest.FixtureRequest) -> str:
    """Which Neovim."""
    name: str = request.param
    return name


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """The scripted daemon."""
    return Fake(tmp_path)


@pytest.fixture
def start(which: str, tmp_path: Path, fake: Fake) -> Iterator[Start]:
    """Starts Neovims whose daemon is the scripted one, behaving as told."""
    with ExitStack() as ends:

        def started(
            *behaviour: str,
            settings: Settings | None = None,
            name: str = "editor",
            **how: Any,  # noqa: ANN401 - what Editor takes
        ) -> Editor:
            given = dict(settings or {})
            daemon = {"cmd": fake.command(*behaviour), **QUICK, **given.pop("daemon", {})}
            home = tmp_path / name
            return ends.enter_context(
                Editor(neovim(which), home, {"daemon": daemon, **given}, **how)
            )

        yield started


@pytest.fixture
def editor(start: Start) -> Editor:
    """One whose daemon does as it is told."""
    return start("puppet")


@pytest.fixture(scope="module")
def bench(which: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One for all tests of a file that leave nothing behind: of pure modules."""
    with Editor(neovim(which), tmp_path_factory.mktemp("bench"), {}) as running:
        yield running
