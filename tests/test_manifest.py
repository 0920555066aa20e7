"""What a manifest may say, and what the program's own say."""

from pathlib import Path
from typing import Any

import pytest

from lofi import manifest
from lofi.errors import InvalidParams
from lofi.manifest import File, Licence, Manifest

FILE = {"path": "onnx/a.onnx", "name": "a.onnx", "size": 7, "sha256": "0" * 64}
TABLE: dict[str, Any] = {
    "name": "tiny",
    "backend": "musicgen",
    "title": 'Tiny "model"',
    "summary": "Small \\ häuslich",
    "repo": "owner/name",
    "revision": "main",
    "version": 2,
    "licence": {"name": "MIT", "url": "https://example.org/", "note": "Anything."},
    "files": [FILE],
}


def made(**change: object) -> Manifest:
    return Manifest.model_validate(TABLE | change)


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidParams) as caught:
        manifest.load(tmp_path)
    return caught.value.message


def text(**change: object) -> str:
    """A manifest with these fields, whether allowed or not."""
    table = TABLE | change
    licence = Licence.model_construct(**table["licence"])
    files = tuple(File.model_construct(**each) for each in table["files"])
    rest = table | {"licence": licence, "files": files}
    return manifest.written(Manifest.model_construct(**rest))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(manifest.written(made()), encoding="utf-8")
    assert manifest.read(path) == made()
    assert manifest.load(tmp_path) == {"tiny": made()}


def test_the_version_of_a_model_is_its_name_and_number() -> None:
    assert made().model_version == "tiny-v2"


def test_sizes_add_up_and_estimates_count_where_nothing_is_known() -> None:
    both = made(files=[FILE, {"path": "b", "name": "b", "about": 100}])
    assert (both.bytes, both.exact) == (107, False)
    assert (made().bytes, made().exact) == (7, True)


HOSTILE = [
    "../x",
    "..",
    ".",
    "",
    "/etc/passwd",
    "a/../../x",
    "a//b",
    "a/",
    "C:\\x",
    "a\\b",
    "a\0b",
    "a\nb",
    "a b",
    "~x",
    "-rf",
    ".hidden",
    "nul",
    "CON.onnx",
    "com1",
    "lpt9.txt",
    "x.",
    "x" * 101,
    "é.onnx",
    "%2e%2e",
    "a?b",
    "a#b",
    "$HOME",
]


@pytest.mark.parametrize("bad", HOSTILE)
def test_names_that_could_lead_anywhere_else_are_refused(tmp_path: Path, bad: str) -> None:
    for change in (
        {"name": bad},
        {"repo": bad},
        {"revision": bad},
        {"files": [FILE | {"path": bad}]},
        {"files": [FILE | {"name": bad}]},
    ):
        assert "tiny.toml" in refused(tmp_path, text(**change)), change


@pytest.mark.parametrize(
    "bad", ["manifest.toml", "MANIFEST.TOML", "a.onnx.part", "x.lock", "sub/a.onnx"]
)
def test_names_that_mean_something_else_in_a_model_folder_are_refused(
    tmp_path: Path, bad: str
) -> None:
    assert "name" in refused(tmp_path, text(files=[FILE | {"name": bad}]))


def test_twins_but_for_upper_and_lower_case_are_refused(tmp_path: Path) -> None:
    for key in ("name", "path"):
        other = {"path": "b", "name": "b", "size": 1} | {key: str(FILE[key]).upper()}
        assert "upper and lower case" in refused(tmp_path, text(files=[FILE, other]))


@pytest.mark.parametrize(
    "change",
    [
        {"files": []},
        {"files": [{"path": "a", "name": "a"}]},
        {"files": [FILE | {"size": 0}]},
        {"files": [FILE | {"size": -1}]},
        {"files": [FILE | {"sha256": "0" * 63}]},
        {"files": [FILE | {"sha256": "G" * 64}]},
        {"version": 0},
        {"backend": "os.path"},
        {"title": "a\x1b[2J"},
        {"licence": {"name": "x", "url": "javascript:alert(1)", "note": "x"}},
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    assert "tiny.toml" in refused(tmp_path, text(**change))


@pytest.mark.parametrize("broken", ["", "name =", "name = 'tiny'\nunheard_of = 1", "\xff"])
def test_a_file_that_is_no_manifest_is_named(tmp_path: Path, broken: str) -> None:
    assert "tiny.toml" in refused(tmp_path, broken)


def test_a_manifest_is_called_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(manifest.written(made()), encoding="utf-8")
    with pytest.raises(InvalidParams, match="calls itself 'tiny'"):
        manifest.load(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="nowhere"):
        manifest.read(tmp_path / "nowhere.toml")


def test_the_styles_are_no_model() -> None:
    assert (manifest.default_folder() / "styles.toml").exists()
    assert "styles" not in manifest.load()


OWN = manifest.load()


def test_the_smallest_model_comes_first_and_the_default_one_is_known_to_the_byte() -> None:
    of_musicgen = [name for name, model in OWN.items() if model.backend == "musicgen"]
    assert of_musicgen[0] == "musicgen-small-q8"
    default = OWN["musicgen-small-fp32"]
    assert default.exact
    assert default.bytes == 2_251_406_668
    assert all(file.sha256 for file in default.files)


@pytest.mark.parametrize("name", [name for name in OWN if OWN[name].backend == "musicgen"])
def test_every_musicgen_model_is_whole_and_names_its_licence(name: str) -> None:
    model = OWN[name]
    files = {file.name for file in model.files}
    assert {"config.json", "tokenizer.json", "text_encoder.onnx", "encodec_decode.onnx"} <= files
    merged = "decoder_model_merged.onnx" in files
    assert merged != ({"decoder_model.onnx", "decoder_with_past_model.onnx"} <= files)
    for data in (each for each in files if each.endswith("_data")):
        assert data.removesuffix("_data") in files
    assert model.licence.name == "CC-BY-NC-4.0"
    assert "not for commercial use" in model.licence.note


def test_the_ace_step_model_is_whole_with_its_weights_and_names_its_licence() -> None:
    model = OWN["ace-step-v1"]
    files = {file.name: file.bytes for file in model.files}
    graphs = ("text_encoder", "transformer_encoder", "transformer_decoder", "dcae_decoder")
    weights = "transformer_decoder_weights.bin"
    expected = {"tokenizer.json", "vocoder.onnx", weights, *(f"{name}.onnx" for name in graphs)}
    assert set(files) == expected
    assert files[weights] > 9e9
    assert 12e9 < model.bytes < 12.6e9
    assert model.licence.name == "Apache-2.0"


def test_models_of_one_repository_are_of_one_revision() -> None:
    revisions = {each.revision for each in OWN.values() if each.repo == "gabotechs/music_gen"}
    assert len(revisions) == 1
    assert len(revisions.pop()) == 40
