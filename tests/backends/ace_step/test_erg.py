"""ERG: as the original does it where the graphs can, and said where they cannot."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.ace_step import TINY, request, with_erg
from lofi.backends.ace_step import erg, layout, schedule
from lofi.backends.ace_step.conditions import ConditionEncoder, Conditions
from lofi.backends.ace_step.denoiser import Denoiser
from lofi.backends.ace_step.diffusion import Diffusion
from lofi.backends.ace_step.erg import Erg
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.lyrics import Lyrics
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.pipeline import Pipeline
from lofi.backends.ace_step.task import Whole
from lofi.backends.ace_step.text import TextEncoder
from lofi.device import Device, Placement
from lofi.errors import InvalidParams
from lofi.track import Take

PLACE = Placement(Device.CPU, 1)
GOLDEN = Path(__file__).parents[2] / "golden" / "ace_step" / "erg.npz"
RUNS = {
    "all": Erg(tag=True, lyric=True, diffusion=True),
    "words": Erg(tag=True, lyric=True, diffusion=False),
    "lyric": Erg(tag=False, lyric=True, diffusion=False),
    "diffusion": Erg(tag=False, lyric=False, diffusion=True),
    "none": Erg(tag=False, lyric=False, diffusion=False),
}
ALL, NONE = RUNS["all"], RUNS["none"]
MODULE, RUN = 1e-5, 1e-3
"""How far a network, and the latent of a whole run, may be off: twenty random blocks and a scale of
15 in every step make much of the order of sums."""


@cache
def golden() -> Mapping[str, NDArray[Any]]:
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_erg(tmp_path_factory.mktemp("erg") / "model")


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return layout.find(folder)


@pytest.fixture(scope="module")
def network(files: Files) -> Denoiser:
    """Opened once: so many blocks take seconds."""
    opened = Denoiser(files, PLACE, batched=True)
    assert opened.batched
    return opened


def near(found: NDArray[Any], expected: NDArray[Any], within: float) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= within


def conditions(run: str) -> Conditions:
    kept = golden()
    tau = erg.TAU if RUNS[run].diffusion else erg.FULL
    return Conditions(kept["given"], kept[f"free_{run}"], kept["mask"], tau)


def test_weakened_states_of_a_prompt_are_the_same(files: Files) -> None:
    prompt, encoder = str(golden()["prompt"]), TextEncoder(files, PLACE)
    near(encoder.encode(prompt, erg.FULL, erg.TAU), golden()["states"], MODULE)
    near(encoder.encode(prompt), golden()["states"][:1], MODULE)
    plain, weak = golden()["states"]
    assert np.abs(plain - weak).max() > 0.01


@pytest.mark.parametrize("run", RUNS)
def test_what_is_guided_away_from_is_the_same(files: Files, run: str) -> None:
    plain, weak = np.split(golden()["states"], 2)
    parts = RUNS[run]
    words = None if not parts.lyric else weak if parts.tag else np.zeros_like(weak)
    told = ConditionEncoder(files, PLACE).encode(
        plain, Lyrics(None).tokens("[inst]"), guided=True, weak=words
    )
    assert told.free is not None
    near(told.given, golden()["given"], MODULE)
    near(told.free, golden()[f"free_{run}"], MODULE)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("batched", [False, True])
def test_the_network_answers_the_same(network: Denoiser, batched: bool, run: str) -> None:
    network.batched = batched
    found = network.velocities(golden()["noise"], np.float32(1000), conditions(run))
    near(np.stack(found), golden()[f"first_{run}"], MODULE)


@pytest.mark.parametrize("run", RUNS)
def test_whole_runs_are_the_same(network: Denoiser, run: str) -> None:
    network.batched = False
    options = AceStepOptions(inference_steps=8, guidance_interval=1.0)
    work = Diffusion(Whole(golden()["noise"], schedule.sigmas(8)), options, Noise(0)).run(
        network, conditions(run)
    )
    while True:
        try:
            next(work)
        except StopIteration as end:
            near(end.value, golden()[f"run_{run}"], RUN)
            return


def test_every_part_leads_elsewhere() -> None:
    """The control: vectors that do not differ would hold nothing."""
    ends = [golden()[f"run_{run}"] for run in RUNS]
    for number, one in enumerate(ends):
        assert all(np.abs(one - other).max() > 100 * RUN for other in ends[:number])


@pytest.mark.parametrize(
    ("asked", "able", "found"),
    [
        ({}, ALL, ALL),
        ({}, NONE, NONE),
        ({"erg_diffusion": False}, ALL, RUNS["words"]),
        ({"erg_tag": False}, ALL, ALL._replace(tag=False)),
        ({"erg_lyric": False}, ALL, RUNS["diffusion"]),
        ({"erg_tag": False, "erg_lyric": False, "erg_diffusion": False}, NONE, NONE),
        ({"erg_diffusion": True}, RUNS["diffusion"], RUNS["diffusion"]),
    ],
)
def test_what_is_not_chosen_is_done_where_it_can_be(
    asked: dict[str, bool], able: Erg, found: Erg
) -> None:
    options = AceStepOptions.model_validate(asked)
    assert erg.chosen(options, able, guided=True) == found
    assert erg.chosen(options, able, guided=False) == NONE


@pytest.mark.parametrize("part", Erg._fields)
def test_what_the_model_cannot_do_is_refused_by_name(part: str) -> None:
    options = AceStepOptions.model_validate({f"erg_{part}": True})
    with pytest.raises(InvalidParams, match=f"erg_{part}.*no input erg_tau"):
        erg.chosen(options, ALL._replace(**{part: False}), guided=True)


def made(pipeline: Pipeline, **options: Any) -> Take:  # noqa: ANN401
    work = pipeline.generate(request(**options))
    while True:
        try:
            next(work)
        except StopIteration as end:
            take: Take = end.value
            return take


def test_a_model_that_can_does_it_and_says_so(folder: Path) -> None:
    assert made(Pipeline(layout.find(folder), PLACE)).notes["erg"] == "tag, lyric, diffusion"


@pytest.mark.slow
def test_a_model_that_can_makes_another_sound_without_it(folder: Path) -> None:
    pipeline = Pipeline(layout.find(folder), PLACE)
    usual, without = made(pipeline), made(pipeline, erg_lyric=False, erg_diffusion=False)
    assert without.notes["erg"] == "none"
    assert not np.allclose(usual.audio.samples, without.audio.samples)
    assert made(pipeline, guidance_scale=1.0).notes["erg"] == "none"


def test_a_model_that_cannot_says_so() -> None:
    pipeline = Pipeline(layout.find(TINY), PLACE)
    assert made(pipeline).notes["erg"] == "not in this model"
    with pytest.raises(InvalidParams, match="erg_diffusion"):
        made(pipeline, erg_diffusion=True)
