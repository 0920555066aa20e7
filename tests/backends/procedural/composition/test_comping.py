"""Chords, pad and bass: what the accompaniment plays in a bar."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.procedural.composition.bassline import LOWEST, approach, bass, root_of
from lofi.backends.procedural.composition.comping import PLUCKED, SUSTAINED, chords, pad, smooth
from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.recipe import Instrument, Kit, Part, Recipe
from lofi.backends.procedural.score import Chord, Note

A_MINOR = Chord(0, 9, (9, 0, 4, 7, 11), "Am9")
D_SEVEN = Chord(3, 2, (2, 6, 9, 0), "D7")
VOICING = (55, 60, 64, 71)
EVERYONE = frozenset(Part)
Player = Callable[[Sheet, Chance], list[Note]]


def sheet(
    recipe: Recipe,
    energy: float = 0.5,
    position: int = 0,
    playing: frozenset[Part] = EVERYONE,
    following: Chord = D_SEVEN,
) -> Sheet:
    return Sheet(
        recipe=recipe,
        chord=A_MINOR,
        following=following,
        voicing=VOICING,
        position=position,
        turn=False,
        energy=energy,
        playing=playing,
    )


def played(player: Player, page: Sheet, seed: int = 0, bar: int = 0) -> list[Note]:
    return player(
        page, Chance(np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, bar]))
    )


def onsets(notes: list[Note]) -> int:
    return len({round(4 * note.beat) for note in notes})


def test_keys_roll_their_chords_and_plucked_strings_break_them() -> None:
    keys = played(chords, sheet(Recipe(chords=Instrument.ELECTRIC_PIANO)))
    first = [note for note in keys if note.beat < 0.25]
    assert [note.pitch for note in first] == list(VOICING)
    assert 0 < first[-1].beat - first[0].beat < 0.1
    for instrument in PLUCKED:
        broken = played(chords, sheet(Recipe(chords=instrument)))
        assert len({note.beat for note in broken}) == len(broken) > 4


@pytest.mark.parametrize("instrument", sorted(SUSTAINED))
def test_sustained_instruments_hold_the_chord(instrument: Instrument) -> None:
    notes = played(chords, sheet(Recipe(chords=instrument), energy=0.2))
    assert all(note.beat == 0.0 and note.length > 3.5 for note in notes)


def test_house_chords_are_short_stabs_off_the_beat() -> None:
    notes = played(chords, sheet(Recipe(kit=Kit.HOUSE)))
    assert all(note.length < 0.6 for note in notes)
    assert any(note.beat % 1.0 > 0.1 for note in notes)


def test_a_section_keeps_its_figure_and_sections_differ() -> None:
    def figure(seed: int, bar: int) -> frozenset[int]:
        notes = played(chords, sheet(Recipe(), energy=0.7), seed, bar)
        return frozenset(round(4 * note.beat) for note in notes)

    within = [figure(1, bar) for bar in range(40)]
    assert max(within.count(shape) for shape in set(within)) > 28
    assert len({figure(seed, 0) for seed in range(20)}) > 3


def test_the_pad_holds_the_whole_bar_without_half_steps() -> None:
    assert smooth((59, 60, 64)) == (60, 64)
    notes = played(pad, sheet(Recipe()))
    assert {note.pitch for note in notes} == set(VOICING)
    assert all(note.beat == 0.0 and note.length == 4.0 for note in notes)


def test_without_a_bass_the_pad_and_without_a_pad_the_chords_play_the_root() -> None:
    alone = frozenset({Part.CHORDS})
    with_pad = alone | {Part.PAD}
    assert min(n.pitch for n in played(pad, sheet(Recipe(), playing=with_pad))) == 45
    assert min(n.pitch for n in played(pad, sheet(Recipe()))) > 45
    assert min(n.pitch for n in played(chords, sheet(Recipe(), playing=alone))) == 45
    assert min(n.pitch for n in played(chords, sheet(Recipe(), playing=with_pad))) > 45


def test_at_no_energy_a_pad_leaves_every_other_bar_to_itself() -> None:
    recipe = Recipe()
    assert played(chords, sheet(recipe, energy=0.0, position=0))
    assert not played(chords, sheet(recipe, energy=0.0, position=1))
    alone = frozenset({Part.CHORDS})
    assert played(chords, sheet(recipe, energy=0.0, position=1, playing=alone))


@pytest.mark.parametrize("kit", [None, *Kit])
@pytest.mark.parametrize("energy", [0.2, 0.5, 1.0])
def test_the_bass_gives_the_root_first_and_stays_low(kit: Kit | None, energy: float) -> None:
    for seed in range(6):
        notes = played(bass, sheet(Recipe(kit=kit), energy), seed)
        assert notes[0].pitch == root_of(A_MINOR.root, Recipe())
        assert all(LOWEST <= note.pitch <= 52 for note in notes)
        for one, other in pairwise(notes):
            assert one.beat + one.length <= other.beat + 1e-9


def test_only_a_synth_bass_goes_below_g1() -> None:
    lowest = {
        instrument: min(root_of(tone, Recipe(bass=instrument)) for tone in range(12))
        for instrument in (Instrument.BASS_GUITAR, Instrument.UPRIGHT_BASS, Instrument.SYNTH_BASS)
    }
    assert list(lowest.values()) == [31, 31, 28]


def test_the_bass_comes_in_on_the_beat_except_in_house() -> None:
    assert played(bass, sheet(Recipe()))[0].beat == 0.0
    assert all(note.beat % 1.0 > 0.4 for note in played(bass, sheet(Recipe(kit=Kit.HOUSE))))


def test_an_upright_bass_walks_when_there_is_energy() -> None:
    recipe = Recipe(bass=Instrument.UPRIGHT_BASS, kit=Kit.BRUSHES)
    walk = played(bass, sheet(recipe, energy=0.7))
    assert [round(note.beat) for note in walk] == [0, 1, 2, 3]
    assert len({note.pitch for note in walk}) >= 3
    assert len(played(bass, sheet(recipe, energy=0.3))) < 4


def test_without_drums_the_bass_is_one_long_note() -> None:
    (note,) = played(bass, sheet(Recipe(kit=None)))
    assert note.length > 3.5


def test_the_approach_is_a_step_of_the_scale_from_the_next_root() -> None:
    page = sheet(Recipe())
    pitch = approach(page, root_of(9, page.recipe))
    assert pitch % 12 in page.key.scale
    assert 1 <= abs(pitch - root_of(D_SEVEN.root, page.recipe)) <= 2


def test_the_approach_repeats_neither_the_note_before_nor_a_root_that_stays() -> None:
    for before in range(LOWEST, 45):
        assert approach(sheet(Recipe()), before) != before
    assert approach(sheet(Recipe(), following=A_MINOR), root_of(9, Recipe())) % 12 == 4


@pytest.mark.parametrize("player", [chords, bass])
@pytest.mark.parametrize("instrument", [Instrument.PIANO, Instrument.GUITAR, Instrument.ORGAN])
def test_energy_only_adds_onsets(player: Player, instrument: Instrument) -> None:
    recipe = Recipe(chords=instrument)
    counts = [onsets(played(player, sheet(recipe, energy))) for energy in np.linspace(0, 1, 11)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
