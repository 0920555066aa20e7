"""The manifest of an exported folder: what is in it, how large, with which fingerprint."""

import hashlib
import json
from pathlib import Path

NAME = "manifest.toml"
LICENCE = {
    "name": "CC-BY-NC-4.0",
    "url": "https://creativecommons.org/licenses/by-nc/4.0/",
    "note": "The weights of MusicGen and what is made with them are not for commercial use.",
}


def record(folder: Path, name: str) -> None:
    """Write the manifest of ``folder``, which will be called ``name``."""
    files = sorted(path for path in folder.iterdir() if path.name != NAME)
    (folder / NAME).write_text(_manifest(name, files), encoding="utf-8")


def _manifest(name: str, files: list[Path]) -> str:
    head = {
        "name": name,
        "backend": "musicgen",
        "title": name,
        "summary": "Exported on this machine",
        "repo": "local",
        "revision": "local",
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in head.items()]
    lines += ["version = 1", "", "[licence]"]
    lines += [f"{key} = {_quoted(value)}" for key, value in LICENCE.items()]
    for path in files:
        size = path.stat().st_size
        lines += ["", "[[files]]", f"path = {_quoted(path.name)}", f"name = {_quoted(path.name)}"]
        lines += [f"size = {size}", f'sha256 = "{digest(path)}"', f"about = {size}"]
    return "\n".join(lines) + "\n"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
