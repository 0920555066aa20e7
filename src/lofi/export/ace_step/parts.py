"""The networks of a checkpoint as graphs: what each is fed, under which names, at which sizes."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lofi.export.ace_step import checkpoint
from lofi.export.ace_step.autoencoder import Decoder, Encoder
from lofi.export.ace_step.layers import multiplied
from lofi.export.ace_step.text import TextEncoder
from lofi.export.ace_step.tidy import tidied
from lofi.export.graph import Graph, trace

TEXT, ENCODER, DECODER, LATENTS_TO_MEL, VOCODER, MEL_TO_LATENTS = (
    "text_encoder",
    "transformer_encoder",
    "transformer_decoder",
    "dcae_decoder",
    "vocoder",
    "dcae_encoder",
)
"""The files. The last one is ours: no published export has it."""
LYRIC, STATES, MASK = "lyric_token_idx", "encoder_hidden_states", "encoder_hidden_mask"
TAU = "erg_tau"
"""What ERG multiplies queries by, for each row; 1 is without. Published graphs do not have it."""
MEL, LATENTS = "mel_spectrogram", "latents"
SCALED = {"lofi.latents": "scaled", "lofi.mel": "log"}
"""In the metadata: latents are as the diffusion makes them, mels are natural logarithms."""

Inputs = Mapping[str, Tensor]


class Precision(StrEnum):
    """Numbers in the graphs. Inputs and outputs stay float32."""

    FP32 = "fp32"
    FP16 = "fp16"


class Part(NamedTuple):
    """One graph."""

    load: Callable[[Path], nn.Module]
    """The module, of a checkpoint."""
    inputs: Callable[[nn.Module, int, int, int], Inputs]
    """Random inputs of a module: by rows, frames (or tokens) and conditions."""
    outputs: Sequence[str]
    axes: Mapping[str, Mapping[int, str]]
    trials: Sequence[tuple[int, int, int]]
    """Rows, frames and conditions at which the graph is tried; it is traced at others."""
    notes: Mapping[str, str] = {}
    narrow: bool = True
    """Whether it may be float16."""


class Narrowed(nn.Module):
    """A module in float16 between float32 inputs and outputs. Masks and times stay wide."""

    def __init__(self, module: nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self.module = module.half()
        self.wide = [name.endswith(("mask", "timestep")) for name in names]

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """As the module."""
        cast = [
            value.half() if value.is_floating_point() and not wide else value
            for value, wide in zip(inputs, self.wide, strict=True)
        ]
        results = self.module(*cast)
        results = results if isinstance(results, tuple) else (results,)
        return tuple(result.float() for result in results)


def graph(part: Part, module: nn.Module, precision: Precision) -> Graph:
    """The graph of ``module``, which for float16 is narrowed in place."""
    inputs = part.inputs(module, 2, 24, 6)
    if precision is Precision.FP16 and part.narrow:
        module = Narrowed(module, list(inputs))
    there = {*inputs, *part.outputs}
    axes = {name: sizes for name, sizes in part.axes.items() if name in there}
    made = trace(multiplied(module).eval(), inputs, part.outputs, axes)
    return tidied(made, part.notes)


def _taus(module: nn.Module, rows: int) -> Inputs:
    return {TAU: torch.linspace(0.01, 1, rows)} if module.weakens else {}


def _ids(module: nn.Module, rows: int, length: int, _: int) -> Inputs:
    words = module.network.config.vocab_size
    ids = torch.randint(3, words, (rows, length))
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **_taus(module, rows)}


def _said(module: nn.Module, rows: int, length: int, sung: int) -> Inputs:
    size = module.size
    mask = torch.ones((rows, sung), dtype=torch.int64)
    if sung == 1:  # as without any lyrics
        mask[:] = 0
    return {
        "encoder_text_hidden_states": torch.randn(rows, length, size.text),
        "text_attention_mask": torch.ones((rows, length), dtype=torch.int64),
        "speaker_embeds": torch.zeros(rows, size.speaker),
        LYRIC: torch.randint(0, size.vocabulary, (rows, sung)),
        "lyric_mask": mask,
        **_taus(module, rows),
    }


def _noisy(module: nn.Module, rows: int, frames: int, conditions: int) -> Inputs:
    mask = torch.ones(rows, conditions)
    mask[:, -1] = 0
    return {
        "hidden_states": torch.randn(rows, 8, 16, frames),
        "attention_mask": torch.ones(rows, frames),
        STATES: torch.randn(rows, conditions, module.size.width),
        MASK: mask,
        "timestep": torch.linspace(900, 40, rows),
        **_taus(module, rows),
    }


def _latents(_: nn.Module, rows: int, frames: int, __: int) -> Inputs:
    return {LATENTS: torch.randn(rows, 8, 16, frames)}


def _mels(_: nn.Module, rows: int, frames: int, __: int) -> Inputs:
    return {MEL: torch.randn(rows, 2, 128, 8 * frames) * 2 - 4}


def _mel(_: nn.Module, rows: int, frames: int, __: int) -> Inputs:
    return {MEL: torch.randn(rows, 128, frames) * 2 - 4}


def _axes(**named: Mapping[int, str]) -> Mapping[str, Mapping[int, str]]:
    """Free sizes of each input and output; the first is the batch everywhere."""
    return {name: {0: "batch"} | dict(sizes) for name, sizes in named.items()}


TRIALS = ((1, 53, 7), (2, 17, 2), (1, 130, 40))
PARTS: Mapping[str, Part] = {
    TEXT: Part(
        lambda folder: TextEncoder(checkpoint.text(folder)),
        _ids,
        ["last_hidden_state"],
        _axes(
            input_ids={1: "tokens"}, attention_mask={1: "tokens"}, erg_tau={},
            last_hidden_state={1: "tokens"},
        ),
        ((1, 5, 1), (2, 29, 1), (1, 256, 1)),
        narrow=False,  # its feed-forward leaves the range of float16
    ),
    ENCODER: Part(
        checkpoint.encoder,
        _said,
        [STATES, MASK],
        _axes(
            encoder_text_hidden_states={1: "tokens"}, text_attention_mask={1: "tokens"},
            speaker_embeds={}, lyric_token_idx={1: "lyrics"}, lyric_mask={1: "lyrics"}, erg_tau={},
            encoder_hidden_states={1: "conditions"}, encoder_hidden_mask={1: "conditions"},
        ),
        ((1, 5, 1), (1, 11, 4), (2, 20, 77)),
    ),
    DECODER: Part(
        checkpoint.transformer,
        _noisy,
        ["sample"],
        _axes(
            hidden_states={3: "frames"}, attention_mask={1: "frames"},
            encoder_hidden_states={1: "conditions"}, encoder_hidden_mask={1: "conditions"},
            timestep={}, erg_tau={}, sample={3: "frames"},
        ),
        TRIALS,
    ),
    LATENTS_TO_MEL: Part(
        lambda folder: Decoder(checkpoint.autoencoder(folder)),
        _latents,
        [MEL],
        _axes(latents={3: "frames"}, mel_spectrogram={3: "mel_frames"}),
        TRIALS,
        SCALED,
    ),
    VOCODER: Part(
        checkpoint.sound,
        _mel,
        ["audio"],
        _axes(mel_spectrogram={2: "mel_frames"}, audio={2: "samples"}),
        TRIALS,
    ),
    MEL_TO_LATENTS: Part(
        lambda folder: Encoder(checkpoint.autoencoder(folder)),
        _mels,
        [LATENTS],
        _axes(mel_spectrogram={3: "mel_frames"}, latents={3: "frames"}),
        TRIALS,
        SCALED,
    ),
}  # fmt: skip
"""All graphs, by the stem of their files."""
