"""A track from one command line: check everything, make it, write it, say so."""

import argparse
import json
import secrets
import sys
import time
from pathlib import Path

from lofi import audiofile, config
from lofi.backends import registry
from lofi.backends.base import Backend
from lofi.cli.arguments import flags
from lofi.cli.console import Console
from lofi.errors import InvalidDuration, InvalidParams
from lofi.jobs.progress import run
from lofi.track import Request, Take, Track, checked_prompt, checked_seed


def make(arguments: argparse.Namespace) -> None:
    """Make the track that ``arguments`` ask for.

    Raises:
        LofiError: anything is wrong; all that can be known beforehand is checked beforehand.
    """
    settings = config.load(flags(arguments)).config
    choice = registry.choose(settings.default_backend)
    request = _request(arguments, choice.backend)
    target = _target(arguments)
    audiofile.check(target)
    console = Console(sys.stderr, quiet=arguments.quiet)
    console.line(f"{choice.backend.name}: {choice.reason}")
    began = time.monotonic()
    model = choice.backend.load(None, settings.placement)
    try:
        take = run(model, request, console.progress)
    finally:
        model.close()
        console.close()
    audiofile.write(take.audio, target, request.tags())
    _report(_track(request, take, target.path, time.monotonic() - began), console, arguments.json)


def _request(arguments: argparse.Namespace, backend: Backend) -> Request:
    version = backend.model_version()
    return Request(
        prompt=checked_prompt(arguments.prompt),
        seconds=_seconds(arguments.duration, backend),
        seed=_seed(arguments.seed),
        backend=backend.name,
        model_version=version or "",
        options=backend.options(),
    )


def _seconds(text: str, backend: Backend) -> int:
    lowest, highest = backend.seconds[0], backend.seconds[-1]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value.is_integer() and lowest <= value <= highest:
        return int(value)
    raise InvalidDuration(
        f"the duration {text!r} is not possible",
        hint=f"{backend.name} makes {lowest} to {highest} whole seconds",
    )


def _seed(text: str | None) -> int:
    if text is None:
        return secrets.randbelow(2**32)  # small enough to survive any JSON reader
    try:
        return checked_seed(int(text))
    except ValueError:
        raise InvalidParams(
            f"the seed {text!r} is not a number", hint="use a whole number from 0 to 2^64 - 1"
        ) from None


def _target(arguments: argparse.Namespace) -> audiofile.Target:
    name = arguments.output
    if name is None:
        name = f"output.{audiofile.choose_format(Path(), arguments.format or 'wav')}"
    if not name:
        raise InvalidParams("the output name is empty", hint="give a file name after --output")
    path = Path(name)
    chosen = audiofile.choose_format(path, arguments.format)
    return audiofile.Target(path, chosen, replace=arguments.force)


def _track(request: Request, take: Take, path: Path, spent: float) -> Track:
    return Track(
        request=request,
        path=str(path.absolute()),
        seconds=take.audio.seconds,
        sample_rate=take.audio.sample_rate,
        generation_seconds=spent,
        notes=take.notes,
    )


def _report(track: Track, console: Console, as_json: bool) -> None:
    if as_json:
        print(json.dumps(track.described(), ensure_ascii=False))
        return
    console.notes(track.notes)
    console.line(
        f"{track.path}: {track.seconds:g} s, seed {track.request.seed}, "
        f"made in {track.generation_seconds:.1f} s"
    )
