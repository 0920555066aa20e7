"""What a prompt becomes: the recipe, and the account of it."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi import catalogue
from lofi.backends.procedural.band import Wish, seat
from lofi.backends.procedural.composition.form import GATES
from lofi.backends.procedural.language.sentence import parse
from lofi.backends.procedural.language.vocabulary import AMOUNTS, vocabulary
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.recipe import Ambience, Instrument, Kit, Mode, Part, Recipe
from lofi.catalogue import Style

STYLES = list(catalogue.load().values())
SEEDS = range(24)
MAJOR = {Mode.IONIAN, Mode.LYDIAN, Mode.MIXOLYDIAN}
MINOR = {Mode.AEOLIAN, Mode.DORIAN, Mode.PHRYGIAN}
PARTS = ("chords", "pad", "lead", "bass")
every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.id)


def recipes(prompt: str) -> list[Recipe]:
    return [read(prompt, seed).recipe for seed in SEEDS]


def mean(prompt: str, field: str) -> float:
    return sum(float(getattr(recipe, field)) for recipe in recipes(prompt)) / len(SEEDS)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("72 bpm", {"bpm": 72.0}),
        ("in D minor", {"tonic": 2, "mode": Mode.AEOLIAN}),
        ("F# dorian at 80", {"tonic": 6, "mode": Mode.DORIAN, "bpm": 80.0}),
        ("rhodes", {"chords": Instrument.ELECTRIC_PIANO}),
        (
            "felt piano and upright bass",
            {"chords": Instrument.PIANO, "bass": Instrument.UPRIGHT_BASS},
        ),
        ("piano and sax", {"chords": Instrument.PIANO, "lead": Instrument.SAXOPHONE}),
        ("sax and piano", {"chords": Instrument.PIANO, "lead": Instrument.SAXOPHONE}),
        (
            "piano, rhodes and flute",
            {
                "lead": Instrument.FLUTE,
                "chords": Instrument.PIANO,
                "pad": Instrument.ELECTRIC_PIANO,
            },
        ),
        ("piano lead and nylon guitar", {"lead": Instrument.PIANO, "chords": Instrument.GUITAR}),
        ("two violins", {"pad": Instrument.STRINGS}),
        ("808s, 8-bit", {"kit": Kit.MACHINE, "lead": Instrument.CHIP}),
        ("brushed drums", {"kit": Kit.BRUSHES}),
        ("four on the floor", {"kit": Kit.HOUSE}),
        ("bongos", {"kit": Kit.HAND}),
        ("no drums", {"kit": None}),
        ("drumless", {"kit": None}),
        ("beatless jazz", {"kit": None}),
        ("without drums and bass", {"kit": None, "bass": None}),
        ("no melody, no pads", {"lead": None, "pad": None}),
        (
            "solo piano",
            {
                "chords": Instrument.PIANO,
                "lead": Instrument.PIANO,
                "pad": None,
                "bass": None,
                "kit": None,
            },
        ),
        ("intensity 70%, density 20%, swing 60%", {"intensity": 0.7, "density": 0.2, "swing": 0.6}),
        ("christmas lofi with flute", {"chords": Instrument.PIANO, "lead": Instrument.FLUTE}),
        ("sleep with brushes", {"kit": Kit.BRUSHES}),
    ],
)
def test_words_choose_the_music_whatever_the_seed(prompt: str, expected: dict[str, object]) -> None:
    for recipe in recipes(prompt):
        assert {field: getattr(recipe, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("prompt", "sounds"),
    [
        ("rain", {Ambience.RAIN, Ambience.VINYL}),
        ("rain without vinyl", {Ambience.RAIN}),
        ("thunderstorm, no vinyl", {Ambience.RAIN, Ambience.WIND}),
        ("coffee and a fireplace, no crackle", {Ambience.CAFE, Ambience.FIRE}),
        ("beach waves, tape hiss, no vinyl", {Ambience.OCEAN, Ambience.TAPE_HISS}),
        ("crickets, no vinyl", {Ambience.NIGHT}),
        ("rainy day lofi, no rain", {Ambience.VINYL}),
        ("rainy day lofi, no rain, no vinyl", set()),
    ],
)
def test_the_room_sounds_as_asked(prompt: str, sounds: set[Ambience]) -> None:
    for recipe in recipes(prompt):
        assert set(recipe.ambience) == sounds


@pytest.mark.parametrize(
    ("less", "field", "more"),
    [
        ("slow", "bpm", "fast"),
        ("very slow", "bpm", "slow"),
        ("mid-tempo", "bpm", "upbeat"),
        ("sleepy", "bpm", "energetic"),
        ("minimal", "intensity", "full band"),
        ("gentle", "intensity", "energetic"),
        ("sparse", "density", "busy"),
        ("muffled", "brightness", "lofi"),
        ("lofi", "brightness", "bright"),
        ("dark", "brightness", "happy"),
        ("not dark", "brightness", "bright"),
        ("dry", "reverb", "lofi"),
        ("lofi", "reverb", "reverb heavy"),
        ("lofi", "crush", "bitcrushed"),
        ("clean", "tape", "cassette"),
        ("lofi", "spice", "jazz"),
        ("straight", "swing", "swung"),
        ("lofi", "duck", "sidechain"),
        ("sleep lofi", "brightness", "gaming lofi"),
        ("ambient lofi", "density", "chillhop"),
    ],
)
def test_words_pull_an_amount_their_way(less: str, field: str, more: str) -> None:
    assert mean(less, field) < mean(more, field)


def test_a_foreign_word_pulls_nothing() -> None:
    assert recipes("krautrock") == recipes("lofi")


@pytest.mark.parametrize(
    ("prompt", "modes"),
    [
        ("melancholic", {Mode.AEOLIAN, Mode.DORIAN}),
        ("hopeful", MAJOR),
        ("dark", MINOR),
        ("spooky", {Mode.PHRYGIAN, Mode.AEOLIAN}),
        ("minor key", {Mode.AEOLIAN, Mode.DORIAN}),
        ("major key, sad", {Mode.IONIAN}),
        ("not major", set(Mode) - {Mode.IONIAN}),
        ("dorian christmas", {Mode.DORIAN}),
        ("lofi", set(Mode)),
    ],
)
def test_words_choose_the_scale(prompt: str, modes: set[Mode]) -> None:
    found = {recipe.mode for recipe in recipes(prompt)}
    assert found <= modes
    assert len(found) == 1 or len(modes) > 1


def test_louder_rain_is_louder() -> None:
    light, plain, heavy, exact = (
        read(prompt, 1).recipe.ambience[Ambience.RAIN]
        for prompt in ("light rain", "rain", "heavy rain", "rain at 25%")
    )
    assert light < plain < heavy
    assert exact == 0.25


def test_of_several_styles_the_first_gives_tempo_and_the_others_add() -> None:
    first, second = catalogue.load()["THEME-01"], catalogue.load()["SEASON-06"]
    for seed in SEEDS:
        result = read("coffee shop on a rainy day", seed)
        assert result.style is first
        assert result.understood["style"] == first.name
        assert result.understood["more styles"] == [second.name]
        assert first.tempo_range[0] <= result.recipe.bpm <= first.tempo_range[1]
        assert {Ambience.CAFE, Ambience.RAIN} <= set(result.recipe.ambience)


def test_the_account_tells_asked_from_chosen() -> None:
    result = read("rainy day lofi, violin, in D minor, 72 bpm, no drums, krautrock", 5)
    assert result.understood == {
        "style": "Rainy Day Lofi",
        "tempo": "72 bpm",
        "key": "D minor (aeolian)",
        "instruments": ["violin"],
        "without": ["drums"],
    }
    assert result.unknown == ("krautrock",)
    assert "violin, viola: approximated by a cello" in result.remarks
    assert set(result.chosen) == {"mood", "chords", "pad", "bass", "ambience"}


def test_the_account_names_the_room_that_nobody_asked_for() -> None:
    night = read("rainy night, rhodes, vinyl, 72 bpm", 42)
    assert night.understood["ambience"] == ["vinyl"]
    assert night.chosen["ambience"] == ["rain"]
    assert read("rhodes", 1).chosen["ambience"] == ["vinyl"]
    assert "ambience" not in read("rain at 25%, vinyl", 1).chosen
    assert "ambience" not in read("rainy day lofi, no rain, vinyl", 1).chosen


@pytest.mark.parametrize("prompt", ["sleigh bells", "winter lofi", "christmas, brushes"])
def test_sleigh_bells_are_played_when_prompt_or_style_names_them(prompt: str) -> None:
    for recipe in recipes(prompt):
        assert recipe.sleigh_bells
        assert recipe.kit
        assert recipe.intensity >= GATES[Part.DRUMS]
    assert ("percussion" in read(prompt, 1).chosen) == (prompt != "sleigh bells")


@pytest.mark.parametrize("prompt", ["lofi", "christmas, no sleigh bells", "winter, no drums"])
def test_nobody_shakes_sleigh_bells_unasked(prompt: str) -> None:
    assert not any(recipe.sleigh_bells for recipe in recipes(prompt))


def test_no_sleigh_bells_still_leaves_the_drums() -> None:
    assert all(recipe.kit for recipe in recipes("christmas, no sleigh bells"))


def test_a_tempo_word_is_reported_with_its_tempo() -> None:
    result = read("very slow", 5)
    assert result.understood["tempo"] == f"very slow: {result.recipe.bpm:g} bpm"


@pytest.mark.parametrize(
    ("prompt", "bpm"), [("300 bpm", 180.0), ("5 bpm", 40.0), (f"{'9' * 400} bpm", 180.0)]
)
def test_an_impossible_tempo_is_clamped_and_said(prompt: str, bpm: float) -> None:
    result = read(prompt, 1)
    assert result.recipe.bpm == bpm
    assert any("40 to 180" in remark for remark in result.remarks)
    assert not read("180 bpm", 1).remarks


@pytest.mark.parametrize(
    ("prompt", "part"),
    [
        ("intensity 170%", "intensity: taken as 100%"),
        ("sax, flute and theremin", "no place left"),
        ("brushes and 808", "one kit plays at a time"),
        ("70 bpm then 90 bpm", "90 bpm: one tempo"),
        ("C major, then G major", "G major: one key"),
        ("slow and 120 bpm", "slow: one tempo"),
        ("no drums, bongos", "hand percussion: no place left"),
        ("no drums, sleigh bells", "sleigh bells: no place left"),
        ("choir", "approximated by humming"),
        ("thunderstorm", "approximated by heavy rain"),
        ("C locrian", "approximated by phrygian"),
        ("rodes", "did you mean rhodes?"),
    ],
)
def test_what_cannot_be_done_as_asked_is_said(prompt: str, part: str) -> None:
    assert any(part in remark for remark in read(prompt, 1).remarks)


@pytest.mark.parametrize(
    "prompt", ["intensity 70%", "sax", "808", "upbeat, 95 bpm", "rhodes and rain"]
)
def test_what_is_done_as_asked_needs_no_remark(prompt: str) -> None:
    assert read(prompt, 1).remarks == ()


@every_style
def test_every_style_is_read_from_its_name_and_its_id(style: Style) -> None:
    for prompt in (style.id, style.name, style.name.upper(), style.slug):
        result = read(prompt, 3)
        assert result.style is style
        assert result.unknown == ()
        assert result.recipe == read(style.name, 3).recipe


@every_style
def test_every_style_keeps_its_tempo_range(style: Style) -> None:
    low, high = style.tempo_range
    tempos = [recipe.bpm for recipe in recipes(style.name)]
    assert low <= min(tempos) < max(tempos) <= high


@every_style
def test_every_style_plays_the_first_instrument_it_names(style: Style) -> None:
    named = [mention.entry.plays for tag in style.instruments for mention in parse(tag).mentions]
    wanted = next(instrument for instrument in named if instrument)
    for recipe in recipes(style.name):
        assert wanted in {getattr(recipe, part) for part in PARTS}


@every_style
def test_every_style_hears_the_kit_it_names(style: Style) -> None:
    tags = (*style.base_tags, *style.instruments)
    mentions = [mention for tag in tags for mention in parse(tag).mentions]
    kits = [one.entry.kit for one in mentions if one.entry.kit and one.entry.kind == "drums"]
    for recipe in recipes(style.name):
        if kits:
            assert recipe.kit is kits[0]
        if recipe.kit:
            assert recipe.intensity >= GATES[Part.DRUMS]


@pytest.mark.parametrize(
    ("name", "modes"),
    [
        ("dark lofi", MINOR),
        ("halloween", {Mode.AEOLIAN, Mode.PHRYGIAN}),
        ("rainy day", {Mode.AEOLIAN, Mode.DORIAN}),
        ("summer", MAJOR),
        ("golden hour", MAJOR),
        ("christmas", MAJOR),
        ("jazz", {Mode.DORIAN, Mode.IONIAN}),
        ("city night", {Mode.AEOLIAN, Mode.DORIAN}),
    ],
)
def test_styles_have_the_scales_their_tags_suggest(name: str, modes: set[Mode]) -> None:
    assert {recipe.mode for recipe in recipes(name)} <= modes


def test_sleep_has_no_drums_and_is_the_quietest() -> None:
    assert all(recipe.kit is None for recipe in recipes("sleep"))
    quiet = mean("sleep lofi", "intensity")
    assert all(mean(s.name, "intensity") > quiet for s in STYLES if s.id != "THEME-04")


def test_all_styles_differ_clearly() -> None:
    """No two styles share band, kit and room and also lie close in all amounts."""
    seen: list[tuple[str, object, tuple[float, ...]]] = []
    for style in STYLES:
        recipe = read(style.name, 0).recipe
        cast = tuple(getattr(recipe, part) for part in (*PARTS, "kit", "mode"))
        numbers = tuple(getattr(recipe, name) for name in AMOUNTS)
        for other, other_cast, other_numbers in seen:
            near = max(abs(a - b) for a, b in zip(numbers, other_numbers, strict=True)) < 0.02
            assert not (near and cast == other_cast), (style.id, other)
        seen.append((style.id, cast, numbers))


def test_a_kit_that_was_asked_for_is_heard_unless_a_number_forbids_it() -> None:
    for seed in SEEDS:
        assert read("minimal, sleepy, gentle, brushes", seed).recipe.intensity >= 0.3
        assert read("brushes, intensity 10%", seed).recipe.intensity == 0.1


def test_the_same_words_and_seed_give_the_same_reading() -> None:
    assert read("rainy jazz", 7) == read("rainy jazz", 7)


def test_unspecific_prompts_vary_with_the_seed() -> None:
    made = recipes("lofi")
    assert len({recipe.tonic for recipe in made}) > 5
    assert len({recipe.mode for recipe in made}) > 3
    assert len({recipe.bpm for recipe in made}) > 8
    assert len({recipe.chords for recipe in made}) > 2
    assert all(Ambience.VINYL in recipe.ambience for recipe in made)
    assert all(60 <= recipe.bpm <= 100 for recipe in made)


def test_naming_one_thing_leaves_the_draw_of_the_others_alone() -> None:
    for seed in SEEDS:
        free, bound = read("lofi", seed).recipe, read("lofi 77 bpm in C", seed).recipe
        changed = {key for key, value in asdict(free).items() if asdict(bound)[key] != value}
        assert changed <= {"bpm", "tonic"}


def test_an_earlier_instrument_moves_over_for_one_that_can_do_nothing_else() -> None:
    piano = Wish("piano", Instrument.PIANO, (Part.LEAD, Part.CHORDS), asked=True)
    flute = Wish("flute", Instrument.FLUTE, (Part.LEAD,), asked=True)
    implied = Wish("flute", Instrument.FLUTE, (Part.LEAD,), asked=False)
    assert seat([piano, flute]) == {Part.LEAD: flute, Part.CHORDS: piano}
    assert seat([piano, implied]) == {Part.LEAD: piano}
    assert seat([piano], silent=[Part.LEAD]) == {Part.CHORDS: piano}


PROMPTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.one_of(
            st.sampled_from(sorted(" ".join(phrase) for phrase in vocabulary().phrases)),
            st.sampled_from(
                ["no", "without", "in A", "key of", "72 bpm", "50%", ",", "and", "solo"]
            ),
            st.text(max_size=5),
        ),
        max_size=9,
    ).map(" ".join),
)


@given(PROMPTS, st.integers(0, 2**64 - 1))
def test_any_text_becomes_a_playable_recipe(prompt: str, seed: int) -> None:
    result = read(prompt, seed)
    recipe = result.recipe
    assert 0 <= recipe.tonic < 12
    assert 40 <= recipe.bpm <= 180
    assert 0.5 <= recipe.swing <= 0.67
    for name in AMOUNTS:
        assert 0 <= getattr(recipe, name) <= 1
    assert all(0 < level <= 1 for level in recipe.ambience.values())
    described = json.loads(json.dumps(result.described(), allow_nan=False))
    assert set(described) == {"understood", "chosen", "remarks", "unknown"}
    assert read(prompt, seed) == result
