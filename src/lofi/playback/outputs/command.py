"""Sound through a program of the system."""

import threading
from collections.abc import Iterator

import numpy as np

from lofi.errors import AudioDeviceError
from lofi.playback.outputs import paced
from lofi.playback.outputs.output import Pull
from lofi.playback.outputs.programs import Program
from lofi.playback.outputs.speaker import Speaker
from lofi.sound.pcm import SAMPLE_RATE

TRIAL_SECONDS = 0.2
"""In which a program that finds no device says so."""
LEAVE_SECONDS = 1.0


class CommandOutput:
    """One process, fed in real time."""

    device: str | None = None

    def __init__(self, program: Program) -> None:
        self.name = program.name
        self.trouble: str | None = None
        self._program = program
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._speaker: Speaker | None = None
        self._thread: threading.Thread | None = None

    def start(self, pull: Pull) -> None:
        """Start the program.

        Raises:
            AudioDeviceError: it cannot be started, or ends at once.
        """
        try:
            self._speaker = Speaker(self._program, 2, SAMPLE_RATE)
        except OSError as error:
            raise AudioDeviceError(f"{self.name}: {error.strerror}") from None
        self._thread = threading.Thread(
            target=self._play, args=(self._speaker, pull), name="speaker", daemon=True
        )
        self._thread.start()
        if self._ended.wait(TRIAL_SECONDS):
            raise AudioDeviceError(f"{self.name}: {self.trouble}")

    def close(self) -> None:
        """Kill the program: whatever it holds is heard no more."""
        self._stopped.set()
        if self._speaker is not None:
            self._speaker.silence()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(LEAVE_SECONDS)

    def _play(self, speaker: Speaker, pull: Pull) -> None:
        try:
            trouble = speaker.play(self._coded(pull))
        except OSError as error:
            trouble = error.strerror
        if not self._stopped.is_set():
            self.trouble = trouble or "it ended"
        self._ended.set()

    def _coded(self, pull: Pull) -> Iterator[bytes]:
        """16 bits, the lower byte first."""
        for block in paced.blocks(pull, self._stopped):
            yield np.rint(block.T * 32_767).astype("<i2").tobytes()
