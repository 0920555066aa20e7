"""A checkpoint becomes a folder, or a reason why not."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file

from lofi.backends.onnx import Session
from lofi.device import Device, Placement
from lofi.errors import LofiError, ModelLoadFailed, ModelNotFound, OutputExists
from lofi.export.ace_step import checkpoint, parts, synthetic, verify
from lofi.export.ace_step.folder import Report, Wish, export
from lofi.export.ace_step.parts import Precision
from lofi.export.graph import write

GRAPHS = [f"{stem}.onnx" for stem in parts.PARTS]


@pytest.fixture(scope="module")
def narrow(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """Float16, and the denoiser's weights in a file of their own."""
    target = tmp_path_factory.mktemp("models") / "narrow"
    return target, export(source, target, Wish(Precision.FP16, encoder=False, limit=1000))


def test_a_folder_holds_the_published_names_and_our_encoder(source: Path, tmp_path: Path) -> None:
    report = export(source, tmp_path / "wide")
    assert {path.name for path in report.files} == {*GRAPHS, "manifest.toml", "tokenizer.json"}
    assert max(report.differences.values()) < 1e-4
    for path in report.files:
        assert not re.search(rb"site-packages|/home/|/tmp/|\.py\b", path.read_bytes()), path.name


def test_large_weights_lie_beside_the_denoiser_under_the_published_name(
    narrow: tuple[Path, Report],
) -> None:
    folder, report = narrow
    wanted = {*GRAPHS, "transformer_decoder_weights.bin", "manifest.toml", "tokenizer.json"}
    assert {path.name for path in report.files} == wanted - {"dcae_encoder.onnx"}
    graph = onnx.load(folder / "transformer_decoder.onnx", load_external_data=False).graph
    places = {entry.value for tensor in graph.initializer for entry in tensor.external_data
              if entry.key == "location"}  # fmt: skip
    assert places == {"transformer_decoder_weights.bin"}


def test_a_folder_in_half_precision_takes_and_gives_float32(narrow: tuple[Path, Report]) -> None:
    folder, report = narrow
    assert 1e-4 < report.differences["transformer_decoder"] < 5e-2
    session = Session(folder / "transformer_decoder.onnx", Placement(Device.CPU, None))
    kinds = {tensor.kind for tensor in (*session.inputs.values(), *session.outputs.values())}
    assert kinds == {"tensor(float)"}


def test_what_erg_needs_is_an_input_unless_told_otherwise(deep: Path, tmp_path: Path) -> None:
    report = export(deep, tmp_path / "with")
    assert max(report.differences.values()) < 1e-4
    export(deep, tmp_path / "without", Wish(encoder=False, erg=False))
    for stem in (parts.TEXT, parts.ENCODER, parts.DECODER):
        names = [
            [value.name for value in onnx.load(tmp_path / name / f"{stem}.onnx").graph.input]
            for name in ("with", "without")
        ]
        assert names[0] == [*names[1], parts.TAU]


def test_a_folder_that_is_there_is_not_written_over(source: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputExists):
        export(source, tmp_path)


@pytest.fixture
def copied(source: Path, tmp_path: Path) -> Path:
    """A checkpoint that a test may damage."""
    return Path(shutil.copytree(source, tmp_path / "checkpoint"))


def refused(source: Path, error: type[LofiError]) -> str:
    target = source.parent / "out"
    with pytest.raises(error) as caught:
        export(source, target)
    assert not target.exists()
    assert not list(source.parent.glob("*.part"))
    return caught.value.message


@pytest.mark.parametrize("part", ["ace_step_transformer", "music_dcae_f8c8", "music_vocoder"])
def test_a_network_that_is_missing_is_named(copied: Path, part: str) -> None:
    shutil.rmtree(copied / part)
    assert part in refused(copied, ModelNotFound)


def test_weights_as_pickle_are_not_opened(copied: Path) -> None:
    file = copied / "music_vocoder" / synthetic.FILE
    file.rename(file.with_suffix(".bin"))
    assert "pickle" in refused(copied, ModelNotFound)


def test_a_damaged_file_is_named(copied: Path) -> None:
    file = copied / "ace_step_transformer" / synthetic.FILE
    file.write_bytes(file.read_bytes()[:1000])
    assert file.name in refused(copied, ModelLoadFailed)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("ace_step_transformer", "patch_size", [8, 1]), ("music_vocoder", "use_template", True),
     ("ace_step_transformer", "num_layers", 3), ("music_dcae_f8c8", "latent_channels", 4)],
)  # fmt: skip
def test_another_kind_of_network_is_refused(
    copied: Path, part: str, key: str, value: object
) -> None:
    file = copied / part / "config.json"
    settings = json.loads(file.read_text()) | {key: value}
    file.write_text(json.dumps(settings))
    assert part in refused(copied, ModelLoadFailed)


class Rare(torch.nn.Module):
    """A ReLU that lets so little through that many a query is zero throughout."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - 2).relu()


def test_a_division_without_its_guard_would_be_noticed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what an optimiser that deletes the guard would leave."""
    monkeypatch.setattr("lofi.export.ace_step.autoencoder.EPSILON", 0.0)
    part = parts.PARTS[parts.LATENTS_TO_MEL]
    module = part.load(source).eval()
    for layer in module.modules():
        if hasattr(layer, "to_qkv_multiscale"):
            layer.nonlinearity = Rare()
    path = tmp_path / "dcae_decoder.onnx"
    draws = list(verify.draws(part, module))
    write(parts.graph(part, module, Precision.FP32), path)
    with pytest.raises(ModelLoadFailed, match="finite"):
        verify.compare(path, part, [], draws, Precision.FP32)


def test_weights_with_the_newer_weight_norm_are_folded_alike(copied: Path) -> None:
    file = copied / "music_vocoder" / synthetic.FILE
    before = checkpoint.sound(copied).state_dict()
    names = {"weight_g": "parametrizations.weight.original0",
             "weight_v": "parametrizations.weight.original1"}  # fmt: skip
    renamed = {
        re.sub(r"weight_[gv]$", lambda found: names[found[0]], name): tensor
        for name, tensor in load_file(file).items()
    }
    save_file(renamed, file)
    after = checkpoint.sound(copied).state_dict()
    assert all(np.array_equal(tensor, after[name]) for name, tensor in before.items())
