"""Which program of the system plays sound that comes by its standard input."""

import shlex
import shutil
from typing import NamedTuple

from lofi.errors import InvalidParams


class Player(NamedTuple):
    """A program and what it is called with."""

    words: tuple[str, ...]
    raw: bool = False
    """Whether it takes bare samples and is told of what kind; else a WAV file whose header leaves
    the length open."""

    @property
    def name(self) -> str:
        """Of the program."""
        return self.words[0]

    def command(self, channels: int, sample_rate: int) -> list[str]:
        """What to run for such samples of 16 bits, the lower byte first."""
        if not self.raw:
            return list(self.words)
        return [word.format(channels=channels, rate=sample_rate) for word in self.words]


PLAYERS = (
    Player(
        ("paplay", "--raw", "--format=s16le", "--rate={rate}", "--channels={channels}"), raw=True
    ),
    Player(("pw-cat", "--playback", "-")),
    Player(
        ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", "{rate}", "-c", "{channels}", "-"),
        raw=True,
    ),
    Player(("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "-")),
    Player(("mpv", "--no-config", "--no-terminal", "--no-video", "-")),
    Player(("play", "-q", "-t", "wav", "--ignore-length", "-")),
)
"""Best first: sound servers before the bare device, small programs before large ones. paplay goes
before pw-cat, which some systems have without its server playing anything."""


def find(own: str | None) -> Player:
    """The program to play with.

    Args:
        own: a command of the user's own that reads WAV; None looks for a known one.

    Raises:
        InvalidParams: there is none.
    """
    if own is not None:
        return _own(own)
    for player in PLAYERS:
        if shutil.which(player.name):
            return player
    raise InvalidParams(
        f"no program was found that plays sound ({', '.join(each.name for each in PLAYERS)})",
        hint="install pulseaudio-utils, pipewire, alsa-utils, ffmpeg, mpv or sox, or name a command"
        " of your own that reads WAV from its standard input: LOFI_PLAYER",
    )


def _own(text: str) -> Player:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidParams(f"player: {text!r}: {error}", hint="quote it as in a shell") from None
    if not words or shutil.which(words[0]) is None:
        raise InvalidParams(
            f"player: there is no program {words[0] if words else text!r}",
            hint="name a command that reads WAV from its standard input",
        )
    return Player(words)
