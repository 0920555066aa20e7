"""What the exporter refuses, and the forms that no tiny model in the repository has."""

import json
import shutil
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file

from lofi.errors import InvalidParams, ModelLoadFailed, ModelNotFound, OutputExists
from lofi.export import decoder, graph, synthetic
from lofi.export.folder import Layout, Wish, export
from lofi.export.graph import Graph, write
from lofi.export.parts import MERGED, Precision
from lofi.export.verify import Judge
from parity import tiny


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    synthetic.save(tiny.MONO, folder)
    return folder


@pytest.fixture
def checkpoint(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "checkpoint"))


def changed(folder: Path, **settings: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def test_another_kind_of_checkpoint_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    changed(checkpoint, model_type="bark")
    with pytest.raises(ModelLoadFailed, match="type bark"):
        export(checkpoint, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_checkpoint_of_pickles_is_refused_unread(checkpoint: Path, tmp_path: Path) -> None:
    (checkpoint / "model.safetensors").rename(checkpoint / "pytorch_model.bin")
    with pytest.raises(ModelNotFound, match="pickle"):
        export(checkpoint, tmp_path / "made")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_checkpoint_without_a_file_is_refused(
    checkpoint: Path, tmp_path: Path, name: str
) -> None:
    (checkpoint / name).unlink()
    with pytest.raises(ModelNotFound, match=name.removeprefix("model.")):
        export(checkpoint, tmp_path / "made")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("text", ["[]", "{", ""])
def test_a_config_that_is_no_object_is_refused(checkpoint: Path, tmp_path: Path, text: str) -> None:
    (checkpoint / "config.json").write_text(text)
    with pytest.raises(ModelLoadFailed, match=r"config\.json"):
        export(checkpoint, tmp_path / "made")


def test_missing_weights_are_named(checkpoint: Path, tmp_path: Path) -> None:
    path = checkpoint / "model.safetensors"
    weights = load_file(path)
    del weights["decoder.lm_heads.2.weight"]
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(ModelLoadFailed, match=r"lm_heads\.2\.weight"):
        export(checkpoint, tmp_path / "made")


def test_a_torn_weights_file_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelLoadFailed, match="checkpoint"):
        export(checkpoint, tmp_path / "made")


def test_an_existing_folder_is_left_alone(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with pytest.raises(OutputExists):
        export(checkpoint, tmp_path / "made")
    assert not list((tmp_path / "made").iterdir())


def test_a_name_that_no_model_may_have_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="my model"):
        export(checkpoint, tmp_path / "my model")


def test_a_graph_that_does_not_agree_with_torch_is_not_published(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = decoder.export

    def wrong(model: torch.nn.Module) -> tuple[Graph, Graph]:
        first, cached = right(model)
        weights = dict(cached.weights)
        weights["layer_norm.weight"] = weights["layer_norm.weight"] * 1.01
        return first, Graph(cached.model, weights)

    monkeypatch.setattr(decoder, "export", wrong)
    with pytest.raises(ModelLoadFailed, match="does not agree with torch"):
        export(checkpoint, tmp_path / "made", Wish(merged=False, split=True))
    assert not list(tmp_path.glob("made*"))


@pytest.mark.parametrize("precision", list(Precision))
def test_every_precision_agrees_with_torch_in_both_layouts(
    checkpoint: Path, tmp_path: Path, precision: Precision
) -> None:
    export(checkpoint, tmp_path / "flat", Wish(Layout.PUBLISHED, precision, split=True))
    export(checkpoint, tmp_path / "js", Wish(Layout.TRANSFORMERSJS, precision))
    types = {
        value.type.tensor_type.elem_type
        for value in onnx.load(tmp_path / "flat" / "decoder_model_merged.onnx").graph.output
    }
    narrow = precision is Precision.FP16
    assert types == {onnx.TensorProto.FLOAT16 if narrow else onnx.TensorProto.FLOAT}


def test_weights_too_large_for_one_file_stand_beside_it(checkpoint: Path, tmp_path: Path) -> None:
    export(checkpoint, tmp_path / "made", Wish(encoder=False))
    whole = graph.read(tmp_path / "made" / "decoder_model_merged.onnx")
    path = tmp_path / "decoder_model_merged.onnx"
    files = write(whole, path, limit=1000)
    assert [file.name for file in files] == [path.name, f"{path.name}_data"]
    judge = Judge(synthetic.model(tiny.MONO))
    judge.compare({MERGED: path}, Precision.FP32)
