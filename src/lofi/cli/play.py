"""``lofi-daemon play``: files and tracks, one after another, with one line to look at and keys."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lofi import config
from lofi.cli.arguments import flags
from lofi.cli.terminal import Terminal
from lofi.config import Config
from lofi.errors import InvalidParams, TrackNotFound
from lofi.library.entry import TRACK_ID
from lofi.library.shelf import Library
from lofi.playback import outlet
from lofi.playback.events import Ended, Event, Reason
from lofi.playback.piece import Piece
from lofi.playback.player import Player
from lofi.playback.state import Doing, State
from lofi.rpc.playing import newest, piece, setting

LOOK_SECONDS = 0.2
LINGER_SECONDS = 0.4
"""For the last of the sound to leave the device."""
SEEK_SECONDS = 5.0
VOLUME_STEP = 0.05
BAR_CELLS = 24
KEYS = "space pause  n/p next/previous  arrows seek, volume  q quit"


def play(arguments: argparse.Namespace) -> None:
    """Play what the words name, by default the newest track, to the end or until told to stop.

    Raises:
        KeyboardInterrupt: by the user.
        InvalidParams: a word is neither a file nor a track.
        LofiError: a file cannot be read, or there is nothing to play it with.
    """
    settings = config.load(flags(arguments)).config
    library = _Shelf(settings)
    pieces = [_piece(word, library) for word in arguments.words] or [library.newest()]
    player = Player(
        outlet.ways(settings.audio_output, settings.player),
        {each.key: each for each in pieces}.__getitem__,
        setting=setting(settings),
    )
    failures: list[str] = []
    player.listen(lambda event: failures.extend(_failure(event)))
    try:
        player.play_all([each.key for each in pieces])
        if _follow(player, quiet=arguments.quiet):
            time.sleep(LINGER_SECONDS)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("nothing plays any more") from None
    finally:
        player.close()
    for each in failures:
        print(f"lofi-daemon: {each}", file=sys.stderr)


class _Shelf:
    """The library, opened if somebody asks for a track of it."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        self._library: Library | None = None

    @property
    def _open(self) -> Library:
        if self._library is None:
            self._library = Library.open(self._settings.cache_path)
        return self._library

    def track(self, track_id: str) -> Piece:
        return piece(self._open.get(track_id))

    def newest(self) -> Piece:
        found = newest(self._open)
        if found is None:
            raise TrackNotFound("the library is empty", hint="name a file, or make a track first")
        return found


def _piece(word: str, library: _Shelf) -> Piece:
    path = Path(word)
    if path.is_file():
        return Piece(str(path.absolute()), path, path.name)
    if TRACK_ID.fullmatch(word):
        return library.track(word)
    raise InvalidParams(
        f"{word!r} is neither a file nor the id of a track",
        hint="ids are 16 hexadecimal digits, as they are printed when a track is made",
    )


def _failure(event: Event) -> list[str]:
    match event:
        case Ended(each, _, Reason.ERROR, message):
            return [f"{each.title if each else 'a track'}: {message}"]
    return []


def _follow(player: Player, *, quiet: bool) -> bool:
    """Show what plays and do what keys say; whether all has been heard, or somebody had enough."""
    with Terminal() as terminal:
        said = ""
        while (state := player.state).doing is not Doing.STOPPED:
            if not terminal.live:
                if state.title and state.title != said and not quiet:
                    said = state.title
                    print(said, file=sys.stderr, flush=True)
                time.sleep(LOOK_SECONDS)
                continue
            if not quiet:
                terminal.show(line(state))
            key = terminal.key(LOOK_SECONDS)
            if key == "q":
                return False
            if key in ACTIONS:
                ACTIONS[key](player)
    return True


def louder(step: float) -> Callable[[Player], None]:
    """What turns a player's volume, which stays within 0 to 1, by so much."""
    return lambda player: player.set_volume(round(player.state.volume + step, 2))


def _seek(step: float) -> Callable[[Player], None]:
    return lambda player: player.seek(by=step)


ACTIONS: Mapping[str, Callable[[Player], None]] = {
    " ": Player.toggle,
    "n": Player.next,
    "p": Player.previous,
    "b": Player.previous,
    "m": Player.mute,
    "right": _seek(SEEK_SECONDS),
    "left": _seek(-SEEK_SECONDS),
    "up": louder(VOLUME_STEP),
    "down": louder(-VOLUME_STEP),
    "+": louder(VOLUME_STEP),
    "-": louder(-VOLUME_STEP),
}


def line(state: State) -> str:
    """What there is to see: a sign, how far it is, the volume, the title."""
    sign = "||" if state.doing is Doing.PAUSED else "|>"
    length = state.duration or 0.0
    full = round(BAR_CELLS * min(1.0, state.position / length)) if length else 0
    bar = "=" * full + "-" * (BAR_CELLS - full)
    loud = "muted" if state.muted else f"vol {state.volume:.0%}"
    number = f"{(state.index or 0) + 1}/{len(state.playlist)}  " if len(state.playlist) > 1 else ""
    parts = [f"{sign} {bar} {_clock(state.position)}/{_clock(length)}", loud]
    if state.problem is not None:
        parts.append(state.problem.message)
    return "  ".join([*parts, f"{number}{state.title or ''}", KEYS])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
