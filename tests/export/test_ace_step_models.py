"""The tiny ACE-Step: the tensors of the published export, and notes on what is inside."""

import re
from pathlib import Path

import onnx
import pytest

from lofi import manifest

MODELS = Path(__file__).resolve().parents[1] / "fixtures" / "models"
FOLDER = MODELS / "ace_step"
TEXT, LYRICS, CONDITIONS = ("batch", "tokens"), ("batch", "lyrics"), ("batch", "conditions")
LATENTS, FRAMES = ("batch", 8, 16, "frames"), ("batch", "frames")
MEL = ("batch", 2, 128, "mel_frames")
WANTED = {
    "text_encoder": (
        {"input_ids": ("INT64", TEXT), "attention_mask": ("INT64", TEXT)},
        {"last_hidden_state": ("FLOAT", (*TEXT, 20))},
    ),
    "transformer_encoder": (
        {
            "encoder_text_hidden_states": ("FLOAT", (*TEXT, 20)),
            "text_attention_mask": ("INT64", TEXT),
            "speaker_embeds": ("FLOAT", ("batch", 512)),
            "lyric_token_idx": ("INT64", LYRICS),
            "lyric_mask": ("INT64", LYRICS),
        },
        {
            "encoder_hidden_states": ("FLOAT", (*CONDITIONS, 24)),
            "encoder_hidden_mask": ("FLOAT", CONDITIONS),
        },
    ),
    "transformer_decoder": (
        {
            "hidden_states": ("FLOAT", LATENTS),
            "attention_mask": ("FLOAT", FRAMES),
            "encoder_hidden_states": ("FLOAT", (*CONDITIONS, 24)),
            "encoder_hidden_mask": ("FLOAT", CONDITIONS),
            "timestep": ("FLOAT", ("batch",)),
        },
        {"sample": ("FLOAT", LATENTS)},
    ),
    "dcae_decoder": ({"latents": ("FLOAT", LATENTS)}, {"mel_spectrogram": ("FLOAT", MEL)}),
    "dcae_encoder": ({"mel_spectrogram": ("FLOAT", MEL)}, {"latents": ("FLOAT", LATENTS)}),
    "vocoder": (
        {"mel_spectrogram": ("FLOAT", ("batch", 128, "mel_frames"))},
        {"audio": ("FLOAT", ("batch", 1, "samples"))},
    ),
}
"""Inputs and outputs of each graph."""


def declared(values: "list[onnx.ValueInfoProto]") -> dict[str, object]:
    return {
        value.name: (
            onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type),
            tuple(d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim),
        )
        for value in values
    }


@pytest.mark.parametrize("stem", WANTED)
def test_a_graph_has_the_tensors_of_the_published_export(stem: str) -> None:
    graph = onnx.load(FOLDER / f"{stem}.onnx").graph
    assert (declared(graph.input), declared(graph.output)) == WANTED[stem]


@pytest.mark.parametrize("stem", ["text_encoder", "transformer_encoder", "transformer_decoder"])
def test_a_graph_with_enough_blocks_takes_what_erg_needs_as_well(stem: str) -> None:
    graph = onnx.load(MODELS / "ace_step-erg" / f"{stem}.onnx").graph
    inputs, usual = declared(graph.input), declared(onnx.load(FOLDER / f"{stem}.onnx").graph.input)
    assert list(inputs) == [*usual, "erg_tau"]
    assert inputs["erg_tau"] == ("FLOAT", ("batch",))


@pytest.mark.parametrize(
    ("path", "notes"),
    [
        ("ace_step/dcae_decoder.onnx", {"lofi.latents": "scaled", "lofi.mel": "log"}),
        ("ace_step/dcae_encoder.onnx", {"lofi.latents": "scaled", "lofi.mel": "log"}),
        ("ace_step-published/dcae_decoder.onnx", {}),
        ("ace_step-bare/dcae_decoder.onnx", {}),
    ],
)
def test_a_graph_says_what_it_contains_or_nothing(path: str, notes: dict[str, str]) -> None:
    model = onnx.load(MODELS / path)
    assert {entry.key: entry.value for entry in model.metadata_props} == notes


@pytest.mark.parametrize("name", ["ace_step-published", "ace_step-bare"])
def test_decoders_of_one_length_take_128_frames(name: str) -> None:
    graph = onnx.load(MODELS / name / "dcae_decoder.onnx").graph
    assert declared(graph.input) == {"latents": ("FLOAT", (1, 8, 16, 128))}
    assert declared(graph.output) == {"mel_spectrogram": ("FLOAT", (1, 2, 128, 1024))}


def test_the_manifest_lists_every_file() -> None:
    found = manifest.read(FOLDER / manifest.NAME)
    assert found.backend == "ace_step"
    assert found.licence.name == "Apache-2.0"
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {file.name: file.size for file in found.files} == {
        name: size for name, size in sizes.items() if name != manifest.NAME
    }


def test_no_file_tells_where_it_was_made() -> None:
    for path in (path for path in MODELS.glob("ace_step*/*") if path.is_file()):
        assert not re.search(rb"site-packages|/home/|/tmp/|\.py\b", path.read_bytes()), path.name
