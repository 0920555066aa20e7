"""The tables of the library's database, and how to tell them from somebody else's."""

import sqlite3

APPLICATION = 0x6C6F6669
"""Marks the file as ours."""
VERSION = 1

TABLES = {
    "track": """
        id TEXT PRIMARY KEY, prompt TEXT NOT NULL, seconds INTEGER NOT NULL, seed TEXT NOT NULL,
        backend TEXT NOT NULL, model_version TEXT NOT NULL, options TEXT NOT NULL,
        frames INTEGER NOT NULL, sample_rate INTEGER NOT NULL, bytes INTEGER NOT NULL,
        generation_seconds REAL NOT NULL, notes TEXT NOT NULL, created TEXT NOT NULL,
        added INTEGER NOT NULL, used INTEGER NOT NULL, plays INTEGER NOT NULL,
        favorite INTEGER NOT NULL""",
    # Tracks without a row whose file must go: a kill in between shall not bring them back.
    "leaving": "id TEXT PRIMARY KEY",
    "job": """
        owner TEXT NOT NULL, track_id TEXT NOT NULL, recipe TEXT NOT NULL, priority TEXT NOT NULL,
        place INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
        PRIMARY KEY (owner, track_id)""",
}
INDICES = {"track_used": "track (used)", "track_added": "track (added)"}


def create(connection: sqlite3.Connection) -> None:
    """Give an empty database its tables, all or nothing."""
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
        return
    connection.execute("BEGIN IMMEDIATE")
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns}) STRICT")
    for name, columns in INDICES.items():
        connection.execute(f"CREATE INDEX {name} ON {columns}")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def fault(connection: sqlite3.Connection) -> str | None:
    """Why this database cannot be used, or None. An empty one can.

    Raises:
        sqlite3.DatabaseError: it cannot even be read.
    """
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not names and not application:
        return None
    if application != APPLICATION:
        return "it belongs to another program"
    if version > VERSION:
        return f"a newer lofi made it (version {version}, known is {VERSION})"
    if not (TABLES.keys() | INDICES.keys()) <= names:
        return "tables are missing"
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return None if verdict == "ok" else str(verdict)
