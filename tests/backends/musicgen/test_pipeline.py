"""Whole tracks on the tiny models: every layout, every length, every way to stop."""

import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fixtures.musicgen import EVERY, MERGED, SPLIT, STEREO
from lofi.backends.base import Step
from lofi.backends.musicgen import codec, layout
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.backends.musicgen.pipeline import Pipeline
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, InvalidParams
from lofi.track import Clip, Request, Take

RATE = 32_000
PLACEMENT = Placement(Device.CPU, 1)


def opened(folder: Path) -> Pipeline:
    return Pipeline(layout.find(folder), PLACEMENT)


@pytest.fixture(scope="module")
def mono() -> Pipeline:
    return opened(MERGED)


def asked(seconds: int = 5, seed: int = 7, **options: object) -> Request:
    return Request(
        prompt="rainy night, rhodes",
        seconds=seconds,
        seed=seed,
        backend="musicgen",
        model_version="test",
        options=MusicGenOptions.model_validate(options),
    )


def made(pipeline: Pipeline, request: Request) -> tuple[list[Step], Take]:
    steps: list[Step] = []
    work = pipeline.generate(request)
    while True:
        try:
            steps.append(next(work))
        except StopIteration as finished:
            return steps, finished.value


def samples(pipeline: Pipeline, request: Request) -> np.typing.NDArray[np.float32]:
    return made(pipeline, request)[1].audio.samples


def wav(path: Path, seconds: float, rate: int = RATE, channels: int = 1) -> Clip:
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.1, (round(seconds * rate), channels))
    soundfile.write(path, sound, rate)
    return Clip(path=str(path), sha256="0" * 64)


def chunks(seconds: int) -> int:
    """Chunks of 0.4, 0.8 and 1.6 s, and of 2 s from then on."""
    return 3 + -(-(seconds * 10 - 28) // 20)


@pytest.mark.parametrize("folder", EVERY, ids=lambda folder: folder.name)
def test_every_layout_makes_a_track(folder: Path) -> None:
    steps, take = made(opened(folder), asked())
    assert take.audio.samples.shape == (2, 5 * RATE)
    assert take.audio.sample_rate == RATE
    assert [(step.done, step.total) for step in steps] == [
        (done, len(steps)) for done in range(1, len(steps) + 1)
    ]


def test_split_and_merged_weights_sound_the_same(mono: Pipeline) -> None:
    assert np.array_equal(samples(mono, asked()), samples(opened(SPLIT), asked()))


def test_a_mono_model_plays_on_both_sides_and_a_stereo_model_on_each(mono: Pipeline) -> None:
    left, right = samples(mono, asked())
    assert np.array_equal(left, right)
    left, right = samples(opened(STEREO), asked())
    assert not np.allclose(left, right, atol=1e-3)


def test_a_long_track_is_made_in_windows_and_joined_without_a_seam(mono: Pipeline) -> None:
    request = asked(23, window_sec=10, stride_sec=6)
    steps, take = made(mono, request)
    assert take.audio.samples.shape == (2, 23 * RATE)
    evaluations = (500 + 3) + (500 - 200 + 3) * 2 + (250 - 200 + 3)
    assert steps[-1].total == evaluations + chunks(23)
    first = samples(mono, asked(10, window_sec=10, stride_sec=6))
    heard = (10 * 50 - codec.LOOKAHEAD) * 640
    assert np.abs(take.audio.samples[:, :heard] - first[:, :heard]).max() < 1e-4


def test_sound_comes_while_tokens_are_still_being_made(mono: Pipeline) -> None:
    steps, take = made(mono, asked(15))
    heard = [step for step in steps if step.audio is not None]
    assert heard[0].done < steps[-1].total / 2
    joined = np.concatenate([step.audio.samples for step in heard if step.audio], axis=1)
    assert np.array_equal(joined, take.audio.samples)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 8},
        {"guidance_scale": 5.0},
        {"guidance_scale": 1.0},
        {"temperature": 0.5},
        {"top_k": 5},
        {"top_p": 0.3},
    ],
    ids=str,
)
def test_everything_that_is_asked_for_is_heard(mono: Pipeline, change: dict[str, object]) -> None:
    plain = samples(mono, asked())
    assert not np.array_equal(plain, samples(mono, asked(**change)))  # type: ignore[arg-type]


def test_a_track_does_not_hear_of_the_one_before(mono: Pipeline) -> None:
    fresh = samples(opened(MERGED), asked())
    made(mono, asked(seed=99, guidance_scale=1.0))
    assert np.array_equal(samples(mono, asked()), fresh)


@pytest.mark.parametrize(("rate", "channels"), [(32_000, 1), (48_000, 2), (44_100, 2), (8_000, 1)])
def test_an_existing_piece_is_gone_on_from(
    mono: Pipeline, tmp_path: Path, rate: int, channels: int
) -> None:
    clip = wav(tmp_path / "piece.wav", 3.5, rate, channels)
    steps, take = made(mono, asked(8, continue_from=clip))
    assert take.audio.samples.shape == (2, 8 * RATE)
    assert steps[-1].total == (8 * 50 - 3 * 50 + 3) + chunks(8)
    without = samples(mono, asked(8))
    assert not np.array_equal(take.audio.samples, without)


def test_the_beginning_is_the_end_of_the_piece_as_the_codec_hears_it(
    mono: Pipeline, tmp_path: Path
) -> None:
    clip = wav(tmp_path / "piece.wav", 9.0)
    sound = samples(mono, asked(10, continue_from=clip))
    whole, _ = soundfile.read(clip.path, dtype="float32")
    tokens = mono._codec.encode(whole[None, -5 * RATE :])
    expected = mono._codec.decode(tokens)
    heard = (5 * 50 - codec.LOOKAHEAD) * 640
    assert np.abs(sound[:1, :heard] - expected[:, :heard]).max() < 1e-4


def test_a_stereo_piece_is_gone_on_from_in_stereo(tmp_path: Path) -> None:
    clip = wav(tmp_path / "piece.wav", 3.0, channels=2)
    left, right = samples(opened(STEREO), asked(6, continue_from=clip))
    assert not np.allclose(left[: 2 * RATE], right[: 2 * RATE], atol=1e-3)


@pytest.mark.parametrize("content", [None, b"", b"RIFF????WAVEfmt nonsense"])
def test_a_piece_that_cannot_be_read_is_an_error(
    mono: Pipeline, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "piece.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidParams, match="cannot read"):
        made(mono, asked(continue_from=Clip(path=str(path), sha256="0" * 64)))


def test_a_piece_of_less_than_a_second_is_an_error(mono: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="shorter than a second"):
        made(mono, asked(continue_from=wav(tmp_path / "piece.wav", 0.9)))


def test_a_model_without_the_encoder_says_so(tmp_path: Path) -> None:
    clip = wav(tmp_path / "piece.wav", 3.0)
    with pytest.raises(InvalidParams, match=r"encodec_encode\.onnx"):
        made(opened(SPLIT), asked(continue_from=clip))


def test_a_window_longer_than_the_table_of_positions_is_an_error(mono: Pipeline) -> None:
    mono_dimensions = mono._dimensions
    mono._dimensions = mono_dimensions.model_copy(update={"positions": 1000})
    try:
        with pytest.raises(InvalidParams, match="cannot see 30 s") as caught:
            made(mono, asked())
        assert "at most 19" in caught.value.hint
    finally:
        mono._dimensions = mono_dimensions


@pytest.fixture
def busy(mono: Pipeline) -> Iterator[Pipeline]:
    yield mono
    assert samples(mono, asked()).any(), "the model is usable afterwards"


def test_an_interruption_at_any_step_ends_the_track(busy: Pipeline) -> None:
    for after in (1, 2, 100, 252, 253):
        work = busy.generate(asked())
        for _ in range(after):
            next(work)
        busy.interrupt()
        with pytest.raises(GenerationCancelled):
            next(work)


def test_an_interruption_during_a_run_ends_it(busy: Pipeline) -> None:
    """From another thread, at whatever moment it comes; the track is long enough to be hit."""
    work = busy.generate(asked(300))
    next(work)
    other = threading.Timer(0.05, busy.interrupt)
    other.start()
    with pytest.raises(GenerationCancelled):
        deque(work, maxlen=0)
    other.join()
