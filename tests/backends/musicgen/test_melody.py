"""Following a melody, token for token as transformers does: the vectors of tests/golden/musicgen.

How they were made, and what each array is: tests/parity/melody.py.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from fixtures.musicgen import MELODY, MERGED
from fixtures.tunes import tune
from lofi.backends.musicgen import chroma, dimensions, layout, window
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens
from lofi.backends.musicgen.guide import Guide
from lofi.backends.musicgen.melody import MelodyDecoder
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.backends.musicgen.pipeline import Pipeline
from lofi.backends.musicgen.sampling import Sampler
from lofi.backends.musicgen.tune import read
from lofi.backends.musicgen.window import Author, Window
from lofi.device import Device, Placement
from lofi.errors import InvalidParams, ModelLoadFailed
from lofi.track import Clip, Request

GOLDEN = np.load(Path(__file__).parents[2] / "golden" / "musicgen" / "melody.npz")
PLACEMENT = Placement(Device.CPU, 1)
TUNES = [(0.3, 32_000, 1), (1.7, 44_100, 2), (2.6, 22_050, 1), (5.0, 48_000, 2), (31.5, 32_000, 1)]
"""Seconds, rate, channels."""
TOLD = [(0, 3.0, 1), (1, 3.0, None), (0, 3.0, 4), (1, 1.0, 2)]
"""Prompt, guidance and tune of each sequence."""
TOLERANCE = 2e-5
"""A prefix is of the order of 1, logits of the order of 10."""
RATE = 32_000


def clip(folder: Path, seconds: float, rate: int, channels: int = 1) -> Clip:
    path = folder / "tune.wav"
    soundfile.write(path, tune(seconds, rate, channels).T, rate, subtype="PCM_16")
    return Clip(path=str(path), sha256="0" * 64)


class Subject:
    """The parts of the model in one folder."""

    def __init__(self, folder: Path) -> None:
        files = layout.find(folder)
        numbers = dimensions.read(files.config)
        self.guide = Guide(files, PLACEMENT)
        self.decoder = MelodyDecoder(files, numbers, PLACEMENT)
        self.pattern = DelayPattern(numbers.codebooks, numbers.channels, numbers.pad)

    def states(
        self, prompt: int, melody: Clip | None, starts: list[float]
    ) -> Iterator[NDArray[np.float32]]:
        return self.guide.states(str(GOLDEN["prompts"][prompt]), melody, starts)

    def written(
        self, windows: list[Window], prompt: int, scale: float, melody: Clip | None
    ) -> Tokens:
        frames = windows[-1].start + windows[-1].frames
        tokens = np.full((self.pattern.codebooks, frames), UNKNOWN, np.int64)
        author = Author(self.decoder, self.pattern, Sampler(1.0, 1, 0.0, seed=0))
        states = self.states(prompt, melody, [each.start / 50 for each in windows])
        for each, given in zip(windows, states, strict=True):
            for _ in author.write(tokens, each, given, scale):
                pass
        return tokens


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(MELODY)


@pytest.mark.parametrize("index", range(len(TUNES)))
def test_the_same_pitches_are_heard(tmp_path: Path, index: int) -> None:
    """No frame may differ: none of these has two classes equally loud."""
    heard = read(clip(tmp_path, *TUNES[index]), 40).whole()
    assert np.array_equal(heard.argmax(axis=1), GOLDEN[f"chroma_{index}"])
    assert np.array_equal(heard.sum(axis=1), np.ones(len(heard)))


def test_silence_is_heard_as_transformers_hears_it() -> None:
    assert chroma.extract(np.zeros(100_000)).argmax(axis=1).tolist() == [0] * 25


@pytest.mark.parametrize("index", range(len(TOLD)))
def test_the_prefix_is_alike(subject: Subject, tmp_path: Path, index: int) -> None:
    prompt, _, number = TOLD[index]
    melody = None if number is None else clip(tmp_path, *TUNES[number])
    (states,) = subject.states(prompt, melody, [0.0])
    np.testing.assert_allclose(states, GOLDEN[f"prefix_{index}"], rtol=0, atol=TOLERANCE)


def test_logits_of_the_first_and_of_cached_passes_are_alike(
    subject: Subject, tmp_path: Path
) -> None:
    columns, expected = GOLDEN["columns"], GOLDEN["logits"]
    first = columns.shape[1] - len(expected) + 1
    (states,) = subject.states(0, clip(tmp_path, *TUNES[1]), [0.0])
    subject.decoder.start(states, guided=True)
    logits = [subject.decoder.step(columns[:, :first])]
    logits += [subject.decoder.step(column[:, None]) for column in columns.T[first:]]
    np.testing.assert_allclose(np.stack(logits), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("index", range(len(TOLD)))
def test_the_likeliest_tokens_are_the_same(subject: Subject, tmp_path: Path, index: int) -> None:
    prompt, scale, number = TOLD[index]
    melody = None if number is None else clip(tmp_path, *TUNES[number])
    expected = GOLDEN[f"greedy_{index}"]
    tokens = subject.written([Window(0, expected.shape[1], 0)], prompt, scale, melody)
    assert np.array_equal(tokens, expected)


def test_every_window_of_a_long_track_follows_its_own_stretch(
    subject: Subject, tmp_path: Path
) -> None:
    expected = GOLDEN["windowed"]
    windows = window.plan(expected.shape[1], 150, 90, 0)
    melody = clip(tmp_path, 2.6, RATE)
    assert np.array_equal(subject.written(windows, 1, 3.0, melody), expected)


def test_a_piece_begins_again_when_it_is_over(tmp_path: Path) -> None:
    piece = read(clip(tmp_path, 2.6, RATE), 40)
    again = read(clip(tmp_path, 2.6, RATE), 40)
    assert np.array_equal(piece.since(1.0), again.since(1.0 + 2.6))
    assert not np.array_equal(piece.since(1.0), piece.since(2.0))


def asked(**options: object) -> Request:
    return Request(
        prompt="rain", seconds=5, seed=7, backend="musicgen", model_version="test",
        options=MusicGenOptions.model_validate(options),
    )  # fmt: skip


def sound(pipeline: Pipeline, request: Request) -> NDArray[Any]:
    work = pipeline.generate(request)
    while True:
        try:
            next(work)
        except StopIteration as finished:
            return finished.value.audio.samples  # type: ignore[no-any-return]


def test_a_track_can_follow_a_tune_go_on_from_it_or_need_none(tmp_path: Path) -> None:
    pipeline = Pipeline(layout.find(MELODY), PLACEMENT)
    melody = clip(tmp_path, 3.0, 44_100)
    plain = sound(pipeline, asked())
    followed = sound(pipeline, asked(melody=melody))
    both = sound(pipeline, asked(melody=melody, continue_from=melody))
    assert plain.shape == followed.shape == both.shape == (2, 5 * RATE)
    assert not np.array_equal(plain, followed)
    assert not np.array_equal(followed, both)
    assert np.array_equal(sound(pipeline, asked()), plain)


def test_another_model_says_which_one_can(tmp_path: Path) -> None:
    pipeline = Pipeline(layout.find(MERGED), PLACEMENT)
    with pytest.raises(InvalidParams, match="cannot follow a melody") as caught:
        sound(pipeline, asked(melody=clip(tmp_path, 2.0, RATE)))
    assert "musicgen-melody" in caught.value.hint


@pytest.mark.parametrize("content", [None, b"", b"RIFF????WAVEfmt nonsense"])
def test_a_tune_that_cannot_be_read_is_an_error(
    subject: Subject, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "tune.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidParams, match="cannot read"):
        next(subject.states(0, Clip(path=str(path), sha256="0" * 64), [0.0]))


def test_a_tune_of_no_sound_is_an_error(subject: Subject, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tune.wav", np.zeros(0), RATE)
    with pytest.raises(InvalidParams, match="holds no sound"):
        next(subject.states(0, Clip(path=str(tmp_path / "tune.wav"), sha256="0" * 64), [0.0]))


def test_a_decoder_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    for path in MERGED.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "conditioner.onnx").symlink_to(MELODY / "conditioner.onnx")
    with pytest.raises(ModelLoadFailed, match=r"decoder_model_merged\.onnx"):
        Pipeline(layout.find(tmp_path), PLACEMENT)
