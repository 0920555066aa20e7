"""The models of tests/fixtures/models/ace_step*: an ACE-Step of random weights, exported.

- ace_step: the whole folder, as scripts/export_ace_step.py writes it;
- ace_step-published: only a dcae_decoder.onnx of the same weights, of 128 frames, that does not say
  what it contains; scale and range are inside;
- ace_step-bare: the same, with scale and range left to the caller;
- ace_step-erg: only the three graphs that ERG changes, of other weights with enough blocks for it.
"""

from pathlib import Path

import torch

from lofi.export.ace_step import checkpoint, synthetic
from lofi.export.ace_step.autoencoder import Decoder
from lofi.export.ace_step.folder import export
from lofi.export.ace_step.layers import multiplied
from lofi.export.ace_step.parts import (
    DECODER,
    ENCODER,
    LATENTS,
    LATENTS_TO_MEL,
    MEL,
    PARTS,
    TEXT,
    Precision,
    graph,
)
from lofi.export.ace_step.tidy import tidied
from lofi.export.graph import trace, write

NAME = "ace_step"
VARIANTS = {"ace_step-published": False, "ace_step-bare": True}
"""Whether scale and range are left to the caller."""
ERG = "ace_step-erg"
NAMES = (NAME, *VARIANTS, ERG)
SEED, FRAMES = 5, 128


def save(folder: Path) -> None:
    """Write the checkpoint from which the models are made."""
    synthetic.save(synthetic.TINY, folder, SEED)


def save_deep(folder: Path) -> None:
    """Write the checkpoint of the model with ERG."""
    synthetic.save(synthetic.DEEP, folder, SEED)


def make(source: Path, deep: Path, folder: Path) -> None:
    """Export the checkpoints in ``source`` and ``deep`` to the models in ``folder``."""
    export(source, folder / NAME)
    (folder / ERG).mkdir()
    for stem in (TEXT, ENCODER, DECODER):
        part = PARTS[stem]
        write(graph(part, part.load(deep), Precision.FP32), folder / ERG / f"{stem}.onnx")
    for name, bare in VARIANTS.items():
        (folder / name).mkdir()
        module = multiplied(Decoder(checkpoint.autoencoder(source), bare=bare)).eval()
        inputs = {LATENTS: torch.zeros(1, 8, 16, FRAMES)}
        made = tidied(trace(module, inputs, [MEL], {LATENTS: {}, MEL: {}}), {})
        write(made, folder / name / f"{LATENTS_TO_MEL}.onnx")
