"""SQLite as the library uses it: connections, transactions, errors in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from lofi.errors import WriteFailed
from lofi.library.folder import PATIENCE

DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def connect(path: Path | None, mode: str) -> sqlite3.Connection:
    """Open a database; None for one in memory."""
    name = path.as_uri() if path else "file:"
    connection = sqlite3.connect(
        f"{name}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.create_function("holds", 2, _holds, deterministic=True)
    connection.create_function("folded", 1, str.casefold, deterministic=True)
    return connection


def _holds(text: str, words: str) -> bool:
    """Whether every word is part of the text; SQLite folds ASCII only."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


@contextmanager
def transaction(connection: sqlite3.Connection, patience: float, undo: ExitStack) -> Iterator[None]:
    """Change rows, all or nothing; ``undo`` is called before others may write if it is nothing."""
    connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        undo.close()
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    undo.pop_all()


def damaged(error: sqlite3.Error) -> bool:
    """Whether the file, not the moment, is to blame. Text that is none comes without a code."""
    undecodable = isinstance(error, sqlite3.OperationalError) and _code(error) == 0
    return undecodable or _code(error) in DAMAGE


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def explained(error: sqlite3.Error, path: Path) -> WriteFailed:
    """The same in words for people."""
    code = _code(error)
    if code in LOCKED:
        return WriteFailed(
            f"another program holds {path}", hint="close the other program, or try again later"
        )
    if code == sqlite3.SQLITE_FULL:
        return WriteFailed(f"cannot write {path}: no space left on device")
    if damaged(error):
        return WriteFailed(f"{path} is damaged: {error}", hint="try again: it is rebuilt then")
    return WriteFailed(f"cannot use {path}: {error}")
