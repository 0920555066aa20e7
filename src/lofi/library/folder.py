"""The folder of a library: its names, modes and locks. Knows nothing of rows.

::

    library.sqlite3        the index
    library.lock           held while a daemon judges the index and repairs
    tracks/<id>.wav        finished tracks
    tracks/.lofi-*.part    tracks on their way
    daemons/<owner>.lock   held while that daemon lives
    aside/                 what was found here and is not ours, or is broken
"""

import errno
import fcntl
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lofi.errors import WriteFailed

PATIENCE = 5.0
"""Seconds to wait for another program before giving up with a message."""
POLL = 0.02

OWNER_DIGITS = 16
PART = re.compile(rf"\.lofi-(?P<owner>[0-9a-f]{{{OWNER_DIGITS}}})[0-9a-f]{{8}}\.part")

log = logging.getLogger(__name__)


class Folder:
    """Where a library lies.

    The root itself may be a symbolic link, as its user chose it; nothing inside is followed.
    """

    def __init__(self, root: Path) -> None:
        self.root = _resolved(root)
        self.tracks = self.root / "tracks"
        self.daemons = self.root / "daemons"
        self.database = self.root / "library.sqlite3"

    def prepare(self) -> None:
        """Create what is missing, readable to its user alone.

        Raises:
            OSError: the disk refuses.
        """
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
        for folder in (self.tracks, self.daemons):
            self.require(folder)
        for suffix in ("", "-wal", "-shm"):
            self._refuse_link(Path(f"{self.database}{suffix}"))
        self._own_database()

    def require(self, folder: Path) -> None:
        """Have a real folder there; what is in its place goes aside, so nothing leaves the root."""
        if folder.is_symlink() or folder.is_file():
            self.set_aside(folder, "it is no folder")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if stat.S_IMODE(folder.stat().st_mode) == 0o700:
                return
        folder.chmod(0o700)

    def _refuse_link(self, path: Path) -> None:
        if path.is_symlink():
            self.set_aside(path, "it is a symbolic link")

    def _own_database(self) -> None:
        """SQLite gives its other files the mode of this one."""
        try:
            os.close(lockable(self.database, os.O_EXCL))
        except FileExistsError:
            if stat.S_IMODE(self.database.stat().st_mode) != 0o600:
                self.database.chmod(0o600)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other daemons from judging and repairing the library meanwhile.

        Raises:
            OSError: the disk refuses; TimeoutError if another holds it for long.
        """
        descriptor = lockable(self.root / "library.lock")
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    @staticmethod
    def _wait_for(descriptor: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("another daemon is opening the library") from None
                time.sleep(POLL)

    def track(self, track_id: str) -> Path:
        """Where the track of this (checked) id lies."""
        return self.tracks / f"{track_id}.wav"

    def part(self, owner: str) -> Path:
        """A fresh name for a writer; the owner in it tells a sweep whose it is."""
        return self.tracks / f".lofi-{owner}{secrets.token_hex(4)}.part"

    def holds_part(self, part: Path) -> bool:
        """Whether this is a plain file that may become a track here."""
        return (
            part.parent == self.tracks
            and PART.fullmatch(part.name) is not None
            and self.size(part) is not None
        )

    @staticmethod
    def size(path: Path) -> int | None:
        """Bytes in a plain file; None for anything else, a link included."""
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def shelve(self, part: Path, track_id: str) -> Path:
        """Give a part its final name, for good.

        Raises:
            OSError: the disk refuses; the part is where it was, or is the track.
        """
        path = self.track(track_id)
        part.chmod(0o600)
        part.rename(path)
        descriptor = os.open(self.tracks, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return path

    @staticmethod
    def remove(path: Path) -> bool:
        """Whether the file is gone; why not is logged."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("cannot remove %s: %s", path, error.strerror)
            return False
        return True

    def set_aside(self, path: Path, reason: str) -> None:
        """Move what cannot be used out of the way, and say so.

        Raises:
            OSError: the disk refuses.
        """
        kept = self._aside() / f"{path.stem[:100]}-{secrets.token_hex(4)}{path.suffix[:20]}"
        path.rename(kept)
        log.warning("%s is set aside as %s: %s", path, kept, reason)

    def set_database_aside(self, reason: str) -> None:
        """The same for the database: its log goes first, so that no other takes it for its own."""
        name = f"library-{secrets.token_hex(4)}.sqlite3"
        folder = self._aside()
        for suffix in ("-wal", "-shm", ""):
            path = Path(f"{self.database}{suffix}")
            if path.exists():
                path.rename(folder / f"{name}{suffix}")
        log.warning("%s is set aside as %s: %s", self.database, folder / name, reason)
        self._own_database()

    def _aside(self) -> Path:
        folder = self.root / "aside"
        if folder.is_symlink():
            raise WriteFailed(f"{folder} is a symbolic link", hint="remove it")
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        return folder


def lockable(path: Path, flags: int = 0) -> int:
    """A descriptor of a file of our own, created if it is missing, whatever the umask."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _resolved(root: Path) -> Path:
    """Where ``root`` leads.

    Raises:
        OSError: round in a circle; Python 3.13 would resolve that in silence.
    """
    try:
        root.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise
    return root.resolve()
