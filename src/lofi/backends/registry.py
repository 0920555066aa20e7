"""Names to backends, found by looking at the folders beside this file, without any runtime."""

import difflib
import importlib
import pkgutil
from typing import NamedTuple

import lofi.backends
from lofi.backends.base import Backend
from lofi.errors import BackendNotInstalled, InvalidBackend

AUTO = "auto"


class Choice(NamedTuple):
    """A backend, and why it was taken."""

    backend: Backend
    reason: str


def names() -> tuple[str, ...]:
    """Every backend there is, installed or not: one folder each."""
    folders = pkgutil.iter_modules(lofi.backends.__path__)
    return tuple(sorted(found.name for found in folders if found.ispkg))


def get(name: str) -> Backend:
    """The backend of this name; case, ``-`` and ``_`` do not matter.

    Raises:
        InvalidBackend: there is none; the hint names the nearest.
    """
    known = {_plain(each): each for each in names()}
    found = known.get(_plain(name))
    if found is None:
        raise InvalidBackend(f"there is no backend {name!r}", hint=_nearest(name, known))
    backend: Backend = importlib.import_module(f"lofi.backends.{found}").BACKEND
    return backend


def every() -> tuple[Backend, ...]:
    """All backends, best first."""
    return tuple(sorted(map(get, names()), key=lambda backend: -backend.rank))


def choose(name: str) -> Choice:
    """The backend to use for ``name``, which may be ``auto``.

    Raises:
        InvalidBackend: no backend has this name.
        BackendNotInstalled: it lacks its model files.
    """
    if name.strip().lower() == AUTO:
        return _best()
    backend = get(name)
    if backend.model_version() is None:
        raise BackendNotInstalled(f"{backend.title} is not installed")
    return Choice(backend, "asked for")


def _best() -> Choice:
    for backend in every():
        if backend.model_version() is not None:
            reason = (
                "the best model installed"
                if backend.neural
                else "no neural model installed; `lofi-daemon models` lists them"
            )
            return Choice(backend, reason)
    raise BackendNotInstalled("no backend is installed")


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "").replace("_", "")


def _nearest(name: str, known: dict[str, str]) -> str:
    close = difflib.get_close_matches(_plain(name), known, n=1, cutoff=0.6)
    everything = ", ".join((AUTO, *known.values()))
    return f"did you mean {known[close[0]]!r}?" if close else f"use one of: {everything}"
