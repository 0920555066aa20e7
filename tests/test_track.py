"""Requests, their ids, and the checks on what people type."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lofi.errors import InvalidParams, InvalidPrompt
from lofi.track import Clip, Options, Request, checked_prompt, checked_seed

BASE = Request(
    prompt="lofi beats",
    seconds=30,
    seed=42,
    backend="musicgen",
    model_version="musicgen-small-fp16-v1",
)


class Steps(Options):
    """An example of a backend's own options."""

    steps: int = 60
    scale: float = 15.0


def test_track_ids_equal_the_published_vectors() -> None:
    other = Request(
        prompt="lofi hip hop, chill beats",
        seconds=120,
        seed=42,
        backend="ace_step",
        model_version="ace-step-v1",
    )
    assert BASE.track_id == "b37faaa28f0a0136"
    assert other.track_id == "b773be95ca39bfa4"


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "lofi beat"},
        {"seconds": 31},
        {"seed": 43},
        {"backend": "procedural"},
        {"model_version": "v2"},
        {"options": Steps(steps=27)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_of_a_request_changes_its_id(change: dict[str, object]) -> None:
    assert dataclasses.replace(BASE, **change).track_id != BASE.track_id  # type: ignore[arg-type]


def test_options_at_their_defaults_do_not_change_the_id() -> None:
    assert dataclasses.replace(BASE, options=Steps()).track_id == BASE.track_id


def test_one_spelling_of_a_prompt_has_one_id() -> None:
    composed = dataclasses.replace(BASE, prompt="caf\u00e9")
    decomposed = dataclasses.replace(BASE, prompt="cafe\u0301")
    assert composed.track_id == decomposed.track_id


def test_options_name_what_differs_in_order() -> None:
    assert Steps(steps=27, scale=7.5).canonical() == ("scale=7.5", "steps=27")


class Sources(Options):
    """An example of a backend that can start from existing sound."""

    source: Clip | None = None
    steps: int = 60


def test_a_clip_is_its_content_wherever_it_lies() -> None:
    here, there = (Sources(source=Clip(path=path, sha256="0" * 64)) for path in ("/a", "/b"))
    other = Sources(source=Clip(path="/a", sha256="1" * 64))
    ids = [dataclasses.replace(BASE, options=each).track_id for each in (here, there, other)]
    assert ids[0] == ids[1] != ids[2]
    assert here.clips == (Clip(path="/a", sha256="0" * 64),)


def test_where_a_clip_lay_is_stored_and_not_published() -> None:
    options = Sources(source=Clip(path="/home/me/a.wav", sha256="0" * 64))
    assert Sources.model_validate(options.model_dump(mode="json")) == options
    assert options.public() == {"source": "0" * 64, "steps": 60}
    assert "/home/me" not in dataclasses.replace(BASE, options=options).tags(None)["comment"]


def test_a_client_that_knows_one_kind_of_number_can_send_whole_ones() -> None:
    assert Sources.model_validate({"steps": 30.0}).steps == 30
    with pytest.raises(ValidationError):
        Sources.model_validate({"steps": 30.5})


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64 - 1])
def test_seeds_up_to_64_bits_are_accepted(seed: int) -> None:
    assert checked_seed(seed) == seed


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seeds_beyond_64_bits_are_refused(seed: int) -> None:
    with pytest.raises(InvalidParams, match=str(seed)):
        checked_seed(seed)


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_an_empty_prompt_is_refused(text: str) -> None:
    with pytest.raises(InvalidPrompt, match="empty"):
        checked_prompt(text)


def test_a_prompt_may_have_a_thousand_characters_and_no_more() -> None:
    assert checked_prompt(" " + "ä" * 1000 + " ") == "ä" * 1000
    with pytest.raises(InvalidPrompt, match="1001"):
        checked_prompt("ä" * 1001)


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\n", "\r", "\x7f", "\x9b", "\ud800", "\u2028"]
)
def test_control_characters_are_named_with_their_position(character: str) -> None:
    with pytest.raises(InvalidPrompt, match=rf"U\+{ord(character):04X}.*position 3"):
        checked_prompt(f"ab{character}c")


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=1000))
def test_any_visible_text_is_a_prompt(text: str) -> None:
    assert checked_prompt(text) == text
