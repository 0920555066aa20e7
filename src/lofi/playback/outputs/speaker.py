"""A player at work: one process, fed with samples."""

import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO

from lofi.playback.outputs.programs import Program
from lofi.sound import wave

PIPE_BYTES = 16_384
"""An eleventh of a second of stereo at 48 kHz."""


class Speaker:
    """Plays what it is given; one thread has it play, any other may silence it."""

    def __init__(self, player: Program, channels: int, sample_rate: int) -> None:
        """Start the player for samples of 16 bits.

        Raises:
            OSError: it cannot be started.
        """
        self._head = b"" if player.raw else wave.header(channels, sample_rate, None)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by play
        heard, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own choice, no shell
                player.command(channels, sample_rate),
                stdin=heard,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                process_group=0,  # a terminal's Ctrl-C is ours to handle
            )
        except OSError:
            os.close(self._pipe)
            self._errors.close()
            raise
        finally:
            os.close(heard)
        _shorten(self._pipe)

    def play(self, blocks: Iterable[bytes]) -> str | None:
        """Have all of them played; what went wrong, in the player's own words if it has any."""
        early = False
        try:
            self._send(self._head)
            for block in blocks:
                self._send(block)
        except BrokenPipeError:
            early = True
        finally:
            os.close(self._pipe)
        code = self._process.wait()
        with self._errors:
            said = _last_line(self._errors)
        return said or f"it ended with exit code {code}" if early or code else None

    def silence(self) -> None:
        """End the player, and with it ``play``."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.killpg(self._process.pid, signal.SIGKILL)

    def _send(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._pipe, rest) :]


def _shorten(pipe: int) -> None:
    """Have a pipe hold little, where the system knows how: what is in it can be changed no more."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _last_line(errors: BinaryIO) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4_096))
    lines = errors.read().decode(errors="replace").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    return "".join(filter(str.isprintable, said[-1]))[:200] if said else ""
