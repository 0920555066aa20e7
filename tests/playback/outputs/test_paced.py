"""Sound in real time, by any clock."""

import threading

import numpy as np

from lofi.playback.outputs import paced
from lofi.playback.outputs.silent import SilentOutput
from lofi.sound.pcm import SAMPLE_RATE, Signal

SECONDS = 20.0


class Clock(threading.Event):
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        self.now += timeout or 0.0
        return self.is_set()

    def __call__(self) -> float:
        return self.now


def pull(count: int, _patience: float) -> Signal:
    return np.zeros((2, count), np.float32)


def test_sound_is_no_earlier_than_its_lead() -> None:
    clock = Clock()
    given = 0
    for block in paced.blocks(pull, clock, clock):
        given += block.shape[1]
        assert given / SAMPLE_RATE <= clock.now - 100.0 + paced.LEAD + 0.021
        if clock.now > 103.0:
            clock.set()
    assert given / SAMPLE_RATE > 3.0


def test_time_that_was_slept_through_is_given_up() -> None:
    clock, given = Clock(), 0
    blocks = paced.blocks(pull, clock, clock)
    for _ in range(50):
        next(blocks)
    clock.now += 3_600.0
    before = clock.now
    while clock.now == before:
        next(blocks)
        given += 1
    assert given <= 3


def test_nowhere_takes_sound_until_it_is_closed() -> None:
    taken = threading.Semaphore(0)

    def count(wanted: int, patience: float) -> Signal:
        taken.release()
        return pull(wanted, patience)

    output = SilentOutput()
    output.start(count)
    for _ in range(8):
        assert taken.acquire(timeout=SECONDS)
    output.close()
    assert (output.name, output.device, output.trouble) == ("null", None, None)
