"""How the library's database is opened: judged, repaired, replaced; or copied into memory."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import NamedTuple

from lofi.library import schema
from lofi.library.database import connect, damaged, transaction
from lofi.library.folder import PATIENCE, Folder

WAL_LIMIT = 4 << 20
"""Bytes the log may keep on disk after a checkpoint: room to delete rows on a full disk."""

Repair = Callable[[sqlite3.Connection, bool], None]
"""Called in a transaction on every freshly opened database; True: files may be changed, too."""


class Opened(NamedTuple):
    """An open database."""

    reader: sqlite3.Connection
    writer: sqlite3.Connection
    file: os.stat_result | None
    """None: in memory."""
    closed: str | None
    """Why nothing can be kept, or None."""

    def close(self) -> None:
        """Let go of it."""
        for connection in {self.reader, self.writer}:
            with suppress(sqlite3.Error):
                connection.close()


class Unusable(Exception):
    """This database is not, or no longer, ours."""


def open_file(folder: Folder, repair: Repair) -> Opened:
    """The database on disk, repaired; one that cannot be used is set aside for a new one.

    Raises:
        sqlite3.Error, OSError: the disk refuses, or another program holds it.
    """
    try:
        return _open(folder, repair)
    except Unusable as fault:
        folder.set_database_aside(str(fault))
        return _open(folder, repair)


def _open(folder: Folder, repair: Repair) -> Opened:
    with ExitStack() as undo:
        writer = connect(folder.database, "rw")
        undo.callback(writer.close)
        with _judging():
            _judge(writer)
            with transaction(writer, PATIENCE, ExitStack()):
                repair(writer, True)
        reader = connect(folder.database, "rw")
        undo.callback(reader.close)
        opened = Opened(reader, writer, folder.database.stat(), None)
        undo.pop_all()
        return opened


def open_memory(folder: Folder, repair: Repair, reason: str) -> Opened:
    """A copy of what can be read, which answers while the disk refuses."""
    memory = connect(None, "memory")
    for mode in ("ro", "ro&immutable=1"):
        with (
            suppress(sqlite3.Error, UnicodeError),
            closing(connect(folder.database, mode)) as source,
        ):
            if schema.fault(source) is None:
                source.backup(memory)
                break
    schema.create(memory)
    with transaction(memory, PATIENCE, ExitStack()):
        repair(memory, False)
    return Opened(memory, memory, None, reason)


def _judge(connection: sqlite3.Connection) -> None:
    fault = schema.fault(connection)
    if fault is not None:
        raise Unusable(fault)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    schema.create(connection)


@contextmanager
def _judging() -> Iterator[None]:
    """Repairing reads every row, so damage to the text in one shows here, too."""
    try:
        yield
    except UnicodeError as error:
        raise Unusable(str(error)) from None
    except sqlite3.Error as error:
        if damaged(error):
            raise Unusable(str(error)) from None
        raise
