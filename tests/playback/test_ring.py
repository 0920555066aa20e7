"""What is put first is taken first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lofi.playback.ring import Ring
from lofi.playback.tape import Tape
from lofi.sound.pcm import SAMPLE_RATE

STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=50)


def numbered(start: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.tile(np.arange(start, start + count, dtype=np.float32), (2, 1))


@given(STEPS)
def test_frames_come_out_in_the_order_in_which_they_went_in(steps: list[tuple[int, int]]) -> None:
    ring, put, taken = Ring(13), 0, 0
    for more, less in steps:
        count = min(more, ring.room)
        ring.put(numbered(put, count))
        put += count
        out = ring.take(less)
        assert np.array_equal(out, numbered(taken, min(less, put - taken)))
        taken += out.shape[1]
        assert (ring.filled, ring.room) == (put - taken, 13 - put + taken)


def test_what_is_cut_off_dies_away() -> None:
    ring = Ring(100)
    ring.put(np.ones((2, 70), np.float32))
    ring.take(40)
    ring.put(np.ones((2, 60), np.float32))
    ring.cut(50)
    tail = ring.take(100)
    assert tail.shape == (2, 50)
    assert (tail[0, 0], tail[0, -1]) == (1.0, 0.0)
    assert (np.diff(tail) < 0).all()


@given(st.lists(st.integers(0, 70_000), max_size=8))
def test_a_tape_holds_what_came_last(counts: list[int]) -> None:
    tape = Tape(seconds=2)
    heard = np.zeros((2, 0), np.float32)
    for number, count in enumerate(counts):
        sound = np.full((2, count), (number + 1) / 16, np.float32)
        sound[:, :1] = -0.5
        tape.record(sound)
        heard = np.concatenate([heard, sound], axis=1)
    for seconds in (0.0, 0.5, 2.0, 60.0):
        count = min(heard.shape[1], round(min(seconds, 2.0) * SAMPLE_RATE))
        expected = heard[:, heard.shape[1] - count :]
        assert np.abs(tape.last(seconds) - expected).max(initial=0.0) < 1e-4
        assert tape.last(seconds).shape == expected.shape
