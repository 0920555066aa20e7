"""The models of tests/fixtures/models/ace_step*: an ACE-Step of random weights, exported.

- ace_step: the whole folder, as scripts/export_ace_step.py writes it;
- ace_step-published: only a dcae_decoder.onnx of the same weights, of 128 frames, that does not say
  what it contains; scale and range are inside;
- ace_step-bare: the same, with scale and range left to the caller.
"""

from pathlib import Path

import torch

from lofi.export.ace_step import checkpoint, synthetic
from lofi.export.ace_step.autoencoder import Decoder
from lofi.export.ace_step.folder import export
from lofi.export.ace_step.layers import multiplied
from lofi.export.ace_step.parts import LATENTS, LATENTS_TO_MEL, MEL
from lofi.export.ace_step.tidy import tidied
from lofi.export.graph import trace, write

NAME = "ace_step"
VARIANTS = {"ace_step-published": False, "ace_step-bare": True}
"""Whether scale and range are left to the caller."""
NAMES = (NAME, *VARIANTS)
SEED, FRAMES = 5, 128


def save(folder: Path) -> None:
    """Write the checkpoint from which the models are made."""
    synthetic.save(synthetic.TINY, folder, SEED)


def make(source: Path, folder: Path) -> None:
    """Export the checkpoint in ``source`` to the models in ``folder``."""
    export(source, folder / NAME)
    for name, bare in VARIANTS.items():
        (folder / name).mkdir()
        module = multiplied(Decoder(checkpoint.autoencoder(source), bare=bare)).eval()
        inputs = {LATENTS: torch.zeros(1, 8, 16, FRAMES)}
        made = tidied(trace(module, inputs, [MEL], {LATENTS: {}, MEL: {}}), {})
        write(made, folder / name / f"{LATENTS_TO_MEL}.onnx")
