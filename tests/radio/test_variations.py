"""Prompts that mean about the same."""

from hypothesis import given
from hypothesis import strategies as st

from lofi.radio.piece import Tune
from lofi.radio.variations import Variations, alike
from lofi.track import PROMPT_LIMIT


def test_the_first_is_the_prompt_itself_and_each_has_a_seed_of_its_own() -> None:
    ideas = Variations("rainy jazz", 7)
    made = [ideas.next() for _ in range(30)]
    assert made[0].prompt == "rainy jazz"
    assert len({idea.seed for idea in made}) == 30


def test_words_are_exchanged_for_others_of_their_kind_and_shades_are_added() -> None:
    ideas = Variations("Rainy night, rhodes", 7)
    prompts = [ideas.next().prompt for _ in range(6)]
    assert prompts[1] == "drizzly midnight, electric piano, warm"
    assert len(set(prompts)) == 6


def test_what_is_steered_goes_first() -> None:
    ideas = Variations("rainy jazz", 7)
    assert ideas.next(Tune(key="D minor", bpm=84.0), 0.9).prompt == (
        "84 bpm, in D minor, busy, rainy jazz"
    )
    assert ideas.next(Tune(), 0.5).prompt == "drizzly jazzy, warm"


def test_what_is_steered_is_said_once() -> None:
    tune = Tune(key="D minor", bpm=84.0)
    ideas = Variations("rainy jazz", 7)
    ideas.more(ideas.next(tune).prompt)
    assert ideas.next(tune).prompt == "84 bpm, in D minor, rainy jazz"


def test_unwanted_words_are_not_used_again() -> None:
    ideas = Variations("rainy jazz", 7)
    bad = ideas.next().prompt
    ideas.less(bad)
    assert bad not in {ideas.next().prompt for _ in range(20)}


def test_more_begins_with_what_was_liked() -> None:
    ideas = Variations("rainy jazz", 7)
    ideas.more("rainy jazz, dusty")
    assert ideas.next().prompt == "rainy jazz, dusty"


@given(st.text(min_size=1, max_size=PROMPT_LIMIT), st.integers(0, 2**64 - 1))
def test_any_prompt_can_be_varied_within_the_limits(prompt: str, seed: int) -> None:
    ideas = Variations(prompt, seed)
    for _ in range(12):
        idea = ideas.next(Tune(key="D minor", bpm=84.0), 0.1)
        assert 0 < len(idea.prompt) <= PROMPT_LIMIT
        assert 0 <= idea.seed < 2**64


def test_prompts_are_alike_by_a_word_or_a_word_of_its_family() -> None:
    assert alike("rainy jazz", ["slow jazz in D minor"])
    assert alike("rainy day", ["drizzly evening"])
    assert not alike("rainy jazz", ["lofi house with bells"])
    assert not alike("lofi music", ["lofi beats"])
