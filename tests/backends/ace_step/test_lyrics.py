"""Lyrics as tokens: constants of the original's vocabulary, and its cleaning of English."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from lofi.backends.ace_step.lyrics import Lyrics, cleaned
from lofi.backends.ace_step.numerals import cardinal
from lofi.errors import InvalidParams, ModelLoadFailed


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A token for every character, and one for a space."""
    words = {"[UNK]": 1, "[SPACE]": 2, "[en]": 259, "[de]": 260, "[verse]": 6683}
    words |= {chr(number): number for number in range(97, 123)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))  # noqa: S106 - of words
    tokenizer.add_special_tokens(["[SPACE]", "[en]", "[de]", "[verse]"])
    tokenizer.pre_tokenizer = Split("", "isolated")
    tokenizer.save(str(tmp_path / "lyric_tokenizer.json"))
    return tmp_path / "lyric_tokenizer.json"


def ids(lyrics: str, vocabulary: Path | None = None) -> list[int]:
    tokens, mask = Lyrics(vocabulary).tokens(lyrics)
    assert tokens.shape == mask.shape
    assert mask.all()
    return [int(each) for each in tokens[0]]


def test_nothing_sung_is_one_trained_tag() -> None:
    assert ids("[inst]") == ids("[INST]") == [261, 259, 6688, 2]


def test_tags_need_no_vocabulary_and_empty_lines_end() -> None:
    assert ids("[verse]\n\n[chorus]") == [261, 259, 6683, 2, 2, 259, 6684, 2]


def test_no_lyrics_are_one_token_that_is_masked_out() -> None:
    tokens, mask = Lyrics(None).tokens(" ")
    assert (tokens.tolist(), mask.tolist()) == ([[0]], [[0]])


def test_words_without_a_vocabulary_are_refused() -> None:
    with pytest.raises(InvalidParams, match=r"no lyric_tokenizer\.json") as refused:
        Lyrics(None).tokens("[verse]\nhello")
    assert "[inst]" in (refused.value.hint or "")


def test_words_are_looked_up_with_their_language_before_them(vocabulary: Path) -> None:
    assert ids("Ab c", vocabulary) == [261, 259, 97, 98, 2, 99, 2]
    assert ids("[de]ab\n[verse]", vocabulary) == [261, 260, 97, 98, 2, 259, 6683, 2]


def test_too_many_words_are_refused(vocabulary: Path) -> None:
    with pytest.raises(InvalidParams, match="4096 are allowed"):
        ids("a" * 5000, vocabulary)


def test_a_vocabulary_that_is_broken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lyric_tokenizer.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ModelLoadFailed, match=r"lyric_tokenizer\.json"):
        Lyrics(path)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('Say "hello"  WORLD', "[en]say hello world"),
        ("Mr. Jones & me", "[en]mister jones and me"),
        ("100% of 21 nights", "[en]one hundred percent of twenty-one nights"),
        ("me @ home #1", "[en]me at home hash one"),
        ("[de]Grüß Gott", "[de]grüß gott"),
        ("[tr]İyi", "[tr]iyi"),
        ("[pre-chorus] hey", "[en][pre-chorus] hey"),
    ],
)
def test_lines_are_cleaned_as_in_training(line: str, expected: str) -> None:
    assert cleaned(line) == expected


@pytest.mark.parametrize("line", ["[zh]ni hao", "[ja]a", "[zh-cn]a", "[xx]a"])
def test_languages_that_need_more_are_refused(line: str) -> None:
    with pytest.raises(InvalidParams, match="not offered"):
        cleaned(line)


@pytest.mark.parametrize("line", ["1st", "$20", "3.5", "1,000", "[de]zwei 2", "1234567"])
def test_numbers_that_cannot_be_spelt_are_refused(line: str) -> None:
    with pytest.raises(InvalidParams, match="number"):
        cleaned(line)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (101, "one hundred and one"),
        (1000, "one thousand"),
        (1005, "one thousand and five"),
        (1234, "one thousand, two hundred and thirty-four"),
        (999_999, "nine hundred and ninety-nine thousand, nine hundred and ninety-nine"),
    ],
)
def test_numbers_are_spelt_as_in_english(number: int, words: str) -> None:
    assert cardinal(number) == words
