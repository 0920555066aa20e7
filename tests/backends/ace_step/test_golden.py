"""Held to what the original ACE-Step computed with the same weights, noise and words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.ace_step import TINY
from lofi.backends.ace_step import latents, layout, schedule
from lofi.backends.ace_step.conditions import ConditionEncoder, Conditions
from lofi.backends.ace_step.decoder import LatentDecoder
from lofi.backends.ace_step.denoiser import Denoiser
from lofi.backends.ace_step.diffusion import Diffusion
from lofi.backends.ace_step.guidance import Guidance
from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.lyrics import Lyrics
from lofi.backends.ace_step.mel import spectrogram
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.schedulers import Euler, Heun, PingPong, Scheduler
from lofi.backends.ace_step.source import LatentEncoder
from lofi.backends.ace_step.task import Part, Whole, anew
from lofi.backends.ace_step.text import TextEncoder
from lofi.backends.ace_step.vocoder import Vocoder
from lofi.backends.ace_step.windows import Window
from lofi.device import Device, Placement

FILES = layout.find(TINY)
PLACE = Placement(Device.CPU, 1)
GOLDEN = Path(__file__).parents[2] / "golden" / "ace_step" / "vectors.npz"
SHORT = 15
"""Frames of a run."""
MODULE = 1e-5
"""How far one network may be off, of values of about 1 to 4."""
RUN = 5e-5
"""How far the latent of a whole run may be off, of values up to 12."""


@cache
def golden() -> Mapping[str, NDArray[Any]]:
    with np.load(GOLDEN) as file:
        return dict(file)


def near(found: NDArray[Any], name: str, within: float) -> None:
    expected = golden()[name]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= within


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return Denoiser(FILES, PLACE)


def conditions(name: str = "inst") -> Conditions:
    given = golden()
    return Conditions(given[f"condition_{name}"], given[f"null_{name}"], given[f"mask_{name}"])


def drawn(index: int) -> Latent:
    return np.ascontiguousarray(golden()["noise"][..., 2 * index : 2 * index + SHORT])


class Drawn(Noise):
    """The noise of the original's steps."""

    def __init__(self) -> None:
        super().__init__(0)
        self._index = 1

    def step(self, frames: int) -> Latent:
        assert frames == SHORT
        self._index += 1
        return drawn(self._index)


def run(denoiser: Denoiser, told: Conditions, task: Whole | Part, **options: object) -> Latent:
    chosen = AceStepOptions.model_validate({"inference_steps": len(task.sigmas) - 1} | options)
    work = Diffusion(task, chosen, Drawn()).run(denoiser, told)
    while True:
        try:
            next(work)
        except StopIteration as end:
            latent: Latent = end.value
            return latent


def whole(steps: int = 8, start: Latent | None = None) -> Whole:
    return Whole(drawn(0) if start is None else start, schedule.sigmas(steps))


def test_a_prompt_has_the_same_tokens_and_states() -> None:
    encoder = TextEncoder(FILES, PLACE)
    prompt = str(golden()["prompt"])
    assert np.array_equal(encoder.tokens(prompt)[0], golden()["ids"])
    near(encoder.encode(prompt), "states", MODULE)


@pytest.mark.parametrize("name", ["none", "inst", "sung"])
def test_conditions_are_the_same_with_and_without_words(name: str) -> None:
    tokens = golden()[f"lyrics_{name}"][None]
    mask = np.full_like(tokens, name != "none")
    told = ConditionEncoder(FILES, PLACE).encode(golden()["states"], (tokens, mask), guided=True)
    assert told.free is not None
    near(told.given, f"condition_{name}", MODULE)
    near(told.free, f"null_{name}", MODULE)
    near(told.mask, f"mask_{name}", 0)


@pytest.mark.parametrize(("lyrics", "name"), [("", "none"), ("[inst]", "inst")])
def test_lyrics_have_the_same_tokens(lyrics: str, name: str) -> None:
    tokens, mask = Lyrics(None).tokens(lyrics)
    assert np.array_equal(tokens[0], golden()[f"lyrics_{name}"])
    assert mask.all() == (name != "none")


@pytest.mark.parametrize(("frames", "time"), [(15, 1000), (15, 57), (47, 57)])
@pytest.mark.parametrize("batched", [False, True])
def test_the_network_answers_the_same_at_any_length(frames: int, time: int, batched: bool) -> None:
    network = Denoiser(FILES, PLACE, batched=batched)
    assert network.batched == batched
    latent = np.ascontiguousarray(golden()["noise"][..., :frames])
    given, free = network.velocities(latent, np.float32(time), conditions())
    near(given, f"velocity_{frames}_{time}", MODULE)
    assert np.abs(given - free).max() > 0.01


@pytest.mark.parametrize("steps", [1, 2, 4, 8, 27, 60])
def test_schedules_are_the_same(steps: int) -> None:
    levels = schedule.sigmas(steps)
    near(levels, f"sigmas_{steps}", 1.2e-7)
    heun = np.array([schedule.timestep(levels[each]) for each in Heun(levels, 10).levels])
    near(heun, f"heun_{steps}", 1.3e-4)


@pytest.mark.parametrize("name", ["euler", "omega", "heun", "pingpong"])
def test_steps_are_the_same(name: str) -> None:
    levels, draws = schedule.sigmas(4), iter(golden()["steps_z"])
    schedulers: Mapping[str, Scheduler] = {
        "euler": Euler(levels, 10),
        "omega": Euler(levels, 0),
        "heun": Heun(levels, 10),
        "pingpong": PingPong(levels, lambda: next(draws)),
    }
    scheduler, latent, samples = schedulers[name], golden()["steps_x"], []
    for evaluation, _ in enumerate(scheduler.levels):
        latent = scheduler.advance(evaluation, latent, golden()["steps_v"][evaluation])
        samples.append(latent)
    near(np.stack(samples), f"steps_{name}", 5e-6)


@pytest.mark.parametrize("kind", ["apg", "cfg", "cfg_star"])
def test_guidance_is_the_same_over_three_steps(kind: str) -> None:
    guidance = Guidance(kind)
    pairs = zip(golden()["guidance_c"], golden()["guidance_u"], strict=True)
    found = [guidance.guided(5 + step, 15, *pair) for step, pair in enumerate(pairs)]
    near(np.stack(found), f"guidance_{kind}", 2e-5)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("euler", {}),
        ("sung", {}),
        ("pingpong", {"scheduler": "pingpong"}),
        ("cfg", {"guidance_type": "cfg", "guidance_scale": 5}),
        (
            "cfg_star",
            {"guidance_type": "cfg_star", "guidance_scale": 5, "guidance_interval": 1},
        ),
        ("decay", {"guidance_interval": 1, "guidance_decay": 0.5}),
        ("unguided", {"guidance_scale": 1, "omega": 0}),
    ],
)
def test_whole_runs_are_the_same(denoiser: Denoiser, name: str, options: dict[str, object]) -> None:
    told = conditions("sung" if name == "sung" else "inst")
    near(run(denoiser, told, whole(), **options), f"run_{name}", RUN)


def test_a_run_of_heun_is_the_same_where_the_same_calls_are_guided(denoiser: Denoiser) -> None:
    """The original counts calls as if they were steps: with 4 steps, it guides calls 1 and 2 of 7.
    These are the calls of step 1, which a smaller interval of steps means."""
    latent = run(denoiser, conditions(), whole(4), scheduler="heun", guidance_interval=0.25)
    near(latent, "run_heun", RUN)


def test_a_retake_is_the_same(denoiser: Denoiser) -> None:
    start = latents.mixed(drawn(0), drawn(1), 0.3)
    near(start, "mixed", 1e-6)
    near(run(denoiser, conditions(), whole(start=start)), "run_retake", RUN)


def test_a_repaint_is_the_same_and_keeps_the_rest(denoiser: Denoiser) -> None:
    source = golden()["run_euler"]
    mask = np.zeros(SHORT, np.bool_)
    mask[latents.whole_frames(0.5) : latents.whole_frames(1)] = True
    noise = np.where(mask, latents.mixed(drawn(0), drawn(1), 0.7), drawn(0))
    latent = run(denoiser, conditions(), Part(source, noise, mask, schedule.sigmas(8), 2))
    near(latent, "run_repaint", RUN)
    assert np.array_equal(latent[..., ~mask], source[..., ~mask])


@pytest.mark.parametrize(("name", "left"), [("extend_left", 4), ("extend_right", 0)])
def test_an_extension_is_the_same_and_keeps_the_source(
    denoiser: Denoiser, name: str, left: int
) -> None:
    source, frames = golden()["run_euler"], golden()[f"run_{name}"].shape[-1]
    right = frames - SHORT - left
    mask = np.ones(frames, np.bool_)
    mask[left : left + SHORT] = False
    pieces = [drawn(1)[..., :left], drawn(0), drawn(1)[..., SHORT - right :]]
    noise = np.concatenate(pieces, axis=-1)
    padded = np.pad(source, ((0, 0), (0, 0), (0, 0), (left, right)))
    latent = run(denoiser, conditions(), Part(padded, noise, mask, schedule.sigmas(8), 0))
    near(latent, f"run_{name}", RUN)
    assert np.array_equal(latent[..., ~mask], source)


def test_a_run_from_a_sound_is_the_same(denoiser: Denoiser) -> None:
    task = anew(golden()["run_euler"], drawn(0), 0.4, 8)
    near(run(denoiser, conditions(), task), "run_from_sound", RUN)


def test_a_run_from_the_words_on_is_the_same(denoiser: Denoiser) -> None:
    states = TextEncoder(FILES, PLACE).encode(str(golden()["prompt"]))
    told = ConditionEncoder(FILES, PLACE).encode(states, Lyrics(None).tokens("[inst]"), guided=True)
    near(run(denoiser, told, whole()), "run_euler", RUN)


def test_latents_become_the_same_spectrogram_and_sound() -> None:
    mel = LatentDecoder(FILES, PLACE).decode(golden()["latents"], Window(0, 5))
    near(mel[None], "mel", 5e-5)
    near(Vocoder(FILES, PLACE).sound(mel[..., :8], 0), "audio", MODULE)


def test_sound_becomes_the_same_spectrogram_and_latents() -> None:
    samples = golden()["samples"].astype(np.float32) / np.float32(32_768)
    near(spectrogram(samples), "samples_mel", 1e-4)
    near(LatentEncoder(FILES, PLACE).encode(samples), "samples_latents", MODULE)
