"""The daemon with ACE-Step: its options and errors, its steps, and a source from the library."""

from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest
import soundfile
from onnx import numpy_helper

from fixtures.ace_step import TINY, with_erg
from fixtures.daemon import REAL, Daemon, Json
from promises.conftest import Start
from promises.manifest import promise


def serving(start: Start, model: Path = TINY, **how: object) -> Daemon:
    settings = {"ace_step_model": str(model), "threads": 1, "backend": "ace-step"}
    return start(command=REAL, settings=settings, **how)


def ask(daemon: Daemon, seconds: int = 5, **params: object) -> str:
    asked = {"prompt": "rain", "duration_sec": seconds, "seed": 1, "inference_steps": 8} | params
    track: str = daemon.call("generate", **asked)["track_id"]
    return track


def done(daemon: Daemon, track: str) -> Json:
    return daemon.hear("generation_complete", track_id=track)


def done_at_last(daemon: Daemon, track: str) -> Json:
    """The same of a long track: whatever it takes, if only something is heard now and then."""
    seen = 0
    while not (found := daemon.heard("generation_complete", track_id=track)):
        daemon.wait(lambda _: True, f"more of {track}", after=seen)
        seen += 1
    return found[0]


@promise("models:ace-step")
def test_a_track_of_ace_step_has_its_steps_rate_licence_and_version(start: Start) -> None:
    daemon = serving(start)
    backends = {each["type"]: each for each in daemon.call("get_backends")["backends"]}
    backend = backends["ace_step"]
    assert (backend["status"], backend["sample_rate"]) == ("ready", 48_000)
    track = ask(daemon, 30, guidance_type="cfg", scheduler="ping-pong")
    finished = done(daemon, track)
    steps = daemon.heard("generation_progress", track_id=track)
    assert {each["total_steps"] for each in steps if each["percent"]} == {8}
    assert steps[-1]["current_step"] == 8
    assert [each["percent"] for each in steps] == sorted(each["percent"] for each in steps)
    assert finished["licence"] == "Apache-2.0"
    assert finished["model_version"] == backend["model_version"]
    samples, rate = soundfile.read(finished["path"])
    assert (samples.shape, rate) == ((30 * 48_000, 2), 48_000)


@promise("models:ace-step")
@pytest.mark.parametrize(
    "seconds", [5, *(pytest.param(each, marks=pytest.mark.slow) for each in (120, 240))]
)
def test_a_track_of_any_length_and_a_retake_of_it_are_made(start: Start, seconds: int) -> None:
    daemon = serving(start)
    first = ask(daemon, seconds)
    again = ask(daemon, seconds, retake_variance=0.3, retake_seed=2)
    for track in (first, again):
        samples, rate = soundfile.read(done_at_last(daemon, track)["path"])
        assert (samples.shape, rate) == ((seconds * 48_000, 2), 48_000)
    assert first != again


@pytest.mark.slow
@promise("models:ace-step")
def test_erg_is_on_where_the_model_can_and_another_track_where_it_is_off(
    start: Start, tmp_path: Path
) -> None:
    daemon = serving(start, with_erg(tmp_path / "model"))
    usual, without = ask(daemon), ask(daemon, erg_diffusion=False)
    assert usual != without
    assert done(daemon, usual)["erg"] == "tag, lyric, diffusion"
    assert done(daemon, without)["erg"] == "tag, lyric"


@promise("models:ace-step")
def test_erg_that_the_model_cannot_do_is_an_error_that_names_it(start: Start) -> None:
    daemon = serving(start)
    failed = daemon.hear("generation_error", track_id=ask(daemon, erg_lyric=True))
    assert failed["code"] == "INVALID_PARAMS"
    assert "erg_lyric" in failed["message"]


@promise("models:ace-step")
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"inference_steps": 0}, "INVALID_INFERENCE_STEPS"),
        ({"guidance_scale": 31}, "INVALID_GUIDANCE_SCALE"),
        ({"scheduler": "ddim"}, "INVALID_SCHEDULER"),
        ({"duration_sec": 241}, "INVALID_DURATION"),
    ],
)
def test_what_ace_step_cannot_do_has_the_error_of_the_contract(
    start: Start, params: Json, code: str
) -> None:
    daemon = serving(start)
    asked = {"prompt": "rain", "duration_sec": 5} | params
    assert daemon.refusal("generate", **asked).name == code


@promise("models:ace-step")
def test_a_track_of_the_library_is_repainted_and_another_backend_follows(start: Start) -> None:
    daemon = serving(start)
    first = ask(daemon)
    done(daemon, first)
    second = ask(daemon, source=first, repaint_start=1, repaint_end=2)
    assert len({first, second, ask(daemon, source=first, repaint_start=1, repaint_end=3)}) == 3
    done(daemon, second)
    other = ask(daemon, backend="procedural")
    done(daemon, other)
    refused = daemon.refusal("generate", prompt="rain", duration_sec=5, source=first)
    assert refused.code == -32602


@promise("models:ace-step")
def test_its_own_tracks_are_extended_by_a_model_without_an_encoder(
    start: Start, tmp_path: Path
) -> None:
    """As the published one is."""
    folder = copytree(TINY, tmp_path / "model")
    (folder / "dcae_encoder.onnx").unlink()
    daemon = serving(start, folder)
    first = ask(daemon)
    done(daemon, first)
    second = done(daemon, ask(daemon, 8, source=first, extend_right=3))
    assert (second["duration_sec"], second["started_from"]) == (8, "latent")
    other = ask(daemon, backend="procedural")
    done(daemon, other)
    failed = daemon.hear(
        "generation_error", track_id=ask(daemon, 32, source=other, extend_right=27)
    )
    assert failed["code"] == "INVALID_PARAMS"
    assert "dcae_encoder" in failed["message"]


@promise("models:ace-step")
def test_a_long_track_of_ace_step_is_given_up_within_a_step(start: Start) -> None:
    daemon = serving(start)
    track = ask(daemon, 240, inference_steps=200)
    daemon.hear("generation_progress", track_id=track, percent=5)
    daemon.call("cancel", track_id=track)
    gone = daemon.hear("generation_cancelled", track_id=track)
    assert 0 < gone["at_step"] < gone["total_steps"]
    done(daemon, ask(daemon))


@promise("models:ace-step")
def test_a_step_that_goes_wrong_is_named_and_the_daemon_lives(start: Start, tmp_path: Path) -> None:
    folder = copytree(TINY, tmp_path / "model")
    path = folder / "transformer_decoder.onnx"
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            values = np.full_like(numpy_helper.to_array(tensor), np.nan)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, path)
    daemon = serving(start, folder)
    failed = daemon.hear("generation_error", track_id=ask(daemon))
    assert failed["code"] == "MODEL_INFERENCE_FAILED"
    assert "step 1 of 8" in failed["message"]
    done(daemon, ask(daemon, backend="procedural"))
