"""Bar lines of tracks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi.radio.onair import until_bar
from lofi.sound.pcm import SAMPLE_RATE


@given(st.floats(40, 180), st.floats(0, 5), st.floats(0, 600))
def test_whoever_waits_for_a_bar_line_arrives_at_it(
    bpm: float, downbeat: float, position: float
) -> None:
    frames = round(position * SAMPLE_RATE)
    wait = round(until_bar(bpm, downbeat, frames / SAMPLE_RATE) * SAMPLE_RATE)
    assert 0 <= wait <= 4 * 60 / bpm * SAMPLE_RATE + 1
    left = until_bar(bpm, downbeat, (frames + wait) / SAMPLE_RATE)
    assert round(left * SAMPLE_RATE) == 0


@pytest.mark.parametrize(
    ("bpm", "downbeat", "position", "until"),
    [(80, 0, 0, 0), (80, 0, 1, 2), (80, 0, 3, 0), (80, 0.5, 0, 0.5), (80, 0.5, 3.6, 2.9)],
)
def test_the_next_line_is_a_bar_away_at_most(
    bpm: float, downbeat: float, position: float, until: float
) -> None:
    assert until_bar(bpm, downbeat, position) == pytest.approx(until, abs=1e-5)
