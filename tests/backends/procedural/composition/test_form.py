"""The shape of endless and of finite pieces."""

from itertools import groupby, islice

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lofi.backends.procedural.composition.form import (
    RING_SECONDS,
    SCENES,
    Place,
    fit,
    levels,
    radio,
    song,
)
from lofi.backends.procedural.composition.outline import outline
from lofi.backends.procedural.recipe import Instrument, Kit, Part, Recipe

durations = st.integers(5, 600)
tempi = st.floats(40.0, 180.0)


def sections(places: list[Place]) -> list[str]:
    return [name for name, _ in groupby(place.section for place in places)]


@given(durations, tempi)
@example(5, 40.0)
@example(600, 180.0)
def test_bars_last_exactly_as_long_as_asked_and_the_last_one_rings(
    seconds: int, bpm: float
) -> None:
    places = song(seconds, bpm)
    beat = 60 / bpm
    assert sum(place.beats for place in places) * beat == pytest.approx(seconds)
    assert [place.last for place in places] == [False] * (len(places) - 1) + [True]
    ring = places[-1].beats * beat
    assert RING_SECONDS - 1e-6 <= ring <= RING_SECONDS + 4 * beat + 1e-6
    if seconds - RING_SECONDS >= 4 * beat:
        assert all(place.beats == 4 for place in places[:-1])
    else:
        assert len(places) == 2
        assert places[0].beats in {1, 2, 3}


@given(durations, tempi)
@settings(max_examples=50)
def test_the_last_phrase_ends_with_the_last_bar(seconds: int, bpm: float) -> None:
    places = song(seconds, bpm)
    final = [place for place in places if place.final]
    assert final[-1] is places[-1]
    assert [place.position for place in final] == list(range(final[0].length))
    assert not any(place.contrast for place in final)
    assert all(1 <= place.length <= 8 for place in places)
    assert len(final) == min(8, len(places))


def test_five_seconds_at_forty_beats_a_minute_are_half_a_bar_and_a_chord() -> None:
    frame = fit(5, 40)
    assert (frame.bars, frame.beats) == (1, 2)
    assert frame.ring == pytest.approx(4 / 3)


def test_a_moment_is_the_final_chord_alone() -> None:
    assert [place.last for place in song(1.0, 60)] == [True]


def test_an_outline_fills_its_bars() -> None:
    for bars in range(460):
        parts = outline(bars)
        assert sum(length for _, length in parts) == bars
        assert all(length > 0 and name in SCENES for name, length in parts)


@pytest.mark.parametrize("seconds", [30, 60, 180, 600])
@pytest.mark.parametrize("bpm", [60.0, 72.0, 90.0])
def test_songs_have_intro_body_break_return_and_ending(seconds: int, bpm: float) -> None:
    names = sections(list(song(seconds, bpm)))
    wanted = ["intro", "full", "break", "return", "ending"]
    assert [name for name in names if name in wanted][:3] == wanted[:3]
    assert names[-1] == "ending"
    assert names.index("break") < names.index("return")


def test_a_long_song_returns_to_its_first_material() -> None:
    materials = [name for name, _ in groupby(place.material for place in song(600, 80))]
    assert materials[:3] == [0, 1, 0]
    assert len(set(materials)) > 2


def test_the_radio_opens_once_and_then_keeps_changing() -> None:
    places = list(islice(radio(), 8 * 4 * 12))
    names = sections(places)
    assert names.count("intro") == 1
    assert names[0] == "intro"
    assert {"verse", "build", "full", "break"} <= set(names)
    assert max(len(list(run)) for _, run in groupby(place.section for place in places)) <= 16


def test_the_radio_repeats_as_a_a_b_a_with_new_material_for_each_section() -> None:
    places = list(islice(radio(), 8 * 4 * 5))
    phrases = places[::8]
    assert [phrase.contrast for phrase in phrases] == [False, False, True, False] * 5
    assert [phrase.material for phrase in phrases] == [i // 4 for i in range(20)]


def test_the_lead_is_silent_in_the_first_phrase_of_every_section() -> None:
    places = list(islice(radio(), 8 * 4 * 8))
    for index, place in enumerate(places):
        if index // 8 % 4 == 0:
            assert place.scene.lead == 0.0


def test_the_intro_is_quieter_than_the_full_band_in_every_part() -> None:
    full = levels(SCENES["full"][0], Recipe(intensity=1.0))
    assert all(level == 1.0 for level in full.values())
    for scene in SCENES["intro"]:
        intro = levels(scene, Recipe(intensity=1.0))
        assert all(intro[part] < full[part] for part in Part)


def test_the_break_drops_drums_and_bass() -> None:
    pause = levels(SCENES["break"][0], Recipe())
    assert pause[Part.DRUMS] == pause[Part.BASS] == 0.0
    assert pause[Part.PAD] > 0.0


@pytest.mark.parametrize(
    ("intensity", "silent"),
    [
        (0.0, {Part.DRUMS, Part.BASS, Part.LEAD}),
        (0.12, {Part.DRUMS, Part.BASS}),
        (0.2, {Part.DRUMS}),
        (0.3, set()),
    ],
)
def test_intensity_opens_the_band_part_by_part(intensity: float, silent: set[Part]) -> None:
    mix = levels(SCENES["full"][0], Recipe(intensity=intensity))
    assert {part for part, level in mix.items() if level == 0.0} == silent


def test_parts_without_an_instrument_are_silent() -> None:
    mix = levels(SCENES["full"][0], Recipe(lead=None, kit=None))
    assert {part for part, level in mix.items() if level == 0.0} == {Part.LEAD, Part.DRUMS}


def test_a_band_of_drums_alone_plays_through_the_intro() -> None:
    solo = Recipe(chords=None, pad=None, lead=None, bass=None, kit=Kit.HAND, intensity=0.1)
    assert levels(SCENES["intro"][0], solo)[Part.DRUMS] > 0.0
    everyone = Recipe(lead=Instrument.FLUTE, intensity=0.1)
    assert levels(SCENES["intro"][0], everyone)[Part.DRUMS] == 0.0
