"""``models optimize`` as a person types it."""

import importlib.util
import json
from pathlib import Path
from shutil import copytree

import pytest

from fixtures.musicgen import MERGED, TRANSFORMERS_JS
from lofi.backends.musicgen import fast, layout
from lofi.cli import main
from lofi.optimize import choice
from lofi.optimize.choice import Choice
from lofi.optimize.packing import Precision

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return copytree(MERGED, tmp_path / "model")


def precision(model: Path) -> str | None:
    found = layout.find(model).fast
    return found.record.precision if found else None


def test_the_precision_is_chosen_by_measurement_and_said(
    model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chosen, speedup in ((Precision.INT8, 3.21), (Precision.FP32, 1.1)):
        monkeypatch.setattr(choice, "measure", lambda _, c=chosen, s=speedup: Choice(c, s))
        assert main(["models", "optimize", str(model)]) == 0
        assert precision(model) == chosen
        said = capsys.readouterr().err
        assert f"{speedup:.1f} times as fast" in said
        assert "the likeliest token the same in" in said


def test_a_real_measurement_chooses_one_that_works(model: Path, capsys: Capture) -> None:
    assert main(["models", "optimize", str(model), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["precision"] == precision(model)
    assert (facts["speedup"] >= choice.WORTH) == (facts["precision"] == "int8")
    assert 0 <= facts["error"] < 0.15
    assert 0.5 < facts["agreement"] <= 1


def test_it_can_be_asked_for_and_undone(model: Path, capsys: Capture) -> None:
    assert main(["models", "optimize", str(model), "--precision", "INT4"]) == 0
    assert precision(model) == "int4"
    assert main(["models", "optimize", str(model), "--precision", "published"]) == 0
    assert precision(model) is None
    assert "the published graph again" in capsys.readouterr().err
    assert not (model / fast.NAME).exists()


def test_a_wrong_precision_a_missing_model_and_a_quantised_one_are_errors(
    model: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["models", "optimize", str(model), "--precision", "int5"]) == 2
    assert "fp32, int8, int4" in capsys.readouterr().err
    assert main(["models", "optimize", "musicgen-huge"]) == 2
    assert main(["models", "optimize", str(tmp_path / "nowhere")]) == 2
    assert "no model folder" in capsys.readouterr().err
    quantised = copytree(TRANSFORMERS_JS, tmp_path / "quantised")
    (quantised / "onnx" / "decoder_model_merged.onnx").unlink()
    assert main(["models", "optimize", str(quantised), "--precision", "int8"]) == 1
    assert "cannot be optimised: the node" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(
    model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnx" else found(name)
    )
    assert main(["models", "optimize", str(model)]) == 1
    assert "lofi[optimize]" in capsys.readouterr().err
