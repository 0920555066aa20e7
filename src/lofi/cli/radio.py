"""``lofi-daemon radio``: music until it is told to stop, with one line to look at and keys."""

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lofi import config
from lofi.cli.arguments import flags
from lofi.cli.play import LOOK_SECONDS, VOLUME_STEP, louder
from lofi.cli.terminal import Terminal
from lofi.playback.state import State
from lofi.radio.station import Steering
from lofi.rpc import desk
from lofi.rpc.desk import Desk
from lofi.rpc.outbox import Outbox
from lofi.rpc.wire import Wire

STOP_SECONDS = 0.3
"""For the track that is being made to end."""
INTENSITY_STEP = 0.1
KEYS = "space pause  n next  b back  k keep  +/- volume  [/] intensity  q quit"


def play(arguments: argparse.Namespace) -> None:
    """Play what the words ask for, until a key, a signal or an error ends it.

    Raises:
        KeyboardInterrupt: by the user.
        LofiError: a setting, the style, the backend or the sound device cannot be used.
    """
    prompt = " ".join(arguments.words) or arguments.prompt
    with _desk(arguments) as parts:
        parts.radio.start(prompt, arguments.style, None)
        gc.enable()
        with Terminal() as terminal:
            try:
                _follow(parts, terminal, quiet=arguments.quiet)
            except KeyboardInterrupt:
                raise KeyboardInterrupt("the radio is off") from None


@contextmanager
def _desk(arguments: argparse.Namespace) -> Iterator[Desk]:
    """Everything a daemon has, but nobody to talk to."""
    settings = config.load(flags(arguments)).config
    desk.log_to(settings)
    if settings.log_file is None and sys.stderr.isatty():
        logging.getLogger().setLevel(logging.ERROR)  # or it would write across the line
    nobody = os.open(os.devnull, os.O_WRONLY)
    parts = desk.assemble(settings, Wire(Outbox(nobody, lambda _reason: None)))
    try:
        yield parts
    finally:
        parts.close(STOP_SECONDS)


def _follow(parts: Desk, terminal: Terminal, *, quiet: bool) -> None:
    if not terminal.live:
        _wait(parts, quiet=quiet)
        return
    said = ""
    while parts.radio.playing:
        terminal.show(line(parts.radio.described(), parts.player.state, said))
        key = terminal.key(LOOK_SECONDS)
        if key == "q":
            return
        if key:
            said = _press(parts, key)


def _wait(parts: Desk, *, quiet: bool) -> None:
    """Without a terminal: say what plays as it changes, until somebody ends it."""
    said = ""
    while parts.radio.playing:
        title = _title(parts.radio.described())
        if title != said and not quiet:
            said = title
            print(title, file=sys.stderr, flush=True)
        time.sleep(LOOK_SECONDS)


def _press(parts: Desk, key: str) -> str:
    """Do what a key stands for; what there is to say of it."""
    action = ACTIONS.get(key)
    return "" if action is None else action(parts) or ""


def _volume(step: float) -> Callable[[Desk], None]:
    turn = louder(step)
    return lambda parts: turn(parts.player)


def _intensity(step: float) -> Callable[[Desk], None]:
    def turn(parts: Desk) -> None:
        now = parts.radio.described()
        if now is not None:
            wanted = float(now["intensity"]) + step  # type: ignore[arg-type] # a number
            parts.radio.steer(Steering(intensity=round(min(1.0, max(0.0, wanted)), 2)))

    return turn


def _keep(parts: Desk) -> str:
    entry = parts.radio.keep(None)
    return f"kept {entry.id}"


ACTIONS: Mapping[str, Callable[[Desk], str | None]] = {
    " ": lambda parts: parts.player.toggle(),
    "n": lambda parts: parts.player.next(),
    "b": lambda parts: parts.player.previous(),
    "k": _keep,
    "+": _volume(VOLUME_STEP),
    "=": _volume(VOLUME_STEP),
    "-": _volume(-VOLUME_STEP),
    "]": _intensity(INTENSITY_STEP),
    "[": _intensity(-INTENSITY_STEP),
}


def line(radio: Mapping[str, Any] | None, state: State, said: str = "") -> str:
    """What there is to see."""
    if radio is None:
        return ""
    parts = ["||" if state.doing == "paused" else "|>", _title(radio)]
    if radio["key"]:
        parts.append(radio["key"])
    if radio["bpm"]:
        parts.append(f"{radio['bpm']:.0f} bpm")
    parts.append("muted" if state.muted else f"vol {state.volume:.0%}")
    parts.append(f"intensity {radio['intensity']:.0%}")
    if radio["next_ready"] or radio["generating"]:
        parts.append("next is ready" if radio["next_ready"] else "making the next")
    if state.problem is not None:
        parts.append(state.problem.message)
    return f"{parts[0]} {'  '.join([*parts[1:], said or KEYS])}"


def _title(radio: Mapping[str, Any] | None) -> str:
    return "" if radio is None else f"{radio['title']} ({radio['source']})"
