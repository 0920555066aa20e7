"""A track from one command line: check everything, make it, write it, say so."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lofi import audiofile, config
from lofi.backends import registry
from lofi.backends.base import Backend, options_in, seconds_of
from lofi.cli import ear, options
from lofi.cli.arguments import flags
from lofi.cli.console import Console
from lofi.cli.ear import Ear
from lofi.cli.playing import Playing
from lofi.errors import InvalidParams, LofiError
from lofi.jobs import clip
from lofi.jobs.growing import Chunk
from lofi.jobs.job import State
from lofi.jobs.order import Order, Recording
from lofi.jobs.progress import START, Progress
from lofi.jobs.worker import Worker
from lofi.track import Request, Track, checked_prompt, checked_seed, drawn_seed


def make(arguments: argparse.Namespace) -> None:
    """Make the track that ``arguments`` ask for.

    Raises:
        KeyboardInterrupt: by the user; it says what was written if the track was.
        LofiError: anything is wrong; all that can be known beforehand is checked beforehand.
    """
    settings = config.load(flags(arguments)).config
    choice = registry.choose(
        settings.default_backend, settings.weights, folder=settings.model_dir is not None
    )
    weights = settings.weights(choice.backend.name)
    request = _request(arguments, choice.backend, weights)
    target = _target(arguments)
    audiofile.check(target)
    heard_by = ear.find(settings) if arguments.play_while_generating else None
    growing = _growing(arguments, target)
    console = Console(sys.stderr, quiet=arguments.quiet)
    console.line(f"{choice.backend.name}: {choice.reason}")
    _pass_over(arguments, choice.backend, console)
    order = Order(
        request=request,
        weights=weights,
        placement=settings.placement,
        part=audiofile.part_beside(target.path),
        format=target.format,
        tags=request.tags(choice.backend.licence),
        growing=growing if heard_by is None else growing or audiofile.part_beside(target.path),
    )
    with _playing(heard_by, order, console, keep=growing is not None) as playing:
        track = _made(order, target, console, playing)
        try:
            _report(track, console, as_json=arguments.json)
            if playing is not None:
                _play_out(playing, console)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"{track.path} is written") from None


def _made(
    order: Order, target: audiofile.Target, console: Console, playing: Playing | None
) -> Track:
    began = time.monotonic()
    try:
        recording = _record(order, console, playing)
    finally:
        console.close()
    try:
        audiofile.place(order.part, target)
    except LofiError:
        if order.growing is not None:
            order.growing.unlink(missing_ok=True)
        raise
    return Track(
        request=order.request,
        path=str(target.path.absolute()),
        seconds=recording.frames / recording.sample_rate,
        sample_rate=recording.sample_rate,
        generation_seconds=time.monotonic() - began,
        notes=recording.notes,
    )


@contextmanager
def _playing(
    heard_by: Ear | None, order: Order, console: Console, *, keep: bool
) -> Iterator[Playing | None]:
    """Whoever plays the track while it is made; silent at the end, whatever happens."""
    if heard_by is None or order.growing is None:
        yield None
        return
    playing = Playing(heard_by, order.growing, order.request.seconds, console.line)
    try:
        yield playing
    finally:
        playing.stop()
        if not keep:
            order.growing.unlink(missing_ok=True)


def _play_out(playing: Playing, console: Console) -> None:
    """Hear the rest of a track that is written."""
    if playing.going_on:
        console.line("playing the rest; Ctrl-C ends it")
    playing.finish()


def _pass_over(arguments: argparse.Namespace, backend: Backend, console: Console) -> None:
    given = options.given(arguments)
    others = [name for name in given if name not in backend.options.model_fields]
    if others:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in others)
        console.line(f"{names}: {backend.name} has no such option; passed over")


def _record(order: Order, console: Console, playing: Playing | None) -> Recording:
    """Have the track made by a process of its own, so that Ctrl-C is never kept waiting."""
    worker = Worker()

    def tell(_state: State, progress: Progress) -> None:
        if progress is not START:
            console.progress(progress)
        elif playing is not None:
            playing.begin()

    def grown(chunk: Chunk) -> None:
        if playing is not None:
            playing.grown(chunk)

    try:
        return worker.record(order, tell, grown)
    finally:
        worker.kill()


def _request(arguments: argparse.Namespace, backend: Backend, weights: Path | None) -> Request:
    return Request(
        prompt=checked_prompt(arguments.prompt),
        seconds=seconds_of(backend, arguments.duration),
        seed=_seed(arguments.seed),
        backend=backend.name,
        model_version=backend.model_version(weights),
        options=options_in(backend, options.given(arguments), lambda name: clip.of(Path(name))),
    )


def _seed(text: str | None) -> int:
    if text is None:
        return drawn_seed()
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


def _growing(arguments: argparse.Namespace, target: audiofile.Target) -> Path | None:
    """Where the track can be heard while it is made; what may be replaced there is gone."""
    if arguments.growing is None:
        return None
    growing = audiofile.Target(
        Path(arguments.growing), audiofile.Format.WAV, replace=arguments.force
    )
    if growing.path.absolute() == target.path.absolute():
        raise InvalidParams("--growing and --output name one file", hint="give another name")
    audiofile.check(growing)
    growing.path.unlink(missing_ok=True)
    return growing.path


def _report(track: Track, console: Console, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(track.described()), flush=True)
        return
    console.notes(track.notes)
    console.line(
        f"{track.path}: {track.seconds:g} s, seed {track.request.seed}, "
        f"made in {track.generation_seconds:.1f} s"
    )
