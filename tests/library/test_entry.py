"""What the library remembers of a track."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.making import comment, recipe, track_id
from lofi.errors import TrackNotFound
from lofi.library.entry import Recipe, checked_id, parsed
from lofi.track import Request

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@given(
    st.builds(
        Recipe,
        prompt=TEXT,
        seconds=st.integers(1, 300),
        seed=st.integers(0, 2**64 - 1),
        backend=TEXT,
        model_version=TEXT,
        options=st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT),
    )
)
def test_a_recipe_survives_being_stored(made: Recipe) -> None:
    assert Recipe.from_json(made.to_json()) == made


def test_a_request_becomes_its_recipe() -> None:
    request = Request(prompt="rain", seconds=5, seed=7, backend="procedural", model_version="v1")
    assert Recipe.of(request) == recipe(7)


def test_the_tags_of_a_track_are_its_recipe() -> None:
    assert Recipe.from_tags(comment(7), track_id(7)) == recipe(7)


@pytest.mark.parametrize(
    "change",
    [
        {"track_id": track_id(8)},
        {"prompt": None},
        {"prompt": "\ud800"},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": True},
        {"seed": 1.0},
        {"duration_sec": 0},
        {"duration_sec": "5"},
        {"backend": 3},
        {"options": []},
        {"options": {"x": float("nan")}},
    ],
)
def test_tags_of_others_are_refused(change: dict[str, object]) -> None:
    tags = json.dumps(json.loads(comment(7)) | change)
    with pytest.raises(ValueError, match=r"."):
        Recipe.from_tags(tags, track_id(7))


@pytest.mark.parametrize("text", ["", "[]", "{", "7", '{"a": NaN}', '{"a":' + "[" * 100_000])
def test_what_is_not_one_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        "0" * 15,
        "0" * 17,
        "0" * 16 + "\n",
        "F" * 16,
        "\u0660" * 16,
        "0" * 15 + "/",
    ],
)
def test_nothing_but_sixteen_hex_digits_is_an_id(text: str) -> None:
    with pytest.raises(TrackNotFound):
        checked_id(text)
