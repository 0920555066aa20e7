"""Whole tracks of a tiny model: every length, scheduler and task."""

import hashlib
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from fixtures.ace_step import PUBLISHED, TINY, request, with_decoder
from lofi import audiofile
from lofi.audiofile import Format
from lofi.backends.ace_step import layout, source
from lofi.backends.ace_step.pipeline import Pipeline
from lofi.backends.base import Step
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, InvalidParams
from lofi.keepsake import Keepsake
from lofi.track import Request, Take

Samples = NDArray[np.float32]
PLACE = Placement(Device.CPU, 1)


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    loaded = Pipeline(layout.find(TINY), PLACE)
    yield loaded
    loaded.close()


def made(pipeline: Pipeline, asked: Request) -> tuple[list[Step], Take]:
    work, steps = pipeline.generate(asked), []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def sound(pipeline: Pipeline, seconds: int = 5, **options: Any) -> Samples:  # noqa: ANN401
    return made(pipeline, request(seconds, **options))[1].audio.samples


def clip(path: Path, samples: Samples, rate: int = 48_000) -> dict[str, str]:
    soundfile.write(path, samples.T, rate, subtype="FLOAT")
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def kept(path: Path, take: Take, version: str) -> dict[str, str]:
    """A track as it is written to a file."""
    assert take.left is not None
    audiofile.encode(take.audio, path, Format.WAV, {}, Keepsake(version, take.left))
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.fixture(scope="module")
def piece(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Six seconds to start from."""
    return clip(tmp_path_factory.mktemp("piece") / "piece.wav", sound(pipeline, 6, seed=5))


@pytest.mark.parametrize(
    "seconds", [5, 30, 60, *(pytest.param(each, marks=pytest.mark.slow) for each in (120, 240))]
)
def test_any_length_is_exact_and_every_step_is_told(pipeline: Pipeline, seconds: int) -> None:
    steps, take = made(pipeline, request(seconds, inference_steps=2))
    assert [step.done for step in steps[:3]] == [0, 1, 2]
    assert {(step.done, step.total) for step in steps[2:]} == {(2, 2)}
    assert all(before.reached < after.reached for before, after in pairwise(steps))
    assert (steps[0].reached, steps[-1].reached) == (0, 1)
    assert take.audio.samples.shape == (2, seconds * 48_000)
    assert np.isfinite(take.audio.samples).all()
    assert 0.01 < np.abs(take.audio.samples).max() <= 1
    left, right = take.audio.samples
    assert not np.allclose(left, right, atol=1e-3)


@pytest.mark.parametrize("scheduler", ["euler", "heun", "pingpong"])
@pytest.mark.parametrize("kind", ["apg", "cfg", "cfg_star"])
def test_every_way_to_step_and_to_guide_makes_its_own_sound(
    pipeline: Pipeline, scheduler: str, kind: str
) -> None:
    asked = request(scheduler=scheduler, guidance_type=kind, guidance_interval=1)
    steps, take = made(pipeline, asked)
    assert len(steps) == 1 + (15 if scheduler == "heun" else 8) + 2
    assert {step.total for step in steps} == {8}
    assert take.audio.samples.any()
    if (scheduler, kind) != ("euler", "apg"):
        assert not np.allclose(take.audio.samples, sound(pipeline, guidance_interval=1))


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("scheduler", ["euler", "heun", "pingpong"])
def test_a_few_steps_are_enough_to_end(pipeline: Pipeline, scheduler: str, steps: int) -> None:
    assert sound(pipeline, inference_steps=steps, scheduler=scheduler).any()


@pytest.mark.parametrize(
    "options",
    [
        {"seed": 2},
        {"guidance_scale": 1},
        {"guidance_scale": 30},
        {"guidance_interval": 0.0},
        {"guidance_decay": 1.0},
        {"omega": 0.0},
        {"lyrics": ""},
        {"lyrics": "[verse]\n[chorus]"},
        {"retake_variance": 0.5},
    ],
)
def test_every_option_is_heard(pipeline: Pipeline, options: dict[str, Any]) -> None:
    assert not np.array_equal(sound(pipeline, **options), sound(pipeline))


def test_a_retake_of_the_same_seed_is_the_same(pipeline: Pipeline) -> None:
    first, again = (sound(pipeline, retake_variance=0.5, retake_seed=3) for _ in range(2))
    assert np.array_equal(first, again)


def test_a_graph_of_a_fixed_length_makes_any_track(tmp_path: Path) -> None:
    model = Pipeline(layout.find(with_decoder(PUBLISHED, tmp_path / "model")), PLACE)
    assert sound(model, 5).shape == (2, 5 * 48_000)
    assert sound(model, 30).shape == (2, 30 * 48_000)


def test_sound_made_anew_depends_on_its_source_and_strength(
    pipeline: Pipeline, piece: dict[str, str]
) -> None:
    found = [sound(pipeline, source=piece, strength=each) for each in (0, 0.5, 1)]
    assert np.array_equal(found[0], sound(pipeline))
    assert not np.allclose(found[1], found[0])
    assert not np.allclose(found[2], found[1])


def test_a_strength_of_one_takes_no_steps(pipeline: Pipeline, piece: dict[str, str]) -> None:
    steps, _ = made(pipeline, request(source=piece, strength=1))
    assert [step[:2] for step in steps] == [(0, 0)] * 3


@pytest.mark.parametrize("variance", [0.5, 1.0])
def test_a_repaint_leaves_the_rest_as_it_is(
    pipeline: Pipeline, piece: dict[str, str], variance: float
) -> None:
    """The rest is what a strength of one makes of the source; near the range, both are heard."""
    kept = sound(pipeline, 6, source=piece, strength=1)
    found = sound(
        pipeline, 6, source=piece, repaint_start=2.5, repaint_end=3.5, retake_variance=variance
    )
    off = np.abs(found - kept)
    inside, outside = off[:, 130_000:160_000], np.delete(off, np.s_[70_000:220_000], axis=1)
    assert outside.mean() < inside.mean() / 5


def test_an_extension_has_the_length_that_was_asked_for(
    pipeline: Pipeline, piece: dict[str, str]
) -> None:
    steps, take = made(pipeline, request(10, source=piece, extend_left=1, extend_right=3))
    assert take.audio.samples.shape == (2, 480_000)
    assert len(steps) == 1 + 8 + 1 + 2


def test_a_guided_step_counts_double_and_decoding_counts(pipeline: Pipeline) -> None:
    steps = [0.0, *(step.reached for step in made(pipeline, request())[0][1:])]
    costs = [after - before for before, after in pairwise(steps)]
    guided = [cost / costs[0] for cost in costs[:8]]
    assert guided == pytest.approx([1, 1, 2, 2, 2, 2, 1, 1])
    assert costs[8] > costs[0]
    assert costs[9] > costs[8]


def test_a_track_of_this_model_is_gone_on_with_without_loss(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    """Kept wholly, it sounds as it did, but for the end, which was faded."""
    first = made(pipeline, request(6))[1]
    assert first.left is not None
    own = kept(tmp_path / "own.wav", first, "test")
    _, again = made(pipeline, request(6, source=own, strength=1))
    assert again.notes["started_from"] == "latent"
    assert np.allclose(again.audio.samples, first.audio.samples, atol=1e-6)
    _, longer = made(pipeline, request(9, source=own, extend_right=3))
    assert longer.notes["started_from"] == "latent"
    assert longer.left is not None
    latent, former = source.restored(longer.left), source.restored(first.left)
    assert np.array_equal(latent[..., :64], former[..., :64])


def test_a_track_of_another_model_is_listened_to(pipeline: Pipeline, tmp_path: Path) -> None:
    first = made(pipeline, request(6))[1]
    other = kept(tmp_path / "other.wav", first, "another model")
    _, again = made(pipeline, request(6, source=other, strength=1))
    assert again.notes["started_from"] == "sound"
    assert not np.allclose(again.audio.samples, first.audio.samples, atol=1e-3)


def test_a_model_without_an_encoder_goes_on_with_its_own_tracks(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    folder = with_decoder(TINY, tmp_path / "model")
    (folder / "dcae_encoder.onnx").unlink()
    model = Pipeline(layout.find(folder), PLACE)
    own = kept(tmp_path / "own.wav", made(model, request(6))[1], "test")
    wanted: dict[str, Any] = {"source": own, "repaint_start": 2, "repaint_end": 4}
    assert np.array_equal(sound(model, 6, **wanted), sound(pipeline, 6, **wanted))
    with pytest.raises(InvalidParams, match=r"lasts 6\.000 s, and 10 s are needed"):
        sound(model, 10, **wanted)


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("rate", [8000, 44_100])
def test_a_source_may_have_any_rate_and_channels(
    pipeline: Pipeline, tmp_path: Path, rate: int, channels: int
) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (channels, 5 * rate)).astype(np.float32)
    given = clip(tmp_path / "source.wav", noise, rate)
    assert sound(pipeline, 5, source=given, strength=0.5).any()


def test_a_source_that_is_too_short_is_refused(pipeline: Pipeline, piece: dict[str, str]) -> None:
    with pytest.raises(InvalidParams, match=r"lasts 6\.000 s, and 10 s are needed"):
        sound(pipeline, 10, source=piece, repaint_start=1)


def test_a_source_that_is_no_sound_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_text("no sound", encoding="utf-8")
    given = {"path": str(tmp_path / "no.wav"), "sha256": "0" * 64}
    with pytest.raises(InvalidParams, match=r"cannot read .*no\.wav"):
        sound(pipeline, source=given, strength=0.5)


def test_a_model_without_an_encoder_refuses_a_source_and_makes_the_rest(
    tmp_path: Path, piece: dict[str, str]
) -> None:
    folder = with_decoder(TINY, tmp_path / "model")
    (folder / "dcae_encoder.onnx").unlink()
    model = Pipeline(layout.find(folder), PLACE)
    with pytest.raises(InvalidParams, match=r"no dcae_encoder\.onnx"):
        sound(model, source=piece, strength=0.5)
    assert sound(model).any()


def test_words_without_a_vocabulary_are_refused_before_the_first_step(pipeline: Pipeline) -> None:
    with pytest.raises(InvalidParams, match=r"no lyric_tokenizer\.json"):
        next(pipeline.generate(request(lyrics="la la la")))


def test_interrupting_within_any_step_ends_the_track(pipeline: Pipeline) -> None:
    expected = sound(pipeline)
    total = len(made(pipeline, request())[0])
    for done in range(1, total):
        work = pipeline.generate(request())
        for _ in range(done):
            next(work)
        other = threading.Thread(target=pipeline.interrupt)
        other.start()
        other.join()
        with pytest.raises(GenerationCancelled):
            next(work)
    assert np.array_equal(sound(pipeline), expected)


def test_only_the_part_in_use_is_in_memory(pipeline: Pipeline) -> None:
    """After every step, one graph is open: the network's, then the decoder's, then the voice's."""
    stages = pipeline._stages

    def open_now() -> list[str]:
        return [stage.name for stage in stages if stage._session is not None]

    held = [open_now() for _ in pipeline.generate(request())]
    expected = [["transformer_decoder.onnx"]] * 9 + [["dcae_decoder.onnx"], ["vocoder.onnx"]]
    assert held == expected
    assert not any(stage._session for stage in stages)
