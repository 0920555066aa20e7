"""The files of a model, and which one is missing."""

from pathlib import Path
from shutil import copytree

import onnx
import pytest
from onnx import external_data_helper

from fixtures.ace_step import TINY
from lofi import manifest
from lofi.backends import registry
from lofi.backends.ace_step import layout, version
from lofi.errors import BackendNotInstalled

NEEDED = (
    "tokenizer.json",
    "text_encoder.onnx",
    "transformer_encoder.onnx",
    "transformer_decoder.onnx",
    "dcae_decoder.onnx",
    "vocoder.onnx",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(TINY, tmp_path / "model")


def large(folder: Path) -> Path:
    """The denoiser as it is published: its weights lie beside it."""
    path = folder / "transformer_decoder.onnx"
    model = onnx.load(path)
    name = "transformer_decoder_weights.bin"
    external_data_helper.convert_model_to_external_data(model, location=name)
    onnx.save(model, path)
    return folder / name


def test_an_export_is_found_with_its_encoder() -> None:
    files = layout.find(TINY)
    assert files.latent_encoder == TINY / "dcae_encoder.onnx"
    assert files.lyric_tokenizer is None
    assert files.weights == ()
    assert {path.name for path in files.all} == {*NEEDED, "dcae_encoder.onnx"}


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BackendNotInstalled, match=f"lacks {name}") as refused:
        layout.find(folder)
    assert "models get" in (refused.value.hint or "")


def test_weights_beside_a_graph_are_needed_too(folder: Path) -> None:
    weights = large(folder)
    assert layout.find(folder).weights == (weights,)
    weights.unlink()
    with pytest.raises(BackendNotInstalled, match=r"lacks transformer_decoder_weights\.bin"):
        layout.find(folder)


def test_what_few_tracks_need_may_be_missing(folder: Path) -> None:
    (folder / "dcae_encoder.onnx").unlink()
    (folder / "lyric_tokenizer.json").write_text("{}", encoding="utf-8")
    files = layout.find(folder)
    assert files.latent_encoder is None
    assert files.lyric_tokenizer == folder / "lyric_tokenizer.json"


def test_a_graph_of_other_precision_is_found(folder: Path) -> None:
    (folder / "vocoder.onnx").rename(folder / "vocoder_fp16.onnx")
    assert layout.find(folder).vocoder == folder / "vocoder_fp16.onnx"


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BackendNotInstalled, match="there is no model folder"):
        layout.find(tmp_path / "none")
    with pytest.raises(BackendNotInstalled, match="no ACE-Step model is chosen"):
        registry.get("ace_step").model_version(None)


def test_other_weights_are_another_version(folder: Path) -> None:
    (folder / manifest.NAME).unlink(missing_ok=True)
    first = version.of(layout.find(folder), folder)
    assert first.startswith("ace-step-")
    assert version.of(layout.find(folder), folder) == first
    weights = large(folder)
    second = version.of(layout.find(folder), folder)
    data = bytearray(weights.read_bytes())
    data[0] ^= 255
    weights.write_bytes(data)
    assert len({first, second, version.of(layout.find(folder), folder)}) == 3


def test_a_published_model_has_its_own_name(folder: Path) -> None:
    published = manifest.load()["ace-step-v1"]
    (folder / manifest.NAME).write_text(manifest.written(published), encoding="utf-8")
    assert version.of(layout.find(folder), folder) == "ace-step-v1-v1"
