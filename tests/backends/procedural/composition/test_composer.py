"""Whole pieces on paper: in key, consonant, varied, steerable and repeatable."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.composition.harmony import home
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Instrument, Kit, Mode, Part, Recipe
from lofi.backends.procedural.score import Bar, Note

JAZZ = Recipe(
    kit=Kit.BRUSHES,
    bass=Instrument.UPRIGHT_BASS,
    lead=Instrument.CELLO,
    chords=Instrument.GUITAR,
    intensity=1.0,
    density=0.9,
    spice=0.8,
)
SLEEP = Recipe(kit=None, intensity=0.1, density=0.1, spice=0.0, bpm=50.0, mode=Mode.LYDIAN)

recipes = st.builds(
    Recipe,
    tonic=st.integers(0, 11),
    mode=st.sampled_from(Mode),
    bpm=st.floats(40.0, 180.0),
    swing=st.floats(0.5, 0.67),
    intensity=st.floats(0.0, 1.0),
    density=st.floats(0.0, 1.0),
    spice=st.floats(0.0, 1.0),
    chords=st.sampled_from([None, *Instrument]),
    pad=st.sampled_from([None, Instrument.PAD, Instrument.STRINGS]),
    lead=st.sampled_from([None, *Instrument]),
    bass=st.sampled_from([None, Instrument.UPRIGHT_BASS, Instrument.SYNTH_BASS]),
    kit=st.sampled_from([None, *Kit]),
)
seeds = st.integers(0, 2**64 - 1)


def written(recipe: Recipe, seed: int, bars: int) -> list[Bar]:
    return list(islice(Composer(recipe, seed), bars))


def pitched(bars: Sequence[Bar]) -> list[Note]:
    return [note for bar in bars for note in bar.notes if note.part is not Part.DRUMS]


def counted(recipe: Recipe, seed: int = 3, bars: int = 64) -> Counter[Part]:
    return Counter(note.part for bar in written(recipe, seed, bars) for note in bar.notes)


def intenser(recipe: Recipe, amount: float) -> Recipe:
    return replace(recipe, intensity=amount)


def denser(recipe: Recipe, amount: float) -> Recipe:
    return replace(recipe, density=amount)


def out_of_key(bars: Sequence[Bar], key: Key) -> int:
    """Notes outside the key that their chord does not account for."""
    return sum(
        note.pitch % 12 not in key.scale
        and not (note.chromatic and bar.chord.chromatic and note.pitch % 12 in bar.chord.tones)
        for bar in bars
        for note in pitched([bar])
    )


def harshness(bars: Sequence[Bar]) -> float:
    """Share of the time two notes sound together that they are a minor second or ninth apart."""
    sounding, start = [], 0.0
    for bar in bars:
        sounding += [(start + n.beat, start + n.beat + n.length, n.pitch) for n in pitched([bar])]
        start += bar.beats
    sounding.sort()
    together = harsh = 0.0
    for index, (_, end, pitch) in enumerate(sounding):
        for onset, release, other in sounding[index + 1 :]:
            if onset >= end:
                break
            overlap = min(end, release) - onset
            together += overlap
            harsh += overlap * (abs(pitch - other) in {1, 13})
    return harsh / together


def mistuned(bars: Sequence[Bar]) -> list[Bar]:
    """The broken control: the pad a half step above the rest."""
    return [
        replace(
            bar,
            notes=tuple(
                replace(note, pitch=note.pitch + (note.part is Part.PAD)) for note in pitched([bar])
            ),
        )
        for bar in bars
    ]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("spice", [0.0, 0.2, 1.0])
def test_notes_stay_in_key_unless_their_chord_leaves_it(mode: Mode, spice: float) -> None:
    for seed in range(3):
        bars = written(Recipe(mode=mode, spice=spice, tonic=seed * 5), seed, 40)
        key = Key.of(bars[0].recipe)
        assert out_of_key(bars, key) == 0
        assert out_of_key(bars, Key((key.tonic + 1) % 12, mode)) > 100
        if spice == 0.0:
            assert not any(note.chromatic for note in pitched(bars))


@pytest.mark.parametrize("recipe", [Recipe(), JAZZ, SLEEP], ids=["default", "jazz", "sleep"])
def test_half_steps_seldom_sound_together(recipe: Recipe) -> None:
    for mode in Mode:
        bars = written(replace(recipe, mode=mode), 5, 40)
        assert harshness(bars) < 0.03
        assert harshness(mistuned(bars)) > 0.05


def test_two_hours_never_repeat_a_phrase_and_use_each_progression_a_few_times() -> None:
    def phrases(bars: list[Bar]) -> tuple[float, float]:
        """Share of phrases unlike all others, and phrases to a progression."""
        groups = [bars[i : i + 8] for i in range(0, len(bars) - 7, 8)]
        notes = {
            frozenset(
                (i, n.part, round(4 * n.beat), n.pitch) for i, b in enumerate(g) for n in b.notes
            )
            for g in groups
        }
        progressions = {tuple(bar.chord.name for bar in group) for group in groups}
        return len(notes) / len(groups), len(groups) / len(progressions)

    two_hours = written(Recipe(), 11, int(2 * 3600 * 76 / 60 / 4))
    distinct, reuse = phrases(two_hours)
    assert distinct == 1.0
    assert 1.5 <= reuse <= 4.0
    looping = two_hours[:32] * 10
    distinct, reuse = phrases(looping)
    assert distinct < 0.2
    assert reuse > 4.0


@given(recipes, seeds, st.integers(5, 60))
@example(replace(SLEEP, bpm=40.0), 0, 5)
@settings(max_examples=60, deadline=None)
def test_a_piece_fits_its_duration_and_ends_on_the_tonic(
    recipe: Recipe, seed: int, seconds: int
) -> None:
    bars = list(Composer(recipe, seed, seconds))
    assert sum(bar.beats for bar in bars) * 60 / recipe.bpm == pytest.approx(seconds)
    assert [bar.last for bar in bars].count(True) == 1
    assert bars[-1].last
    assert bars[-1].chord == home(Key.of(recipe))
    assert [bar.index for bar in bars] == list(range(len(bars)))
    if recipe.chords or recipe.pad:
        assert any(note.beat < 1.0 for note in bars[0].notes)
        assert pitched(bars[-1:])
    for note in bars[-1].notes:
        assert note.beat + note.length <= bars[-1].beats + 1e-6


@given(recipes, seeds)
@settings(max_examples=60, deadline=None)
def test_notes_are_within_their_bar_in_range_and_only_of_parts_that_play(
    recipe: Recipe, seed: int
) -> None:
    for bar in written(recipe, seed, 16):
        assert set(bar.levels) == set(Part)
        for note in bar.notes:
            assert 0.0 <= note.beat < bar.beats + 0.1
            assert note.length > 0.0
            assert 0.0 < note.velocity <= 1.0
            assert 20 < note.pitch < 108
            assert bar.levels[note.part] > 0.0


def test_velocities_differ_without_extremes() -> None:
    velocities = [note.velocity for bar in written(Recipe(), 1, 64) for note in bar.notes]
    assert 0.05 <= min(velocities) < 0.25
    assert 0.85 < max(velocities) <= 1.0
    assert len(set(velocities)) > 100


def test_the_melody_moves_by_step_and_sits_above_the_chords() -> None:
    bars = written(Recipe(), 2, 96)
    lead = [note.pitch for note in pitched(bars) if note.part is Part.LEAD]
    comp = [note.pitch for note in pitched(bars) if note.part is Part.CHORDS]
    assert np.abs(np.diff(lead)).mean() < 3.5
    assert np.mean(lead) - np.mean(comp) > 9


def test_the_melody_lies_ten_milliseconds_behind_the_beat() -> None:
    bars = written(Recipe(swing=0.5), 1, 96)
    late = [
        note.beat - round(4 * note.beat) / 4 for note in pitched(bars) if note.part is Part.LEAD
    ]
    assert np.mean(late) * 60 / 76 == pytest.approx(0.010, abs=0.002)


def test_voices_are_led_from_one_phrase_into_the_next() -> None:
    def jumps(composer: Composer, *, forgetful: bool) -> float:
        """Semitones from the pad's voices in a phrase's first bar to the nearest in its last."""
        pads, moved = [], []
        for bar in islice(composer, 8 * 40):
            pads.append([note.pitch for note in bar.notes if note.part is Part.PAD])
            if forgetful and bar.index % 8 == 7:
                composer._held = ()
        for before, after in zip(pads[7::8], pads[8::8], strict=False):
            moved += [min(abs(pitch - held) for held in before) for pitch in after]
        return float(np.mean(moved))

    led = jumps(Composer(Recipe(), 3), forgetful=False)
    assert led < 1.8
    assert jumps(Composer(Recipe(), 3), forgetful=True) > 1.1 * led


@pytest.mark.parametrize("turned", [intenser, denser])
@pytest.mark.parametrize("chords", [Instrument.PIANO, Instrument.GUITAR, Instrument.ORGAN])
def test_more_intensity_or_density_never_means_fewer_notes(
    turned: Callable[[Recipe, float], Recipe], chords: Instrument
) -> None:
    amounts = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    counts = [counted(turned(Recipe(chords=chords), amount)) for amount in amounts]
    for part in set(Part) - {Part.PAD}:
        numbers = [count[part] for count in counts]
        assert numbers == sorted(numbers)
    assert counts[0].total() < counts[-1].total()


def test_without_intensity_only_pad_and_sparse_chords_play() -> None:
    count = counted(Recipe(intensity=0.0, density=0.0))
    assert set(count) == {Part.PAD, Part.CHORDS}
    assert count[Part.CHORDS] < count[Part.PAD]


def test_equal_seeds_give_equal_bars_and_others_do_not() -> None:
    first = list(Composer(Recipe(), 7, 60))
    assert first == list(Composer(Recipe(), 7, 60))
    big = [list(Composer(Recipe(), seed, 60)) for seed in (8, 2**32 + 7, 2**64 - 1)]
    assert all(other != first for other in big)
    progressions = {
        tuple(bar.chord.name for bar in written(Recipe(), seed, 8)) for seed in range(30)
    }
    assert len(progressions) > 20


def test_steering_takes_effect_in_the_next_bar() -> None:
    composer = Composer(Recipe(), 1)
    list(islice(composer, 11))
    wanted = Recipe(tonic=3, mode=Mode.AEOLIAN, bpm=90.0, kit=Kit.HAND, density=1.0)
    composer.steer(wanted)
    bars = list(islice(composer, 40))
    assert all(bar.recipe == wanted for bar in bars)
    assert [bar.index for bar in bars] == list(range(11, 51))
    assert out_of_key(bars, Key.of(wanted)) == 0
    assert out_of_key(written(Recipe(), 1, 40)[11:], Key.of(wanted)) > 0
    assert any(bar.chord.root == 3 for bar in bars[:8])


def test_a_new_key_is_entered_through_a_chord_of_both() -> None:
    composer = Composer(Recipe(tonic=0, mode=Mode.IONIAN), 1)
    list(islice(composer, 10))
    composer.steer(Recipe(tonic=7, mode=Mode.IONIAN))
    bridge = next(composer).chord
    assert set(bridge.tones) <= set(Key(0, Mode.IONIAN).scale)


def test_a_distant_key_is_entered_on_its_tonic() -> None:
    composer = Composer(Recipe(tonic=0, mode=Mode.IONIAN), 1)
    list(islice(composer, 10))
    composer.steer(Recipe(tonic=6, mode=Mode.IONIAN))
    assert next(composer).chord.root == 6


def test_steering_within_a_key_keeps_the_harmony() -> None:
    plain, steered = Composer(Recipe(), 1), Composer(Recipe(), 1)
    for composer in (plain, steered):
        list(islice(composer, 10))
    steered.steer(Recipe(lead=Instrument.FLUTE, intensity=0.9))
    for one, other in zip(islice(plain, 20), islice(steered, 20), strict=True):
        assert one.chord == other.chord


def test_a_piece_with_a_duration_keeps_its_tempo_when_steered() -> None:
    composer = Composer(Recipe(), 1, 30)
    next(composer)
    composer.steer(Recipe(bpm=120.0, tonic=2))
    bars = list(composer)
    assert {bar.recipe.bpm for bar in bars} == {76.0}
    assert bars[-1].chord.root == 2


def test_the_arrangement_grows_from_intro_to_full() -> None:
    bars = list(Composer(Recipe(), 1, 90))
    density = {
        name: float(np.mean([len(bar.notes) for bar in bars if bar.section == name]))
        for name in ("intro", "full", "break")
    }
    assert density["intro"] < density["full"]
    assert density["break"] < density["full"]
