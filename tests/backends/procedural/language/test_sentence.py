"""What is found in a prompt, word by word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi import catalogue
from lofi.backends.procedural.language.sentence import parse
from lofi.backends.procedural.language.token import tokens
from lofi.backends.procedural.language.vocabulary import built, vocabulary
from lofi.backends.procedural.recipe import Mode, Part

KNOWN = sorted(" ".join(phrase) for phrase in vocabulary().phrases)
NOTES = {"C": 0, "D": 2, "Eb": 3, "F#": 6, "G": 7, "Ab": 8, "A": 9, "B": 11}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("72 bpm", 72, 72),
        ("72bpm rain", 72, 72),
        ("72.5 BPM", 72.5, 72.5),
        ("rain at 72", 72, 72),
        ("bpm 72", 72, 72),
        ("bpm: 72", 72, 72),
        ("tempo 90", 90, 90),
        ("tempo of 90", 90, 90),
        ("90 beats per minute", 90, 90),
        ("70-80 bpm", 70, 80),
        ("between 80 and 70 bpm", 70, 80),
        ("at 300 bpm", 300, 300),
    ],
)
def test_a_tempo_is_found(text: str, low: float, high: float) -> None:
    sentence = parse(text)
    assert [(tempo.low, tempo.high) for tempo in sentence.tempos] == [(low, high)]
    assert not sentence.unknown


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("lofi 80", ["80"]),
        ("at 3 o'clock", ["3", "o'clock"]),
        ("7 samurai", ["7", "samurai"]),
        ("at 90%", ["90%"]),
    ],
)
def test_a_number_that_may_be_anything_is_no_tempo(text: str, unknown: list[str]) -> None:
    sentence = parse(text)
    assert not sentence.tempos
    assert sentence.unknown == unknown


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("in D minor", "D", Mode.AEOLIAN),
        ("D major", "D", Mode.IONIAN),
        ("d major", "D", Mode.IONIAN),
        ("Dm", "D", Mode.AEOLIAN),
        ("in dm", "D", Mode.AEOLIAN),
        ("Cmaj", "C", Mode.IONIAN),
        ("F# dorian", "F#", Mode.DORIAN),
        ("f♯ dorian", "F#", Mode.DORIAN),
        ("F sharp dorian", "F#", Mode.DORIAN),
        ("F-sharp dorian", "F#", Mode.DORIAN),
        ("Eb lydian", "Eb", Mode.LYDIAN),
        ("E♭ lydian", "Eb", Mode.LYDIAN),
        ("e flat lydian", "Eb", Mode.LYDIAN),
        ("Cb major", "B", Mode.IONIAN),
        ("key of A", "A", None),
        ("key of a", "A", None),
        ("key: G", "G", None),
        ("rain in A", "A", None),
        ("in A with rain", "A", None),
        ("A minor", "A", Mode.AEOLIAN),
        ("rhodes, a minor, rain", "A", Mode.AEOLIAN),
        ("rain in a minor with rhodes", "A", Mode.AEOLIAN),
        ("a minor jazz piano", "A", Mode.AEOLIAN),
        ("A mixolydian", "A", Mode.MIXOLYDIAN),
        ("in Ab", "Ab", None),
        ("B locrian", "B", Mode.PHRYGIAN),
    ],
)
def test_a_key_is_found(text: str, tonic: str, mode: Mode | None) -> None:
    sentence = parse(text)
    (key,) = sentence.keys
    assert key.tonic == NOTES[tonic]
    assert (key.mode.modes[0] if key.mode else None) == mode
    assert not sentence.unknown


@pytest.mark.parametrize(
    "text",
    [
        "a minor problem",
        "A minor problem",
        "a rainy night",
        "in a cafe",
        "IN A CAFE",
        "a major event",
        "a minor mood",
        "a minor key",
        "in a minor key",
        "I am here",
        "be a bee",
        "e guitar",
        "b side",
        "in the rain",
        "fm radio",
        "C",
    ],
)
def test_what_looks_like_a_key_is_not_always_one(text: str) -> None:
    assert not parse(text).keys


def test_minor_before_a_foreign_noun_says_nothing_about_the_key() -> None:
    assert parse("a minor problem").unknown == ["minor", "problem"]
    assert [one.entry.name for one in parse("a minor key").mentions] == ["minor"]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("intensity 70%", "intensity", 0.7),
        ("intensity: 70", "intensity", 0.7),
        ("70% intensity", "intensity", 0.7),
        ("70 % intensity", "intensity", 0.7),
        ("70 percent intensity", "intensity", 0.7),
        ("intensity 0.7", "intensity", 0.7),
        ("density of 40%", "density", 0.4),
        ("swing 60%", "swing", 0.6),
        ("rain at 30%", "rain", 0.3),
        ("30% vinyl crackle", "vinyl", 0.3),
    ],
)
def test_an_amount_is_found(text: str, name: str, value: float) -> None:
    sentence = parse(text)
    (amount,) = sentence.amounts
    assert amount.name == name
    assert amount.value == pytest.approx(value)
    assert not sentence.unknown


def test_a_tempo_after_an_amount_is_a_tempo() -> None:
    sentence = parse("reverb 70 bpm")
    assert not sentence.amounts
    assert sentence.tempos[0].low == 70


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("no drums", {"drums"}),
        ("without any drums", {"drums"}),
        ("no drums or bass", {"drums", "bass"}),
        ("without drums and bass", {"drums", "bass"}),
        ("no drums and bass", {"drums"}),
        ("no drums, bass", {"drums"}),
        ("I don't want drums", {"drums"}),
        ("not sad", {"melancholic"}),
        ("drums", set()),
    ],
)
def test_a_no_reaches_as_far_as_in_english(text: str, negated: set[str]) -> None:
    assert {one.entry.name for one in parse(text).mentions if one.negated} == negated


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RAINY day!", "SEASON-06"),
        ("rainy-day", "SEASON-06"),
        ("season-06", "SEASON-06"),
        ("rainy", "rain"),
        ("raining", "rain"),
        ("foggy", "cloudy"),
        ("jazzy piano", "jazzy"),
        ("Café", "cafe"),
        ("coffee shops", "THEME-01"),
        ("coffee, shop", "cafe"),
        ("electric pianos", "electric piano"),
        ("valentine\u2019s day", "SEASON-08"),
        ("lo-fi production", "lofi production"),
        ("low pass", "muffled"),
        ("8-bit", "chiptune"),
        ("r&b", "VOCAL-03"),
    ],
)
def test_spelling_and_form_do_not_matter(text: str, name: str) -> None:
    assert parse(text).mentions[0].entry.name == name


def test_the_longest_phrase_wins() -> None:
    names = [one.entry.name for one in parse("house beat, house, upright bass, bass").mentions]
    assert names == ["house beat", "CORE-04", "upright bass", "bass"]


@pytest.mark.parametrize(
    ("text", "role"),
    [("piano lead", Part.LEAD), ("lead guitar", Part.LEAD), ("rhodes chords", Part.CHORDS)],
)
def test_an_instrument_may_be_given_a_role(text: str, role: Part) -> None:
    (mention,) = parse(text).mentions
    assert mention.role is role


def test_heavy_and_light_weather_differ() -> None:
    strengths = [parse(text).mentions[0].strength for text in ("heavy rain", "rain", "light rain")]
    assert strengths == sorted(strengths, reverse=True)
    assert len(set(strengths)) == 3


def test_unknown_words_are_listed_as_written_and_in_order() -> None:
    assert parse("Krautrock with Rhodes and a Zither, ブルース 🦄").unknown == [
        "Krautrock",
        "Zither",
        "ブルース",
        "🦄",
    ]


@pytest.mark.parametrize("style", catalogue.load().values(), ids=lambda style: style.id)
def test_every_tag_of_the_catalogue_is_understood(style: catalogue.Style) -> None:
    ends = [tag for tag in (style.atmosphere, style.vocal_type) if tag]
    for tag in (
        *style.base_tags,
        *style.instruments,
        *style.production,
        *style.mood_options,
        *ends,
    ):
        sentence = parse(tag)
        assert sentence.mentions, tag
        assert not sentence.unknown, tag


def test_every_phrase_of_the_vocabulary_is_understood() -> None:
    for phrase in KNOWN:
        sentence = parse(phrase)
        assert not sentence.unknown, phrase
        assert sentence.mentions, phrase


TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.one_of(
            st.sampled_from(KNOWN),
            st.sampled_from(["no", "without", "a", "A", "in", "key of", "72", "bpm", "50%", ","]),
            st.text(max_size=6),
        ),
        max_size=8,
    ).map(" ".join),
)


@given(TEXTS)
def test_every_word_is_a_token(text: str) -> None:
    letters = [one for one in unicodedata.normalize("NFC", text) if one.isalpha()]
    found = "".join(token.text for token in tokens(text))
    assert [one for one in found if one.isalpha()] == letters


@given(TEXTS)
def test_every_word_is_found_passed_over_or_listed(text: str) -> None:
    words = vocabulary()
    sentence = parse(text)
    said = bool(sentence.mentions or sentence.keys or sentence.tempos or sentence.amounts)
    passed = words.filler | words.negators
    if not said:
        left = [token.text for token in tokens(text) if token.word not in passed]
        assert sentence.unknown == left
    unknown = {tokens(one)[0].word for one in sentence.unknown}
    known = {phrase[0] for phrase in words.phrases if len(phrase) == 1}
    assert unknown & known <= {"major", "minor", "maj", "min", "dominant"}


def test_a_phrase_with_two_meanings_is_refused() -> None:
    lists = "filler = ''\nnegators = ''\nstrong = ''\nweak = ''\n[style]\n"
    good = lists + "[mood.calm]\n[mood.happy]\n"
    assert ("calm",) in built(good).phrases
    with pytest.raises(ValueError, match="'calm' means"):
        built(good + "words = ['calm']\n")
    with pytest.raises(ValueError, match="colour"):
        built(good + "colour = 'blue'\n")


def test_no_filler_word_hides_a_phrase() -> None:
    words = vocabulary()
    alone = {phrase[0] for phrase in words.phrases if len(phrase) == 1}
    assert not alone & (words.filler | words.negators)
