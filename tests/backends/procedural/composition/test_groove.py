"""Drums: swing, drag, kits, variation."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.procedural.composition.groove import GROOVES, drums
from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.composition.timing import milliseconds, onset
from lofi.backends.procedural.recipe import Kit, Part, Recipe
from lofi.backends.procedural.score import Chord, Drum, Note

CHORD = Chord(0, 9, (9, 0, 4, 7), "Am7")


def sheet(recipe: Recipe, position: int, energy: float) -> Sheet:
    return Sheet(
        recipe=recipe,
        chord=CHORD,
        following=CHORD,
        voicing=(55, 60, 64),
        position=position,
        turn=position == 7,
        energy=energy,
        playing=frozenset(Part),
    )


def played(recipe: Recipe, energy: float = 0.9, bars: int = 32, seed: int = 0) -> list[list[Note]]:
    return [
        drums(
            sheet(recipe, bar % 8, energy),
            Chance(np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, bar])),
        )
        for bar in range(bars)
    ]


def of(bars: list[list[Note]], *wanted: Drum) -> list[Note]:
    return [note for bar in bars for note in bar if note.pitch in wanted]


def swing_of(bars: list[list[Note]]) -> float:
    """Mean position of the off-beat hats in their pair of sixteenths."""
    places = [2 * (note.beat % 0.5) for note in of(bars, Drum.HAT, Drum.SHAKER, Drum.RIDE)]
    return float(np.mean([place for place in places if 0.35 < place < 0.8]))


@pytest.mark.parametrize("kit", Kit)
@pytest.mark.parametrize("swing", [0.5, 0.58, 0.67])
def test_off_beat_sixteenths_sit_where_the_recipe_says(kit: Kit, swing: float) -> None:
    assert swing_of(played(Recipe(kit=kit, swing=swing))) == pytest.approx(swing, abs=0.012)


def test_the_swing_measure_tells_straight_from_swung() -> None:
    assert swing_of(played(Recipe(swing=0.5))) < 0.53
    assert swing_of(played(Recipe(swing=0.62))) > 0.6


@pytest.mark.parametrize("bpm", [60.0, 76.0, 120.0])
def test_the_boom_bap_snare_drags_fifteen_milliseconds_and_the_kick_does_not(bpm: float) -> None:
    bars = played(Recipe(bpm=bpm))
    backbeats = [n.beat - round(n.beat) for n in of(bars, Drum.SNARE) if n.velocity > 0.7]
    kicks = [n.beat - round(2 * n.beat) / 2 for n in of(bars, Drum.KICK) if n.beat % 0.5 < 0.05]
    assert np.mean(backbeats) == pytest.approx(milliseconds(15.0, bpm), rel=0.1)
    assert np.mean(kicks) < milliseconds(3.0, bpm)


def test_hats_wander_by_eight_milliseconds() -> None:
    bars = played(Recipe(swing=0.5), bars=64)
    late = [n.beat - round(4 * n.beat) / 4 for n in of(bars, Drum.HAT) if n.beat > 0.1]
    assert np.std(late) == pytest.approx(milliseconds(8.0, 76.0), rel=0.15)
    assert abs(np.mean(late)) < milliseconds(2.0, 76.0)


def test_every_kit_has_its_own_groove() -> None:
    def pattern(kit: Kit) -> frozenset[tuple[int, int]]:
        bars = played(Recipe(kit=kit, swing=0.5), bars=8)
        return frozenset((note.pitch, round(4 * note.beat)) for bar in bars for note in bar)

    patterns = {kit: pattern(kit) for kit in Kit}
    for kit in Kit:
        for other in set(Kit) - {kit}:
            union = patterns[kit] | patterns[other]
            assert len(patterns[kit] & patterns[other]) / len(union) < 0.6


def test_house_has_four_kicks_to_the_bar_and_hats_between() -> None:
    for bar in played(Recipe(kit=Kit.HOUSE), bars=7):
        assert {round(n.beat) for n in bar if n.pitch == Drum.KICK} >= {0, 1, 2, 3}
        assert sorted(int(n.beat) for n in bar if n.pitch == Drum.OPEN_HAT) == [0, 1, 2, 3]
        assert sum(n.pitch == Drum.CLAP for n in bar) == 2


def test_brushes_ride_and_hand_percussion_has_bongos() -> None:
    assert of(played(Recipe(kit=Kit.BRUSHES)), Drum.RIDE)
    hand = played(Recipe(kit=Kit.HAND))
    assert of(hand, Drum.HIGH_BONGO)
    assert of(hand, Drum.LOW_BONGO)
    assert not of(hand, Drum.SNARE, Drum.HAT, Drum.RIDE)


def test_bars_vary_around_one_groove_instead_of_changing_at_random() -> None:
    def core(bar: list[Note]) -> frozenset[tuple[int, int]]:
        return frozenset((n.pitch, round(4 * n.beat)) for n in bar if n.velocity > 0.33)

    def likeness(bars: list[list[Note]]) -> float:
        pairs = [(core(one), core(other)) for one, other in pairwise(bars[::2])]
        return float(np.mean([len(one & other) / len(one | other) for one, other in pairs]))

    steady = played(Recipe())
    wild = [played(Recipe(kit=list(Kit)[bar % 6]), bars=1, seed=bar)[0] for bar in range(32)]
    assert likeness(steady) > 0.8
    assert likeness(wild) < 0.6
    assert len({frozenset((n.pitch, round(4 * n.beat)) for n in bar) for bar in steady}) > 8


@pytest.mark.parametrize("kit", Kit)
def test_a_phrase_ends_with_a_fill(kit: Kit) -> None:
    wanted = {row.drum for row in GROOVES[kit].fill}
    bars = played(Recipe(kit=kit), energy=0.8, bars=64)

    def late_hits(position: int) -> float:
        return float(
            np.mean(
                [sum(n.pitch in wanted and n.beat > 2.2 for n in bar) for bar in bars[position::8]]
            )
        )

    assert late_hits(7) > late_hits(5)


@pytest.mark.parametrize("kit", Kit)
def test_energy_only_adds_hits(kit: Kit) -> None:
    counts = [len(of(played(Recipe(kit=kit), energy), *Drum)) for energy in np.linspace(0, 1, 11)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_fast_tempi_leave_out_ornaments() -> None:
    slow, fast = (len(of(played(Recipe(bpm=bpm), 0.7), Drum.HAT)) for bpm in (76.0, 170.0))
    assert fast < slow


def test_sleigh_bells_ring_on_every_beat_if_the_recipe_has_them() -> None:
    for seed in range(4):
        bells = of(played(Recipe(sleigh_bells=True), seed=seed), Drum.SLEIGH_BELL)
        assert {round(note.beat) for note in bells} >= {0, 1, 2, 3}
        assert len(bells) in {32 * 4, 32 * 8}
    assert not of(played(Recipe()), Drum.SLEIGH_BELL)


def test_no_kit_means_no_drums() -> None:
    assert played(Recipe(kit=None)) == [[]] * 32


@pytest.mark.parametrize("kit", Kit)
def test_grids_are_one_bar_of_sixteenths(kit: Kit) -> None:
    groove = GROOVES[kit]
    grids = [row.grid for row in (*groove.rows, *groove.fill)] + [
        grid for pair in groove.kicks for grid in pair
    ]
    assert {len(grid) for grid in grids} == {16}
    assert set("".join(grids)) <= set(".123456789")


def test_onsets_lie_on_the_swung_grid() -> None:
    assert [onset(step, 0.6) for step in range(5)] == pytest.approx([0.0, 0.3, 0.5, 0.8, 1.0])


@pytest.mark.parametrize("kit", Kit)
def test_no_hit_comes_before_the_bar(kit: Kit) -> None:
    recipe = replace(Recipe(), kit=kit, bpm=180.0)
    assert min(note.beat for bar in played(recipe, bars=64) for note in bar) >= 0.0
