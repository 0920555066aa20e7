"""A uv and a python that install nothing, and a Neovim that finds them."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.daemon import TESTS
from fixtures.editor import Editor, Start
from lofi import __version__


class Workshop:
    """The scripted uv and python, and what they were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        self.have("uv", "python3")
        (folder / "version").write_text(__version__)

    def have(self, *names: str) -> None:
        """Only these can be found."""
        for old in self.bin.iterdir():
            old.unlink()
        for name in names:
            (self.bin / name).symlink_to(TESTS / "fixtures" / "installer")

    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "INSTALLER": str(self.folder)}

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()

    def fail_at(self, word: str, *lines: str) -> None:
        (self.folder / word).write_text("\n".join(lines))

    def hang_at(self, word: str) -> None:
        (self.folder / f"{word}.hang").touch()

    def no_longer(self, word: str) -> None:
        (self.folder / word).unlink()

    def child(self) -> int | None:
        """The process that one that hangs has started."""
        path = self.folder / "child"
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text else None

    def close(self) -> None:
        """End one that still hangs."""
        child = self.child()
        if child is not None:
            with suppress(ProcessLookupError):
                os.killpg(os.getpgid(child), signal.SIGKILL)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path / "shop")
    yield made
    made.close()


@pytest.fixture
def editor(start: Start, shop: Workshop) -> Editor:
    return start(more=shop.environment())
