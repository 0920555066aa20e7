"""The daemon with a real neural model: served, given up, broken, and back again."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest
import soundfile
from onnx import numpy_helper

from fixtures.daemon import REAL, Daemon, Json
from fixtures.musicgen import MERGED, STEREO
from promises.conftest import Start, slow
from promises.manifest import promise

SOON = 5
"""Seconds of music that the tiny models make in a moment."""
LONG = 300
"""Seconds of music that take long enough to be interrupted."""


def serving(start: Start, model: Path = MERGED, **how: object) -> Daemon:
    settings = {"musicgen_model": str(model), "threads": 1, "backend": "musicgen"}
    return start(command=REAL, settings=settings, **how)


def ask(daemon: Daemon, seconds: int = SOON, **params: object) -> str:
    asked = {"prompt": "rainy night", "duration_sec": seconds, "seed": 1} | params
    track: str = daemon.call("generate", **asked)["track_id"]
    return track


def failure(daemon: Daemon, track: str) -> Json:
    return daemon.hear("generation_error", track_id=track)


def samples(path: str) -> np.typing.NDArray[np.float64]:
    return np.asarray(soundfile.read(path)[0])


@promise("models:served")
def test_a_track_of_a_neural_model_has_progress_licence_and_version(start: Start) -> None:
    daemon = serving(start)
    (backend,) = [
        each for each in daemon.call("get_backends")["backends"] if each["type"] == "musicgen"
    ]
    assert (backend["status"], backend["sample_rate"]) == ("ready", 32_000)
    track = ask(daemon)
    done = daemon.hear("generation_complete", track_id=track)
    percents = [each["percent"] for each in daemon.heard("generation_progress", track_id=track)]
    assert percents == sorted(percents)
    assert len(percents) > 10
    assert done["model_version"] == backend["model_version"]
    assert done["licence"] == "CC-BY-NC-4.0"
    assert samples(done["path"]).shape == (SOON * 32_000, 2)
    assert daemon.call("status")["model"]["device"] == "cpu"


@promise("models:cancel")
@pytest.mark.parametrize("count", [4, slow(20)])
def test_a_neural_track_is_given_up_at_any_moment_and_the_next_one_is_right(
    start: Start, count: int
) -> None:
    daemon = serving(start)
    expected = samples(daemon.hear("generation_complete", track_id=ask(daemon))["path"])
    for number in range(count):
        track = ask(daemon, LONG, seed=number + 10)
        daemon.hear("generation_progress", track_id=track, percent=5 * (number % 4) + 5)
        daemon.call("cancel", track_id=track)
        gone = daemon.hear("generation_cancelled", track_id=track)
        assert 0 < gone["at_step"] < gone["total_steps"]
    daemon.call("library_clear", keep_favorites=False)
    again = samples(daemon.hear("generation_complete", track_id=ask(daemon), after=200)["path"])
    assert np.array_equal(again, expected)


@promise("models:half-installed")
def test_a_model_that_lacks_a_file_is_named_and_the_daemon_lives(
    start: Start, tmp_path: Path
) -> None:
    folder = copytree(MERGED, tmp_path / "model")
    daemon = serving(start, folder)
    for name in ("tokenizer.json", "encodec_decode.onnx", "decoder_model_merged.onnx"):
        (folder / name).rename(tmp_path / name)
        refused = daemon.refusal("generate", prompt="rain", duration_sec=SOON)
        assert refused.name == "BACKEND_NOT_INSTALLED"
        assert name in str(refused)
        (tmp_path / name).rename(folder / name)
    daemon.hear("generation_complete", track_id=ask(daemon))


def damaged(folder: Path) -> None:
    path = folder / "text_encoder.onnx"
    path.write_bytes(path.read_bytes()[:-5000])


def poisoned(folder: Path) -> None:
    path = folder / "decoder_model_merged.onnx"
    model = onnx.load(path)
    (weight,) = [each for each in model.graph.initializer if each.name == "layer_norm.weight"]
    values = numpy_helper.to_array(weight).copy()
    values[0] = np.nan
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    onnx.save(model, path)


@promise("models:broken")
@pytest.mark.parametrize(
    ("harm", "code"),
    [(damaged, "MODEL_LOAD_FAILED"), (poisoned, "MODEL_INFERENCE_FAILED")],
)
def test_a_broken_model_fails_its_job_and_nothing_else(
    start: Start, tmp_path: Path, harm: object, code: str
) -> None:
    folder = copytree(MERGED, tmp_path / "model")
    assert callable(harm)
    harm(folder)
    daemon = serving(start, folder)
    track = ask(daemon)
    other = ask(daemon, backend="procedural")
    assert failure(daemon, track)["code"] == code
    assert failure(daemon, track)["recovery"]
    daemon.hear("generation_complete", track_id=other)


@promise("models:same-bytes")
def test_two_daemons_make_the_same_bytes_of_the_same_request(start: Start) -> None:
    found = set()
    for home in ("one", "two"):
        daemon = serving(start, home=home)
        done = daemon.hear("generation_complete", track_id=ask(daemon))
        found.add(hashlib.sha256(Path(done["path"]).read_bytes()).hexdigest())
    assert len(found) == 1


@promise("models:streaming")
def test_sound_can_be_heard_before_the_track_is_done(start: Start) -> None:
    daemon = serving(start)
    track = ask(daemon, LONG, stream=True)
    chunk = daemon.hear("generation_chunk", track_id=track)
    with soundfile.SoundFile(chunk["path"]) as file:
        assert len(file.read(chunk["frames"])) == chunk["frames"] > 0
    assert not daemon.heard("generation_complete", track_id=track)
    daemon.call("cancel", track_id=track)
    daemon.hear("generation_cancelled", track_id=track)
    assert not Path(chunk["path"]).exists()


@promise("models:continue")
def test_a_track_of_the_library_can_be_gone_on_from(start: Start) -> None:
    daemon = serving(start, STEREO)
    first = ask(daemon)
    daemon.hear("generation_complete", track_id=first)
    second = ask(daemon, 10, continue_from=first)
    assert second != ask(daemon, 10)
    daemon.hear("generation_complete", track_id=second)
    refused = daemon.refusal("generate", prompt="rain", duration_sec=SOON, continue_from="0" * 16)
    assert refused.name == "TRACK_NOT_FOUND"


@promise("models:memory")
@pytest.mark.parametrize("megabytes", [400, 700, 3000])
def test_too_little_memory_is_an_error_in_one_line(tmp_path: Path, megabytes: int) -> None:
    output = tmp_path / "track.wav"
    words = ["--backend", "musicgen", "--model-dir", str(MERGED), "--threads", "1"]
    words += ["--prompt", "rain", "--duration", str(SOON), "--output", str(output), "--quiet"]
    limit = ["prlimit", f"--as={megabytes << 20}"]
    finished = subprocess.run(
        [*limit, sys.executable, "-m", "lofi", *words],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in finished.stderr
    assert finished.returncode in {0, 1}, finished.stderr
    assert output.exists() == (finished.returncode == 0)
    assert (finished.stderr == "") == (finished.returncode == 0)
