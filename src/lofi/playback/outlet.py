"""The way out in use: the first that works of those there are, and what is wrong if none does."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from lofi.errors import AudioDeviceError, InvalidParams
from lofi.playback.outputs import miniaudio, programs
from lofi.playback.outputs.command import CommandOutput
from lofi.playback.outputs.miniaudio import MiniaudioOutput
from lofi.playback.outputs.output import Device, Output, Pull
from lofi.playback.outputs.silent import SilentOutput

AUTO, NONE, NULL = "auto", "none", "null"
CHOICES = (AUTO, miniaudio.NAME, *programs.NAMES, NULL, NONE)

logger = logging.getLogger(__name__)


class Problem(NamedTuple):
    """Why nothing is heard, and what to do."""

    message: str
    recovery: str


class Way(NamedTuple):
    """A kind of output that may work here."""

    name: str
    make: Callable[[str | None], Output]
    """For a device by its name; None: the system's own choice."""


class Outlet:
    """At most one output, opened when there is something to hear. Safe from any thread."""

    def __init__(self, ways: Sequence[Way], pull: Pull, device: str | None = None) -> None:
        """Open nothing yet.

        Args:
            ways: what may work here, best first.
            pull: gives the sound.
            device: the name of a device; None for the system's own choice.
        """
        self._ways = ways
        self._pull = pull
        self._wanted = device
        self._lock = threading.RLock()
        """Held while an output is opened and closed, which may take a while."""
        self._output: Output | None = None
        self.problem: Problem | None = None
        """What is wrong at present."""

    @property
    def name(self) -> str:
        """Of what plays, or would."""
        output = self._output
        if output is not None:
            return output.name
        if self.problem is not None or not self._ways:
            return NONE
        return self._ways[0].name

    @property
    def device(self) -> str | None:
        """The device that was chosen; None is the system's own choice."""
        return self._wanted

    @property
    def is_open(self) -> bool:
        """Whether something takes sound."""
        return self._output is not None

    @property
    def trouble(self) -> str | None:
        """Why the open output plays no longer; None while all is well."""
        output = self._output
        return None if output is None else output.trouble

    def open(self) -> None:
        """Have sound heard from now on.

        Raises:
            AudioDeviceError: nothing works; ``problem`` says the same.
        """
        with self._lock:
            if self._output is not None and self._output.trouble is None:
                return
            self.close()
            failures = []
            for way in self._ways:
                output = way.make(self._wanted)
                try:
                    output.start(self._pull)
                except AudioDeviceError as error:
                    logger.info("%s does not play: %s", way.name, error.message)
                    failures.append(error.message)
                    continue
                self._output, self.problem = output, None
                return
            self.problem = _explained(failures)
            raise AudioDeviceError(self.problem.message, hint=self.problem.recovery)

    def close(self) -> None:
        """Silence at once."""
        with self._lock:
            output, self._output = self._output, None
            if output is not None:
                output.close()

    def choose(self, device: str | None) -> None:
        """Play on another device, now if something plays.

        Raises:
            InvalidParams: there is no such device.
            AudioDeviceError: it does not play.
        """
        if device is not None:
            if not any(way.name == miniaudio.NAME for way in self._ways):
                raise InvalidParams(
                    f"{self.name} plays on no device of choice", hint="choose it in the system"
                )
            miniaudio.check(device)
        with self._lock:
            before, self._wanted = self._wanted, device
            if self._output is None:
                return
            self.close()
            try:
                self.open()
            except AudioDeviceError:
                self._wanted = before
                with suppress(AudioDeviceError):  # whoever plays notices that nothing is open
                    self.open()
                raise


def devices(ways: Sequence[Way]) -> list[Device]:
    """What can be chosen; nothing where only programs play."""
    if not any(way.name == miniaudio.NAME for way in ways):
        return []
    try:
        return miniaudio.devices()
    except AudioDeviceError as error:
        logger.info("no devices: %s", error.message)
        return []


def ways(choice: str = AUTO, own: str | None = None) -> list[Way]:
    """What may work here, best first.

    Args:
        choice: one of ``CHOICES``.
        own: a command of the user's own, which goes first.

    Raises:
        InvalidParams: the chosen program is not installed, or ``own`` is no command.
    """
    if choice == NONE:
        return []
    if choice == NULL:
        return [Way(NULL, lambda _device: SilentOutput())]
    if choice == miniaudio.NAME:
        return [Way(miniaudio.NAME, MiniaudioOutput)]
    if choice != AUTO:
        return [_through(program) for program in programs.PROGRAMS if program.name == choice]
    found = [] if own is None else [_through(programs.find(own))]
    if miniaudio.present():
        found.append(Way(miniaudio.NAME, MiniaudioOutput))
    return found + [_through(program) for program in programs.installed()]


def _through(program: programs.Program) -> Way:
    return Way(program.name, lambda _device: CommandOutput(program))


def _explained(failures: Sequence[str]) -> Problem:
    if not failures:
        return Problem(
            "nothing here plays sound",
            f"set audio_output to auto, and {programs.INSTALL}; tracks are made and kept meanwhile",
        )
    recovery = AudioDeviceError.recovery
    if os.environ.get("SSH_CONNECTION") and not os.environ.get("PULSE_SERVER"):
        recovery = (
            "this runs on the other end of an SSH connection: set PULSE_SERVER to the sound server"
            " you hear, or export the tracks"
        )
    elif not shutil.which(programs.NAMES[0]) and not miniaudio.present():
        recovery = programs.INSTALL
    return Problem(f"no sound: {'; '.join(failures)}", recovery)
