"""All 38 styles as sound: each is music, and each differs from the others the way its tags say."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from scipy.stats import spearmanr

from backends.procedural.measures import loudness, minor_third, onsets, pulse, treble
from backends.procedural.pieces import Piece
from backends.procedural.sound.measures import true_peak
from lofi import catalogue
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Ambience
from lofi.sound.pcm import Signal

SECONDS = 8
"""Short enough for the whole band to play from the first bar."""
STYLES = catalogue.load()
every_style = pytest.mark.parametrize("name", STYLES)


@pytest.fixture(scope="module")
def pieces() -> dict[str, Piece]:
    return {name: Piece(style.name, SECONDS, seed=1) for name, style in STYLES.items()}


def measured(
    pieces: dict[str, Piece], measure: Callable[[Signal], float], names: Iterable[str] = STYLES
) -> list[float]:
    return [measure(pieces[name].sound) for name in names]


def agreement(one: Iterable[float], other: Iterable[float]) -> float:
    """Spearman's rank correlation."""
    return float(spearmanr(list(one), list(other)).statistic)


@every_style
def test_every_style_is_music_at_the_common_loudness(pieces: dict[str, Piece], name: str) -> None:
    sound = pieces[name].sound
    assert np.isfinite(sound).all()
    assert abs(loudness(sound) + 18) < 1.5
    assert true_peak(sound) < -1
    assert pieces[name].take.notes["understood"]


@every_style
def test_every_style_has_the_third_of_its_mode(pieces: dict[str, Piece], name: str) -> None:
    piece = pieces[name]
    minor, tonic = Key.of(piece.recipe).minor, piece.recipe.tonic
    own = minor_third(piece.sound, tonic)
    relative = minor_third(piece.sound, tonic + 3 if minor else tonic + 9)
    high, low = (own, relative) if minor else (relative, own)
    assert high > 0.75
    assert low < 0.25


def test_dark_styles_are_minor_and_hopeful_ones_major(pieces: dict[str, Piece]) -> None:
    thirds = {name: minor_third(pieces[name].sound, pieces[name].recipe.tonic) for name in STYLES}
    dark, hopeful = ("CORE-06", "SEASON-07", "THEME-02"), ("SEASON-04", "SEASON-02", "THEME-09")
    assert min(thirds[name] for name in dark) > max(thirds[name] for name in hopeful) + 0.5


def test_bright_styles_have_more_treble_than_dark_ones(pieces: dict[str, Piece]) -> None:
    bright = measured(pieces, treble, ("CORE-04", "SEASON-04", "THEME-07"))
    dark = measured(pieces, treble, ("CORE-06", "THEME-02", "THEME-04"))
    assert min(bright) > max(dark) + 1


def test_busy_styles_have_more_onsets_than_calm_ones(pieces: dict[str, Piece]) -> None:
    busy = measured(pieces, onsets, ("CORE-04", "CORE-05", "SEASON-04"))
    calm = measured(pieces, onsets, ("CORE-03", "THEME-04", "SEASON-06"))
    assert min(busy) > 2 * max(calm)


def test_styles_with_a_beat_have_it_at_their_tempo(pieces: dict[str, Piece]) -> None:
    for piece in pieces.values():
        if piece.recipe.kit and piece.recipe.intensity >= 0.4:
            bpm = piece.recipe.bpm
            beside = max(pulse(piece.sound, factor * bpm) for factor in (0.87, 1.13))
            assert pulse(piece.sound, bpm) > beside + 0.08, piece.prompt


def test_treble_and_onsets_follow_the_recipes(pieces: dict[str, Piece]) -> None:
    bright = [piece.recipe.brightness for piece in pieces.values()]
    notes = [sum(len(bar.notes) for bar in piece.bars) for piece in pieces.values()]
    for wanted, heard in (
        (bright, measured(pieces, treble)),
        (notes, measured(pieces, onsets)),
    ):
        assert agreement(wanted, heard) > 0.45
        shuffled = np.random.default_rng(0).permutation(heard).tolist()
        assert agreement(wanted, shuffled) < 0.35


def test_rain_is_heard_in_rainy_day_only(pieces: dict[str, Piece]) -> None:
    def hiss(sound: Signal) -> float:
        """Decibels of the quietest tenth of what lies above 4 kHz: rain never pauses."""
        high = np.abs(np.diff(sound.mean(axis=0), 2))
        pieces_of_50_ms = high[: high.size // 2_400 * 2_400].reshape(-1, 2_400)
        return float(20 * np.log10(np.percentile(np.sqrt((pieces_of_50_ms**2).mean(axis=1)), 20)))

    levels = {name: hiss(pieces[name].sound) for name in STYLES}
    rainy = {name for name in STYLES if Ambience.RAIN in pieces[name].recipe.ambience}
    assert "SEASON-06" in rainy
    others = [level for name, level in levels.items() if name not in rainy]
    assert levels["SEASON-06"] > np.percentile(others, 90)


def profile(sound: Signal) -> np.ndarray:
    """Levels over time and frequency, in decibels: 16 bands by half seconds."""
    mono = sound.mean(axis=0)
    spectra = np.abs(np.fft.rfft(mono[: mono.size // 24_000 * 24_000].reshape(-1, 24_000))) ** 2
    edges = np.geomspace(20, 8_000, 17).astype(int)[:-1]
    return np.asarray(10 * np.log10(np.add.reduceat(spectra, edges, axis=1) + 1e-6))


def test_no_two_styles_sound_alike(pieces: dict[str, Piece]) -> None:
    profiles = [profile(piece.sound) for piece in pieces.values()]

    def distance(one: np.ndarray, other: np.ndarray) -> float:
        return float(np.abs(one - other).mean())

    for index, one in enumerate(profiles):
        assert min(distance(one, other) for other in profiles[:index] + profiles[index + 1 :]) > 1.5
    softer = profile(pieces["CORE-01"].sound * np.float32(0.9))
    assert distance(profiles[0], softer) < 1.5
