"""The folder of models: what is installed in it, what is on its way, who is at work there.

::

    <model>/manifest.toml       written last: the model is complete, and this is what it holds
    <model>/<file>              whole and verified
    <model>/<file>.<tag>.part   on its way
    .<model>.lock               held by whoever changes that model
    .<model>.consent            the licence that the user agreed to
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from lofi import manifest
from lofi.errors import LofiError
from lofi.hub.part import explained, sync
from lofi.hub.source import Remote
from lofi.manifest import File, Manifest

GRACE = 86_400
"""Seconds after which what is left of another revision is removed."""


class State(StrEnum):
    """How much of a model is there."""

    ABSENT = "absent"
    PARTIAL = "partial"
    INSTALLED = "installed"
    DAMAGED = "damaged"
    """It was installed, and files are missing or have another size since."""


class Folder:
    """Where one model lies."""

    def __init__(self, root: Path, name: str) -> None:
        self.path = root / name
        self._manifest = self.path / manifest.NAME
        self._lock = root / f".{name}.lock"
        self._consent = root / f".{name}.consent"

    @property
    def installed(self) -> Manifest | None:
        """What was installed here, whether or not it still is; None if nothing ever was."""
        if not self._manifest.exists():
            return None
        with suppress(LofiError):
            return manifest.read(self._manifest)
        return None

    @property
    def state(self) -> State:
        """How much is there, judged by names and sizes alone."""
        known = self.installed
        if known is not None:
            whole = all(self.holds(file) for file in known.files)
            return State.INSTALLED if whole else State.DAMAGED
        try:
            return State.PARTIAL if any(self.path.iterdir()) else State.ABSENT
        except OSError:
            return State.ABSENT

    def holds(self, file: File) -> bool:
        """Whether this file is there with its size."""
        try:
            return (self.path / file.name).stat().st_size == file.size
        except OSError:
            return False

    def create(self) -> None:
        """Have the folder there.

        Raises:
            ModelDownloadFailed: the disk refuses.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explained(error, self.path) from None

    @contextmanager
    def lock(self) -> Iterator[int]:
        """The lock file, not yet locked; whoever dies loses the lock at once.

        Raises:
            ModelDownloadFailed: the disk refuses.
        """
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise explained(error, self._lock.parent) from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @staticmethod
    def taken(lock: int) -> bool:
        """Try to take the lock; whether it is ours now."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def open(self) -> None:
        """Make it an unfinished one, before any of its files changes."""
        self._manifest.unlink(missing_ok=True)

    def seal(self, final: Manifest) -> None:
        """Make it an installed one: every file is there and verified.

        Raises:
            ModelDownloadFailed: the disk refuses.
        """
        self._write(self._manifest, manifest.written(final))

    def sweep(self, kept: set[str], lock: int) -> None:
        """Remove parts of other revisions a day after they last grew, by the disk's own clock."""
        os.utime(lock)
        now = os.fstat(lock).st_mtime
        for part in self.path.glob("*.part"):
            if part.name not in kept and now - part.lstat().st_mtime > GRACE:
                part.unlink()

    def drop(self, names: set[str]) -> None:
        """Remove files that no longer belong to the model."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def missing(self, remote: Remote) -> int:
        """Bytes of a file that are not here, neither at its place nor on the way."""
        for name in (remote.file.name, remote.part):
            try:
                return max(0, remote.size - (self.path / name).stat().st_size)
            except OSError:
                continue
        return remote.size

    def free(self) -> int:
        """Bytes that may still be written."""
        return shutil.disk_usage(self.path).free

    def remove(self) -> int:
        """Remove the model and what is left of it; how many bytes that frees.

        Raises:
            OSError: the disk refuses.
        """
        self._consent.unlink(missing_ok=True)
        if not self.path.is_dir():
            return 0
        size = sum(path.lstat().st_size for path in self.path.rglob("*"))
        self.open()
        shutil.rmtree(self.path)
        return size

    def agreed(self, model: Manifest) -> bool:
        """Whether the user agreed to download a model under this licence."""
        try:
            return self._consent.read_text(encoding="utf-8").strip() == model.licence.name
        except (OSError, UnicodeDecodeError):
            return False

    def agree(self, model: Manifest, *, consent: bool) -> None:
        """Remember what the user answered.

        Raises:
            ModelDownloadFailed: the disk refuses.
        """
        if consent:
            self.create()
            self._write(self._consent, f"{model.licence.name}\n")
        else:
            self._consent.unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            sync(path.parent)
        except OSError as error:
            raise explained(error, path.parent) from None
