"""Which program of the system plays sound that comes by its standard input."""

import shlex
import shutil
from typing import NamedTuple

from lofi.errors import InvalidParams


class Program(NamedTuple):
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


PROGRAMS = (
    Program(
        (
            *("paplay", "--raw", "--format=s16le", "--rate={rate}", "--channels={channels}"),
            "--latency-msec=100",
        ),
        raw=True,
    ),
    Program(("pw-cat", "--playback", "--latency", "100ms", "-")),
    Program(
        (
            *("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", "{rate}", "-c", "{channels}"),
            *("--buffer-time=200000", "-"),
        ),
        raw=True,
    ),
    Program(
        (
            *("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-fflags", "nobuffer"),
            *("-probesize", "32", "-analyzeduration", "0", "-i", "-"),
        )
    ),
    Program(
        (
            *("mpv", "--no-config", "--no-terminal", "--no-video", "--cache=no"),
            *("--audio-buffer=0.1", "-"),
        )
    ),
    Program(("play", "-q", "-t", "wav", "--ignore-length", "-")),
)
"""Best first: sound servers before the bare device, small programs before large ones. paplay goes
before pw-cat, which some systems have without its server playing anything. Where a program can be
told, it keeps little in hand: what it holds can be made neither softer nor silent."""
NAMES = tuple(program.name for program in PROGRAMS)
INSTALL = (
    "install pulseaudio-utils, pipewire, alsa-utils, ffmpeg, mpv or sox, or name a command of your"
    " own that reads WAV from its standard input: LOFI_PLAYER"
)


def find(own: str | None) -> Program:
    """The program to play with.

    Args:
        own: a command of the user's own that reads WAV; None looks for a known one.

    Raises:
        InvalidParams: there is none.
    """
    if own is not None:
        return _own(own)
    found = installed()
    if found:
        return found[0]
    raise InvalidParams(f"no program was found that plays sound ({', '.join(NAMES)})", hint=INSTALL)


def installed() -> list[Program]:
    """Those that are there, best first."""
    return [program for program in PROGRAMS if shutil.which(program.name)]


def _own(text: str) -> Program:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidParams(f"player: {text!r}: {error}", hint="quote it as in a shell") from None
    if not words or shutil.which(words[0]) is None:
        raise InvalidParams(
            f"player: there is no program {words[0] if words else text!r}",
            hint="name a command that reads WAV from its standard input",
        )
    return Program(words)
