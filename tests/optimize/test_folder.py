"""Optimising a whole model folder: the same music, whole or not at all."""

from collections.abc import Generator
from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest

from fixtures.musicgen import EVERY, MELODY, MERGED
from lofi.backends.musicgen import BACKEND, fast, layout
from lofi.backends.musicgen.fast import Record
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.backends.musicgen.pipeline import Pipeline
from lofi.device import Device, Placement
from lofi.errors import BackendNotInstalled, ModelLoadFailed
from lofi.optimize import folder as optimiser
from lofi.optimize.folder import Progress, optimise, undo
from lofi.optimize.packing import Precision
from lofi.track import Request, Take

PLACEMENT = Placement(Device.CPU, 1)


def finished(work: Generator[Progress, None, Record]) -> tuple[list[Progress], Record]:
    steps: list[Progress] = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def made(folder: Path, precision: Precision) -> Record:
    return finished(optimise(folder, precision, PLACEMENT))[1]


def take(folder: Path) -> Take:
    request = Request(
        prompt="rain",
        seconds=12,
        seed=3,
        backend="musicgen",
        model_version="",
        options=MusicGenOptions(window_sec=10, stride_sec=6),
    )
    work = Pipeline(layout.find(folder), PLACEMENT).generate(request)
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Take = end.value
            return result


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return copytree(MERGED, tmp_path / "model")


@pytest.mark.parametrize("source", EVERY, ids=lambda folder: folder.name)
def test_the_fused_decoder_in_full_precision_makes_the_same_music(
    tmp_path: Path, source: Path
) -> None:
    folder = copytree(source, tmp_path / "model")
    before = take(folder).audio.samples
    record = made(folder, Precision.FP32)
    assert record.error <= 1e-5
    assert record.agreement == 1.0
    pipeline = Pipeline(layout.find(folder), PLACEMENT)
    assert isinstance(pipeline._decoder, FusedDecoder)
    # Every token is the same; only then does the codec make the very same samples.
    assert np.array_equal(take(folder).audio.samples, before)


def test_weights_beside_the_graph_are_found_and_optimised(tmp_path: Path) -> None:
    """As in the large models, whose graph and weights are two files."""
    folder = copytree(MERGED, tmp_path / "model")
    before = take(folder).audio.samples
    path = folder / "decoder_model_merged.onnx"
    model = onnx.load(path)
    onnx.save_model(
        model,
        path,
        save_as_external_data=True,
        location="decoder_model_merged.onnx_data",
        size_threshold=0,
    )
    assert path.stat().st_size < (folder / "decoder_model_merged.onnx_data").stat().st_size
    assert np.array_equal(take(folder).audio.samples, before)
    assert made(folder, Precision.FP32).error <= 1e-5
    assert np.array_equal(take(folder).audio.samples, before)


@pytest.mark.parametrize(("precision", "error"), [(Precision.INT8, 0.05), (Precision.INT4, 0.5)])
def test_few_bits_are_close_and_their_error_is_recorded(
    model: Path, precision: Precision, error: float
) -> None:
    record = made(model, precision)
    assert 1e-4 < record.error < error
    assert 0.5 < record.agreement <= 1.0
    assert take(model).audio.samples.any()
    found = layout.find(model).fast
    assert found is not None
    assert found.record == record
    assert onnx.load(found.decoder, load_external_data=False).graph.input[4].name == "past.0.key"


def test_another_precision_is_another_version(model: Path) -> None:
    versions = {BACKEND.model_version(model)}
    for precision in Precision:
        made(model, precision)
        versions.add(BACKEND.model_version(model))
    assert len(versions) == 4
    assert undo(model)
    assert BACKEND.model_version(model) in versions
    assert not undo(model)


def test_progress_names_every_stage(model: Path) -> None:
    steps, _ = finished(optimise(model, Precision.INT8, PLACEMENT))
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert len(stages) == 4
    assert all(0 <= step.done <= step.total for step in steps)


def test_given_up_at_any_step_nothing_is_left_and_what_was_there_stays(model: Path) -> None:
    made(model, Precision.INT8)
    before = sorted(path.relative_to(model) for path in model.rglob("*"))
    content = (model / fast.NAME / fast.DECODER).read_bytes()
    total = len(finished(optimise(copytree(model, model.with_name("x")), *_FP32))[0])
    for after in range(1, total + 1):
        work = optimise(model, *_FP32)
        for _ in range(after):
            next(work)
        work.close()
        assert sorted(path.relative_to(model) for path in model.rglob("*")) == before
    assert (model / fast.NAME / fast.DECODER).read_bytes() == content


_FP32 = (Precision.FP32, PLACEMENT)


def test_what_a_killed_process_left_is_swept(model: Path) -> None:
    dead = model / f".{fast.NAME}-999999999.part"
    dead.mkdir()
    (dead / "decoder.onnx_data").write_bytes(b"half")
    alive = model / f".{fast.NAME}-1.part"
    alive.mkdir()
    made(model, Precision.FP32)
    assert not dead.exists()
    assert alive.exists()


def test_a_decoder_that_changed_since_is_not_replaced_by_its_former_self(model: Path) -> None:
    made(model, Precision.INT8)
    decoder = model / "decoder_model_merged.onnx"
    decoder.write_bytes(decoder.read_bytes() + b"\x72\x00")  # an empty metadata entry
    assert layout.find(model).fast is None
    assert not isinstance(Pipeline(layout.find(model), PLACEMENT)._decoder, FusedDecoder)


def test_a_result_that_does_not_agree_is_not_kept(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(optimiser.TOLERANCE, Precision.INT4, 1e-6)
    with pytest.raises(ModelLoadFailed, match="the result differs") as caught:
        made(model, Precision.INT4)
    assert "--precision" in caught.value.hint
    assert not (model / fast.NAME).exists()


def test_a_melody_model_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadFailed, match="a melody model cannot be optimised"):
        made(copytree(MELODY, tmp_path / "model"), Precision.FP32)


def test_weights_with_several_names_on_disk_are_read(model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in model.iterdir():
        (other / path.name).hardlink_to(path)
    assert made(other, Precision.FP32).error <= 1e-5


def test_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BackendNotInstalled):
        made(tmp_path, Precision.FP32)
