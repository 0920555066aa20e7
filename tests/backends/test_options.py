"""What is asked for, as the options of a backend; the fake has one of every kind."""

from collections.abc import Iterator

import pytest

import lofi.backends
from fixtures.fakes import BACKENDS
from lofi.backends import registry
from lofi.backends.base import Backend, options_in, options_of, seconds_of
from lofi.errors import (
    InvalidDuration,
    InvalidGuidanceScale,
    InvalidParams,
    LofiError,
    TrackNotFound,
)
from lofi.track import Clip

CLIP = Clip(path="/a.wav", sha256="0" * 64)


@pytest.fixture
def fake() -> Iterator[Backend]:
    path = lofi.backends.__path__
    lofi.backends.__path__ = [*path, str(BACKENDS)]
    yield registry.get("fake")
    lofi.backends.__path__ = path


def resolve(name: str) -> Clip:
    if name != "known":
        raise TrackNotFound(f"there is no {name}")
    return CLIP


def test_values_and_words_come_to_the_same(fake: Backend) -> None:
    sent = {"loudness": 2, "voices": 3.0, "humming": True, "start_from": "known", "other": 1}
    words = {"loudness": "2", "voices": "3", "humming": "yes", "start_from": "known", "other": "1"}
    expected = fake.options.model_validate(
        {"loudness": 2.0, "voices": 3, "humming": True, "start_from": CLIP}
    )
    assert options_of(fake, sent, resolve) == expected
    assert options_in(fake, words, resolve) == expected
    assert options_of(fake, {"start_from": None}, resolve) == fake.options()


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("voices", 5, InvalidParams),
        ("voices", 1.5, InvalidParams),
        ("voices", "x", InvalidParams),
        ("voices", "", InvalidParams),
        ("humming", "perhaps", InvalidParams),
        ("loudness", 3.0, InvalidGuidanceScale),
        ("loudness", "nan", InvalidGuidanceScale),
        ("start_from", "gone", TrackNotFound),
    ],
)
def test_a_wrong_value_is_named_the_same_way_however_it_came(
    fake: Backend, name: str, value: object, kind: type[LofiError]
) -> None:
    with pytest.raises(kind) as sent:
        options_of(fake, {name: value}, resolve)
    with pytest.raises(kind) as typed:
        options_in(fake, {name: str(value)}, resolve)
    for caught in (sent, typed):
        assert kind is TrackNotFound or caught.value.message.startswith(f"{name}: ")


@pytest.mark.parametrize("value", [CLIP.model_dump(), [CLIP.path], 1, True])
def test_nothing_a_client_sends_is_a_path(fake: Backend, value: object) -> None:
    with pytest.raises(InvalidParams, match="start_from"):
        options_of(fake, {"start_from": value}, resolve)


@pytest.mark.parametrize("asked", [30, 30.0, "30", "3e1"])
def test_a_duration_may_be_written_in_any_way(fake: Backend, asked: float | str) -> None:
    assert seconds_of(fake, asked) == 30


@pytest.mark.parametrize("asked", [0, 121, 1.5, "x", "nan", "inf", 10**400])
def test_a_duration_that_is_not_possible_is_refused(fake: Backend, asked: float | str) -> None:
    with pytest.raises(InvalidDuration, match="is not possible") as caught:
        seconds_of(fake, asked)
    assert caught.value.hint == "fake makes 1 to 120 whole seconds"
