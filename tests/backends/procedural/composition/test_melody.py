"""The melody's rhythm and line."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.procedural.composition import melody as composing
from lofi.backends.procedural.composition import voicing
from lofi.backends.procedural.composition.harmony import progression
from lofi.backends.procedural.composition.melody import Ground, Tone, Voice, melody, motif, voice_of
from lofi.backends.procedural.composition.rhythm import Slot, onsets
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Instrument, Mode

VOICE = Voice(67, 84)
Line = tuple[Ground, tuple[Slot, ...], tuple[Tone, ...]]


def ground(seed: int, mode: Mode = Mode.DORIAN) -> Ground:
    key = Key(seed * 7 % 12, mode)
    chords = progression(key, 0.2, np.random.default_rng(seed))
    voicings: list[tuple[int, ...]] = []
    held: tuple[int, ...] = ()
    for chord in chords:
        held = voicing.lead(chord, held)
        voicings.append(held)
    return Ground(key, chords, tuple(voicings))


def rhythm(seed: int, density: float = 0.6) -> tuple[Slot, ...]:
    return onsets(density, np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2]))


def lines(*, remembering: bool = True, voice: Voice = VOICE) -> Iterator[Line]:
    for mode in Mode:
        for seed in range(8):
            floor, slots = ground(seed, mode), rhythm(seed)
            memory = motif(floor, slots, voice, np.random.default_rng([seed, 3]))
            rng = np.random.default_rng([seed, 4])
            yield floor, slots, melody(floor, slots, voice, memory if remembering else {}, rng)


def random_lines() -> Iterator[Line]:
    """The broken control: any note of the scale."""
    rng = np.random.default_rng(0)
    for floor, slots, line in lines():
        ladder = floor.key.ladder(VOICE.low, VOICE.high)
        yield (
            floor,
            slots,
            tuple(Tone(tone.step, int(rng.choice(ladder)), tone.length) for tone in line),
        )


def avoided_share(source: Iterator[Line]) -> float:
    """Share of notes on beats one and three that sit a half step above a chord tone."""
    avoided = [
        tone.pitch % 12 not in (tones := floor.chords[tone.step // 16].tones)
        and (tone.pitch - 1) % 12 in tones
        for floor, _, line in source
        for tone in line
        if tone.step % 8 == 0
    ]
    return float(np.mean(avoided))


def mean_leap(source: Iterator[Line]) -> float:
    return float(np.mean([abs(np.diff([t.pitch for t in line])).mean() for *_, line in source]))


def contour_error(source: Iterator[Line]) -> float:
    """How far the intervals of the third cell are from those of the first, in semitones."""
    errors = []
    for _, slots, line in source:
        cells: list[dict[int, int]] = [{}, {}, {}, {}]
        for slot, tone in zip(slots, line, strict=True):
            cells[slot.cell][slot.home] = tone.pitch
        shared = sorted(cells[0].keys() & cells[2].keys())
        if len(shared) > 1:
            first, third = (np.diff([cells[i][step] for step in shared]) for i in (0, 2))
            errors.append(np.abs(first - third).mean())
    return float(np.mean(errors))


def test_melodies_stay_in_the_scale_and_in_range() -> None:
    for instrument in Instrument:
        voice = voice_of(instrument)
        floor = ground(3)
        for tone in melody(floor, rhythm(3), voice, {}, np.random.default_rng(0)):
            assert tone.pitch % 12 in floor.key.scale
            assert voice.low <= tone.pitch <= voice.high
            assert 0 < tone.length <= voice.longest


def test_strong_beats_avoid_the_half_step_above_a_chord_tone() -> None:
    assert avoided_share(lines()) < 0.02
    assert avoided_share(random_lines()) > 0.1


def test_melodies_move_mostly_by_step() -> None:
    assert mean_leap(lines()) < 3.5
    assert mean_leap(random_lines()) > 5.0


def test_later_cells_remember_the_contour_of_the_first() -> None:
    assert contour_error(lines()) < 0.7 * contour_error(lines(remembering=False))


def test_quick_repetitions_of_a_note_are_rare() -> None:
    def share(source: Iterator[Line]) -> float:
        repeats = [
            one.pitch == other.pitch
            for *_, line in source
            for one, other in pairwise(line)
            if other.step - one.step < 4
        ]
        return float(np.mean(repeats))

    assert share(lines()) < 0.05
    assert share(random_lines()) > 0.05


def test_melodies_do_not_idle_to_and_fro(monkeypatch: pytest.MonkeyPatch) -> None:
    def share() -> float:
        returns = [
            one.pitch == third.pitch
            for *_, line in lines()
            for one, third in zip(line[:-2], line[2:], strict=True)
        ]
        return float(np.mean(returns))

    assert share() < 0.2
    monkeypatch.setattr(composing, "_bend_costs", lambda ladder: np.zeros((ladder.size,) * 3))
    assert share() > 0.3


def test_the_phrase_comes_to_rest_on_its_last_chord() -> None:
    for floor, _, line in lines():
        assert line[-1].step == 112
        assert line[-1].pitch % 12 in floor.chords[-1].tones[:3]


def test_the_first_two_cells_share_a_rhythm_and_the_answer_differs() -> None:
    for seed in range(30):
        slots = onsets(
            0.6, np.random.default_rng(seed), np.random.default_rng([seed, 1]), breathing=False
        )
        cells = [[slot.step - 32 * i for slot in slots if slot.cell == i] for i in range(4)]
        assert cells[0] == cells[1]
        assert len(cells[2]) == len(cells[0])
        assert cells[3] != cells[0]


def test_about_every_other_sparse_phrase_breathes_for_two_bars() -> None:
    silent = [len({slot.cell for slot in rhythm(seed, 0.3)}) == 3 for seed in range(200)]
    assert 0.4 < np.mean(silent) < 0.75


def test_density_only_adds_onsets() -> None:
    for seed in range(20):
        counts = [len(rhythm(seed, density)) for density in np.linspace(0, 1, 11)]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


def test_a_long_note_does_not_ring_into_a_chord_it_rubs_against() -> None:
    for floor, _, line in lines(voice=Voice(67, 84, 4.0)):
        for tone in line:
            bar = tone.step // 16
            if tone.step / 4 + tone.length > 4 * (bar + 1) and bar < 7:
                tones = floor.chords[bar + 1].tones
                neighbours = {(tone.pitch - 1) % 12, (tone.pitch + 1) % 12}
                assert tone.pitch % 12 in tones or not neighbours & set(tones)


@pytest.mark.parametrize("bars", [1, 2, 5])
def test_short_phrases_get_short_melodies(bars: int) -> None:
    whole = ground(1)
    floor = Ground(whole.key, whole.chords[:bars], whole.voicings[:bars])
    line = melody(floor, rhythm(1), VOICE, {}, np.random.default_rng(0))
    assert all(tone.step < 16 * bars for tone in line)


def test_no_onsets_give_no_melody() -> None:
    assert melody(ground(0), (), VOICE, {}, np.random.default_rng(0)) == ()
