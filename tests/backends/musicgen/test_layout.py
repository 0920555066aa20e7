"""Finding the parts of a model in each of the published layouts."""

from pathlib import Path

import pytest

from lofi.backends.musicgen.layout import Files, find
from lofi.errors import BackendNotInstalled

FLAT = ["config.json", "tokenizer.json", "text_encoder.onnx", "encodec_decode.onnx"]
MERGED = [*FLAT, "decoder_model_merged.onnx"]
SPLIT = [*FLAT, "decoder_model.onnx", "decoder_with_past_model.onnx"]
MUSIC_GEN = [
    "small/config.json",
    "small/tokenizer.json",
    *(f"small_fp32/{name}" for name in MERGED[2:]),
]
INT8 = ["small_i8/decoder_model_merged.onnx"]
TRANSFORMERS_JS = [
    "config.json",
    "tokenizer.json",
    *(f"onnx/{name}" for name in ("text_encoder.onnx", "encodec_decode.onnx")),
    "onnx/decoder_model_merged.onnx",
]


def folder(root: Path, names: list[str]) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def shown(files: Files, root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in files.all)


@pytest.mark.parametrize(
    "names", [MERGED, SPLIT, [*MERGED, "encodec_encode.onnx"], MUSIC_GEN, TRANSFORMERS_JS]
)
def test_every_published_layout_is_found_whole(tmp_path: Path, names: list[str]) -> None:
    assert shown(find(folder(tmp_path, names)), tmp_path) == sorted(names)


def test_a_variant_of_the_published_repository_can_be_named(tmp_path: Path) -> None:
    folder(tmp_path, [*MUSIC_GEN, *INT8])
    assert find(tmp_path / "small_fp32").decoder == tmp_path / MUSIC_GEN[-1]


def test_the_8_bit_variant_takes_what_it_lacks_from_the_full_one(tmp_path: Path) -> None:
    folder(tmp_path, [*MUSIC_GEN, *INT8])
    files = find(tmp_path / "small_i8")
    assert files.decoder == tmp_path / INT8[0]
    assert files.text_encoder == tmp_path / "small_fp32/text_encoder.onnx"


def test_several_variants_are_not_guessed_between(tmp_path: Path) -> None:
    folder(tmp_path, [*MUSIC_GEN, *INT8])
    with pytest.raises(BackendNotInstalled, match="small_fp32, small_i8") as caught:
        find(tmp_path)
    assert f"--model-dir {tmp_path / 'small_fp32'}" in caught.value.hint


def test_a_merged_decoder_is_preferred_to_a_pair(tmp_path: Path) -> None:
    files = find(folder(tmp_path, [*MERGED, *SPLIT]))
    assert files.decoder.name == "decoder_model_merged.onnx"
    assert files.decoder_with_past is None


def test_the_most_faithful_variant_is_preferred(tmp_path: Path) -> None:
    quantised = "onnx/decoder_model_merged_quantized.onnx"
    root = folder(tmp_path, [*TRANSFORMERS_JS, quantised])
    assert find(root).decoder == root / TRANSFORMERS_JS[-1]
    (root / TRANSFORMERS_JS[-1]).unlink()
    assert find(root).decoder == root / quantised


@pytest.mark.parametrize("names", [MERGED, SPLIT, TRANSFORMERS_JS])
def test_whatever_is_missing_is_named(tmp_path: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        root = folder(tmp_path / str(number), [each for each in names if each != name])
        with pytest.raises(BackendNotInstalled, match=Path(name).name) as caught:
            find(root)
        assert "lofi-daemon models get" in caught.value.hint


def test_no_folder_and_an_empty_one_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BackendNotInstalled, match="no model folder"):
        find(tmp_path / "nowhere")
    with pytest.raises(BackendNotInstalled, match="decoder_model_merged"):
        find(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(BackendNotInstalled, match="no model folder"):
        find(tmp_path / "file")
