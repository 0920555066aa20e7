"""A track from its first sample to its last: when it begins, how it ends, how loud it is made."""

import numpy as np
import pytest

from backends.procedural.measures import chroma, loudness
from backends.procedural.pieces import Piece
from backends.procedural.sound.measures import decibels, rms, true_peak
from lofi.backends.procedural import pipeline
from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.composition.harmony import home
from lofi.backends.procedural.pipeline import FADE_SECONDS, SILENCE_SECONDS
from lofi.backends.procedural.sound.engine import SAMPLE_RATE, Engine
from lofi.sound.limiter import Limiter
from lofi.sound.pcm import Signal

PROMPT = "rainy night, rhodes, vinyl, 72 bpm"


@pytest.fixture(
    scope="module",
    params=[
        5,
        30,
        240,
        pytest.param(600, marks=pytest.mark.slow),
    ],
    ids=lambda seconds: f"{seconds} s",
)
def piece(request: pytest.FixtureRequest) -> Piece:
    return Piece(PROMPT, request.param)


def cut(sound: Signal, start: float, end: float) -> Signal:
    """From second to second; below zero they count from the end."""
    frames = sound.shape[1]
    return sound[:, round(start * SAMPLE_RATE) % frames : round(end * SAMPLE_RATE) % frames]


def ends_on(sound: Signal, tonic: int) -> bool:
    """Whether the tonic is the strongest pitch below 200 Hz at the end."""
    return int(chroma(cut(sound, -1.9, -0.8), 35, 200).argmax()) == tonic


def steps(sound: Signal) -> float:
    """The largest jump between two samples."""
    return float(np.abs(np.diff(sound)).max())


def test_a_track_is_as_long_as_asked_for(piece: Piece) -> None:
    assert piece.sound.shape == (2, piece.seconds * SAMPLE_RATE)
    assert piece.sound.dtype == np.float32


def test_a_track_begins_at_once(piece: Piece) -> None:
    assert rms(cut(piece.sound, 0, 0.5)) > 0.01
    late = np.pad(piece.sound, ((0, 0), (SAMPLE_RATE, 0)))
    assert rms(cut(late, 0, 0.5)) < 0.01


def test_a_track_ends_in_silence_and_without_a_click(piece: Piece) -> None:
    ending = cut(piece.sound, -1.5, -0.001)
    assert rms(cut(piece.sound, -3, -1.5)) > 0.01
    assert not piece.sound[:, -round(SILENCE_SECONDS * SAMPLE_RATE) :].any()
    assert steps(cut(piece.sound, -0.24, -0.001)) < 1e-3
    broken = ending.copy()
    broken[:, ending.shape[1] // 2 :] = 0.0
    assert steps(broken) > 1e-3


def test_a_track_ends_on_its_tonic(piece: Piece) -> None:
    last = piece.bars[-1]
    assert last.last
    assert last.chord.root == home(piece.key).root == piece.recipe.tonic
    assert ends_on(piece.sound, piece.recipe.tonic)
    assert not ends_on(piece.sound, (piece.recipe.tonic + 5) % 12)


def test_the_intro_is_quieter_than_the_body(piece: Piece) -> None:
    if piece.seconds < 30:
        assert {bar.section for bar in piece.bars} == {"full", "ending"}
        return
    start, levels = 0.0, dict[str, list[float]]()
    for bar in piece.bars:
        end = start + bar.beats * 60 / bar.recipe.bpm
        levels.setdefault(bar.section, []).append(loudness(cut(piece.sound, start, end - 0.01)))
        start = end
    assert max(levels["intro"]) < np.mean(levels["full"]) - 1
    assert np.mean(levels["outro"]) < np.mean(levels["full"]) if "outro" in levels else True


def test_a_track_is_what_the_engine_plays_not_shifted_and_not_coloured() -> None:
    piece = Piece(PROMPT, 6)
    raw = Engine(Composer(piece.recipe, 42, 6), piece.recipe, 42).render(6 * SAMPLE_RATE)
    untouched = slice(0, -round((FADE_SECONDS + SILENCE_SECONDS) * SAMPLE_RATE) - Limiter.latency)
    gain = rms(piece.sound[:, untouched]) / rms(raw[:, untouched])
    expected = (raw * np.float32(gain))[:, untouched]
    assert np.abs(piece.sound[:, untouched] - expected).max() < 1e-5
    assert np.abs(np.roll(piece.sound, 1)[:, untouched] - expected).max() > 1e-3


def test_what_must_be_limited_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Piece(PROMPT, 12).sound
    monkeypatch.setattr(pipeline, "TARGET_LUFS", -9.0)
    loud = Piece(PROMPT, 12).sound
    assert true_peak(loud) < -1
    assert decibels(rms(loud), rms(plain)) > 5
    frames = 2**19
    spectra = [np.fft.rfft(sound[0, :frames].astype(np.float64)) for sound in (plain, loud)]
    lag = np.fft.irfft(spectra[0].conj() * spectra[1]).argmax()
    assert lag == 0


def test_a_piece_that_is_meant_to_be_quiet_is_not_torn_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MAX_GAIN", 0.01)
    assert loudness(Piece(PROMPT, 5).sound) < -40


def test_the_listener_is_told_what_was_understood(piece: Piece) -> None:
    notes = piece.take.notes
    assert notes["understood"] == {
        "style": "Rainy Day Lofi",
        "tempo": "72 bpm",
        "instruments": ["electric piano"],
        "ambience": ["vinyl"],
    }
    assert set(notes) == {"understood", "chosen", "remarks", "unknown"}
