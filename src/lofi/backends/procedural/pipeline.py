"""From a request to a finished track: read the words, write the piece, play it, master it."""

import threading
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from lofi.backends.base import Step
from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.sound.engine import SAMPLE_RATE, Engine
from lofi.device import Device, Grant
from lofi.errors import GenerationCancelled
from lofi.sound.limiter import Limiter
from lofi.sound.loudness import Meter
from lofi.track import Audio, Request, Take

TARGET_LUFS = -18.0
MAX_GAIN = 10 ** (12 / 20)
"""A piece that is quieter than this can mend, 12 dB, is meant to be."""
FADE_SECONDS = 1.3
SILENCE_SECONDS = 0.2
"""What a track ends with, so that no player cuts it off."""
MASTERED_SECONDS = 10
"""How much audio one mastering step handles; mastering is about ten times as fast as playing."""


class Pipeline:
    """The procedural engine as a model. It keeps nothing between two tracks."""

    grant = Grant(Device.CPU, "it computes with numpy")

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Make one track; a step is one second played, or ten seconds mastered.

        Raises:
            GenerationCancelled: ``interrupt`` was called meanwhile.
        """
        self._interrupted.clear()
        reading = read(request.prompt, request.seed)
        composer = Composer(reading.recipe, request.seed, request.seconds)
        engine = Engine(composer, reading.recipe, request.seed)
        samples = np.empty((2, request.seconds * SAMPLE_RATE), np.float32)
        work = _steps(request.seconds)

        meter = Meter()
        for second in _blocks(samples, 1):
            second[:] = engine.render(second.shape[1])
            meter.add(second)
            yield self._checked(next(work))

        gain = min(MAX_GAIN, 10 ** ((TARGET_LUFS - meter.integrated()) / 20))
        samples *= np.float32(gain)
        _fade_out(samples)
        for _ in _limited(samples):
            yield self._checked(next(work))
        return Take(Audio(samples, SAMPLE_RATE), reading.described())

    def interrupt(self) -> None:
        """Give up the track that is being made, at its next step."""
        self._interrupted.set()

    def close(self) -> None:
        """Nothing is kept, so nothing is left to give back."""

    def _checked(self, step: Step) -> Step:
        if self._interrupted.is_set():
            raise GenerationCancelled(f"given up after step {step.done} of {step.total}")
        return step


def _steps(seconds: int) -> Generator[Step, None, None]:
    total = seconds + -(-seconds // MASTERED_SECONDS)
    for done in range(1, total + 1):
        yield Step(done, total)


def _blocks(
    samples: NDArray[np.float32], seconds: int
) -> Generator[NDArray[np.float32], None, None]:
    """Views of ``samples``, shape (2, frames), each so many seconds long but for the last."""
    length = seconds * SAMPLE_RATE
    for start in range(0, samples.shape[1], length):
        yield samples[:, start : start + length]


def _fade_out(samples: NDArray[np.float32]) -> None:
    """Let the last reverberation and the room go to silence; shape (2, frames), in place."""
    fade, silence = round(FADE_SECONDS * SAMPLE_RATE), round(SILENCE_SECONDS * SAMPLE_RATE)
    samples[:, -silence:] = 0.0
    slope = np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    samples[:, -silence - fade : -silence] *= slope


def _limited(samples: NDArray[np.float32]) -> Generator[None, None, None]:
    """Limit a track in place, and in time: the limiter hears it earlier by what it is late."""
    limiter, total = Limiter(), samples.shape[1]
    late = limiter.latency
    limiter.process(samples[:, :late])
    for start in range(0, total, MASTERED_SECONDS * SAMPLE_RATE):
        stop = min(start + MASTERED_SECONDS * SAMPLE_RATE, total)
        out = limiter.process(samples[:, start + late : stop + late])
        if stop == total:
            out = np.concatenate([out, limiter.flush()], axis=1)
        samples[:, start:stop] = out
        yield
