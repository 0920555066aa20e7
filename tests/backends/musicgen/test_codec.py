"""The codec: chunks equal to one decode of the whole, however long its LSTM remembers."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.musicgen import MERGED, STEREO
from lofi.backends.musicgen import dimensions, layout
from lofi.backends.musicgen.codec import CONTEXT, LOOKAHEAD, Codec, Samples, Stream
from lofi.backends.musicgen.delay import Tokens
from lofi.device import Device, Placement
from lofi.errors import ModelInferenceFailed

PLACEMENT = Placement(Device.CPU, 1)
TOLERANCE = 1e-4
"""Between joined chunks and a single decode; full scale is 1."""


@cache
def opened(folder: Path = MERGED) -> Codec:
    files = layout.find(folder)
    return Codec(files, dimensions.read(files.config), PLACEMENT)


@pytest.fixture(scope="module")
def mono() -> Codec:
    return opened()


def tokens(frames: int, codebooks: int = 4, seed: int = 0) -> Tokens:
    return np.random.default_rng(seed).integers(0, 64, (codebooks, frames))


def ready(stream: Stream, known: int) -> list[Samples]:
    found = []
    while (stop := stream.next(known)) is not None:
        found.append(stream.decoded(stop))
    return found


def joined(stream: Stream, frames: int, by: int = 1) -> Samples:
    pieces = [piece for known in range(0, frames + by, by) for piece in ready(stream, known)]
    return np.concatenate(pieces, axis=1)


@settings(max_examples=25, deadline=None)
@given(frames=st.integers(5, 700), chunk=st.integers(5, 300), by=st.integers(1, 50))
def test_chunks_joined_are_the_whole(frames: int, chunk: int, by: int) -> None:
    codec = opened()
    codes = tokens(frames)
    stream = Stream(codec, codes, chunk)
    sound = joined(stream, frames, by)
    whole = codec.decode(codes)
    assert sound.shape == whole.shape == (1, frames * 640)
    assert np.abs(sound - whole).max() < TOLERANCE


def test_chunks_come_as_soon_as_what_follows_them_is_known(mono: Codec) -> None:
    """The first ones are shorter, so that something is heard soon: 20, 40, 80, then 100 each."""
    stream = Stream(mono, tokens(400), 100)
    assert stream.chunks == 6
    assert not ready(stream, 20 + LOOKAHEAD - 1)
    assert len(ready(stream, 20 + LOOKAHEAD)) == 1
    assert len(ready(stream, 340 + LOOKAHEAD - 1)) == 3
    assert len(ready(stream, 399)) == 1
    assert len(ready(stream, 400)) == 1
    assert not ready(stream, 400)


def test_a_stereo_model_decodes_each_side_from_its_own_codebooks() -> None:
    codec, codes = opened(STEREO), tokens(60, codebooks=8)
    left, right = codec.decode(codes)
    codes[1::2] = 0
    left_again, right_changed = codec.decode(codes)
    assert np.array_equal(left, left_again)
    assert not np.array_equal(right, right_changed)


class Slow(Codec):
    """A codec whose every sample still hears the tokens of long ago."""

    def __init__(self, forget: float) -> None:
        self.hop = 2
        self.context = CONTEXT
        self.forget = forget
        self.decodes: list[int] = []

    def decode(self, tokens: Tokens) -> Samples:
        self.decodes.append(tokens.shape[1])
        state, sound = 0.0, []
        for token in tokens[0]:
            state = self.forget * state + (1 - self.forget) * float(token) / 64
            sound += [state, state]
        return np.array([sound], np.float32)


@pytest.mark.parametrize("forget", [0.0, 0.7, 0.99, 0.999])
def test_a_codec_that_remembers_longer_is_given_more_to_remember(forget: float) -> None:
    codec = Slow(forget)
    codes = tokens(2000)
    sound = joined(Stream(codec, codes, 250), 2000, 250)
    longest = max(codec.decodes)
    assert np.abs(sound - codec.decode(codes)).max() < TOLERANCE
    assert (longest > CONTEXT + 250 + LOOKAHEAD) == (forget > 0.95)


def test_without_the_second_look_the_seams_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def agrees(_self: Stream, _before: Samples) -> bool:
        return True

    monkeypatch.setattr(Stream, "_agrees", agrees)
    codec = Slow(0.99)
    codes = tokens(2000)
    sound = joined(Stream(codec, codes, 250), 2000, 250)
    assert np.abs(sound - codec.decode(codes)).max() > TOLERANCE


def test_sound_becomes_tokens_of_its_length(mono: Codec) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, (1, 32_000)).astype(np.float32)
    codes = mono.encode(sound)
    assert codes.shape == (4, 50)
    assert ((codes >= 0) & (codes < 64)).all()


def test_the_sides_of_a_stereo_piece_keep_to_their_codebooks() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, (2, 32_000)).astype(np.float32)
    stereo = opened(STEREO)
    codes = stereo.encode(sound)
    assert codes.shape == (8, 50)
    twice = stereo.encode(np.stack([sound[1], sound[1]]))
    assert np.array_equal(codes[1::2], twice[0::2])


@pytest.mark.parametrize("shape", [(1, 1, 7), (2, 1, 32_000)], ids=["too short", "too many"])
def test_a_codec_of_another_length_is_an_error(
    mono: Codec, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mono._decoder, "run", lambda *_: [np.zeros(shape, np.float32)])
    with pytest.raises(ModelInferenceFailed, match="the codec gave"):
        mono.decode(tokens(50))
