"""The database file: opening, judging, transactions, and what to do when the disk refuses.

Knows nothing of what the rows mean. While the disk cannot be written, a copy in memory answers.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from lofi.errors import LofiError, WriteFailed
from lofi.library.database import damaged, explained, transaction
from lofi.library.folder import PATIENCE, Folder
from lofi.library.opening import Opened, Repair, open_file, open_memory

log = logging.getLogger(__name__)


class Store:
    """One database, shared by the threads of this process and by other daemons."""

    def __init__(self, folder: Folder, repair: Repair) -> None:
        self._folder = folder
        self._repair = repair
        self._writing = threading.Lock()
        """One transaction at a time; also whoever exchanges the connections holds it."""
        self._reading = threading.Lock()
        """One reader at a time, apart from writers, so that a list never waits for a full disk."""
        self._damaged = False
        self._opened = self._open()

    @property
    def closed(self) -> str | None:
        """Why nothing can be kept at present, or None."""
        return self._opened.closed

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Use a connection for reading.

        Raises:
            LofiError: the database cannot be read.
        """
        if self._stale():
            with self._writing:
                self._refresh(again=False)
        with self._reading, self._explaining():
            yield self._opened.reader

    @contextmanager
    def write(
        self, undo: ExitStack | None = None, *, patience: float = PATIENCE, lasting: bool = True
    ) -> Iterator[sqlite3.Connection]:
        """Change rows, all or nothing.

        Args:
            undo: called before others may write, if this comes to nothing.
            patience: seconds to wait for others.
            lasting: False for what may be forgotten while the disk cannot be written.

        Raises:
            WriteFailed: the disk is full or closed to us, or another program holds the database.
        """
        if not self._writing.acquire(timeout=patience):
            raise WriteFailed("the library is busy", hint="try again")
        with ExitStack() as held:
            held.callback(self._writing.release)
            self._refresh(again=lasting)
            if self._opened.closed:
                if lasting:
                    raise _closed(self._folder, self._opened.closed)
                held.enter_context(self._reading)  # in memory both are one connection
            held.enter_context(self._explaining())
            held.enter_context(transaction(self._opened.writer, patience, undo or ExitStack()))
            yield self._opened.writer

    def check(self) -> None:
        """See whether something can be kept, trying anew if it could not.

        Raises:
            WriteFailed: it cannot; the message says why.
        """
        with self._writing:
            self._refresh(again=True)
        if self._opened.closed:
            raise _closed(self._folder, self._opened.closed)

    def close(self) -> None:
        """Bring everything into one file and let go of it."""
        with self._writing, self._reading:
            self._opened.close()

    def _stale(self) -> bool:
        """Whether the database is damaged, or somebody took it away or put another in its place."""
        if self._damaged:
            return True
        if self._opened.file is None:
            return False
        try:
            return not os.path.samestat(self._opened.file, self._folder.database.stat())
        except OSError:
            return True

    def _refresh(self, *, again: bool) -> None:
        if self._stale() or (again and self._opened.closed):
            fresh = self._open()
            with self._reading:
                old, self._opened = self._opened, fresh
            old.close()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._damaged |= damaged(error)
            raise explained(error, self._folder.database) from error

    def _open(self) -> Opened:
        self._damaged = False
        try:
            self._folder.prepare()
            with self._folder.lock():
                return open_file(self._folder, self._repair)
        except sqlite3.Error as error:
            reason = explained(error, self._folder.database).message
        except (OSError, LofiError) as error:
            reason = getattr(error, "strerror", None) or str(error)
        log.warning("nothing can be kept in %s: %s", self._folder.root, reason)
        return open_memory(self._folder, self._repair, reason)


def _closed(folder: Folder, reason: str) -> WriteFailed:
    return WriteFailed(f"cannot keep anything in {folder.root}: {reason}")
