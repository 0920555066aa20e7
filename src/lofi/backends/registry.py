"""Names to backends, found by looking at the folders beside this file, without any runtime."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import lofi.backends
from lofi.backends.base import Backend
from lofi.config import plain
from lofi.errors import BackendNotInstalled, InvalidBackend, LofiError

AUTO = "auto"

Weights = Callable[[str], Path | None]
"""Where the weights of a backend lie, by its name; None if it has none."""


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
    known = {plain(each): each for each in names()}
    found = known.get(plain(name))
    if found is None:
        raise InvalidBackend(f"there is no backend {name!r}", hint=_nearest(name, known))
    backend: Backend = importlib.import_module(f"lofi.backends.{found}").BACKEND
    return backend


def every() -> tuple[Backend, ...]:
    """All backends, best first."""
    return tuple(sorted(map(get, names()), key=lambda backend: -backend.rank))


def choose(name: str, weights: Weights, *, folder: bool = False) -> Choice:
    """The backend to use for ``name``, which may be ``auto``: the best one installed.

    Args:
        name: what the user calls it.
        weights: where the weights of the backend of this name lie.
        folder: whether the user named a folder of weights; ``auto`` is then a backend that
            takes them, and no other.

    Raises:
        InvalidBackend: no backend has this name.
        BackendNotInstalled: it lacks its model files.
    """
    if not automatic(name):
        backend = get(name)
        backend.model_version(weights(backend.name))
        return Choice(backend, "asked for")
    problems: list[LofiError] = []
    for backend in every():
        if backend.neural or not folder:
            try:
                backend.model_version(weights(backend.name))
            except BackendNotInstalled as error:
                problems.append(error)
            else:
                return Choice(backend, _reason(backend))
    raise _none(problems)


def automatic(name: str) -> bool:
    """Whether ``name`` leaves the choice to us."""
    return plain(name) == AUTO


def _reason(backend: Backend) -> str:
    if backend.neural:
        return "the best model installed"
    return "no neural model installed; `lofi-daemon models` lists them"


def _none(problems: list[LofiError]) -> BackendNotInstalled:
    if not problems:
        return BackendNotInstalled("no backend takes a folder of weights")
    return BackendNotInstalled("; ".join(each.message for each in problems), hint=problems[0].hint)


def _nearest(name: str, known: dict[str, str]) -> str:
    close = difflib.get_close_matches(plain(name), known, n=1, cutoff=0.6)
    everything = ", ".join((AUTO, *known.values()))
    return f"did you mean {known[close[0]]!r}?" if close else f"use one of: {everything}"
