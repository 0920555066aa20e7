"""Models from the command line: what there is, and how it comes, is checked and goes."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from lofi import config
from lofi.backends.base import Step as Unit
from lofi.cli import optimising
from lofi.cli.arguments import flags
from lofi.cli.console import Console
from lofi.config import Config
from lofi.errors import DownloadConsentRequired, InvalidParams, ModelLoadFailed
from lofi.hub import shelf
from lofi.hub.check import verify
from lofi.hub.download import download, whole
from lofi.hub.progress import Step, Throttle
from lofi.hub.removal import remove
from lofi.hub.shelf import Entry
from lofi.jobs.progress import Progress

INTERRUPTED = 130
Result = TypeVar("Result")


def run(arguments: argparse.Namespace) -> None:
    """``models [list | get NAME | verify NAME | remove NAME | optimize NAME]``.

    Raises:
        LofiError: the words make no sense, or the work fails.
    """
    action, *names = arguments.words or ["list"]
    if action not in ACTIONS or len(names) != (action != "list"):
        raise InvalidParams(
            f"models: cannot do {' '.join(arguments.words)!r}",
            hint="use models list, or models get, verify, remove or optimize with a NAME",
        )
    settings = config.load(flags(arguments)).config
    console = Console(sys.stderr, quiet=arguments.quiet)
    try:
        ACTIONS[action](_Task(arguments, settings, console), *names)
    finally:
        console.close()


class _Task:
    """What every action needs."""

    def __init__(self, arguments: argparse.Namespace, settings: Config, console: Console) -> None:
        self.arguments = arguments
        self.settings = settings
        self.root = settings.models_path
        self.console = console

    def say(self, text: str, **facts: JsonValue) -> None:
        """The outcome: a line for people, or an object for programs."""
        if self.arguments.json:
            print(json.dumps(facts))
        else:
            self.console.line(text)


def _list(task: _Task) -> None:
    entries = shelf.every(task.root).values()
    if task.arguments.json:
        print(json.dumps({"models": [shelf.described(entry) for entry in entries]}))
        return
    for entry in entries:
        model = entry.model
        print(f"{model.name}  [{entry.state}]  {_size(entry)}, {model.licence.name}")
        print(f"    {model.title}: {model.summary}")
    print(f"they lie in {task.root}; `lofi-daemon models get NAME` downloads one")


def _get(task: _Task, name: str) -> None:
    entry = shelf.find(task.root, name)
    if not entry.offered:
        raise InvalidParams(f"{name} comes from no hub", hint="`models verify` checks its files")
    facts: dict[str, JsonValue] = {"name": name, "path": str(entry.folder.path)}
    if whole(entry.folder, entry.model):
        task.say(f"{name} is installed in {entry.folder.path}", **facts)
        return
    _require_consent(task, entry)
    try:
        _shown(task.console, download(entry.model, task.root))
    except KeyboardInterrupt:
        task.console.close()
        task.console.line(f"stopped; `lofi-daemon models get {name}` goes on from here")
        raise SystemExit(INTERRUPTED) from None
    task.say(f"{name} is installed in {entry.folder.path}", **facts)


def _require_consent(task: _Task, entry: Entry) -> None:
    """Say what will be downloaded and under which licence, and have it agreed to.

    Raises:
        DownloadConsentRequired: nobody said yes.
    """
    model, licence = entry.model, entry.model.licence
    task.console.line(
        f"{model.title}: {_size(entry)} from {model.repo}, to {entry.folder.path}\n"
        f"licence: {licence.name}, {licence.url}\n{licence.note}"
    )
    if not task.arguments.yes and not entry.folder.agreed(model):
        if not sys.stdin.isatty():
            raise DownloadConsentRequired(shelf.question(entry), hint="agree with --yes")
        print("Download it? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise DownloadConsentRequired("nothing was downloaded", hint="")
    entry.folder.agree(model, consent=True)


def _verify(task: _Task, name: str) -> None:
    wrong = _shown(task.console, verify(task.root, shelf.find(task.root, name).folder.path.name))
    if wrong:
        raise ModelLoadFailed(
            f"{name} was damaged: {', '.join(wrong)}; what was wrong is removed",
            hint=f"`lofi-daemon models get {name}` brings it back",
        )
    task.say(f"{name}: every file is right", name=name, damaged=[])


def _remove(task: _Task, name: str) -> None:
    freed = remove(task.root, shelf.find(task.root, name).folder.path.name)
    task.say(f"{name} is removed; {freed / 1e9:.2f} GB are free again", name=name, bytes=freed)


def _optimise(task: _Task, name: str) -> None:
    precision = optimising.precision_of(task.arguments)
    path = Path(name)
    folder = path if path.name != name else shelf.find(task.root, name).folder.path
    facts = optimising.optimise(folder, precision, task.settings, task.console)
    task.console.close()
    task.say(optimising.described(name, facts), name=name, **facts)


def _size(entry: Entry) -> str:
    about = "" if entry.model.exact else "about "
    return f"{about}{entry.model.bytes / 1e9:.2f} GB"


def _shown(console: Console, steps: Generator[Step, None, Result]) -> Result:
    """What the steps come to, with their progress on the console."""
    began, throttle = time.monotonic(), Throttle()
    before: int | None = None
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            before = step.total_done if before is None else before
            if throttle.due(step):
                spent = time.monotonic() - began
                console.progress(_progress(step, step.total_done - before, spent))


def _progress(step: Step, gained: int, seconds: float) -> Progress:
    left = (step.total_size - step.total_done) * seconds / gained if gained else 0.0
    return Progress(Unit(step.total_done, step.total_size), step.total_percent, left)


ACTIONS: dict[str, Callable[..., None]] = {
    "list": _list,
    "get": _get,
    "verify": _verify,
    "remove": _remove,
    "optimize": _optimise,
}
