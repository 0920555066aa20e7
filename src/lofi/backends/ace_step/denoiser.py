"""The network: which way from a noisy latent to sound, with and without the prompt."""

import numpy as np

from lofi.backends.ace_step import erg
from lofi.backends.ace_step.conditions import Conditions
from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.stage import Ports, Result, Stage
from lofi.backends.onnx import Source
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed

PORTS = Ports(
    {
        "hidden_states": 4,
        "attention_mask": 2,
        "encoder_hidden_states": 3,
        "encoder_hidden_mask": 2,
        "timestep": 1,
    },
    {"sample": 4},
    {erg.INPUT: 1},
)


class Denoiser:
    """The largest part of the model by far."""

    def __init__(self, files: Files, placement: Placement, *, batched: bool | None = None) -> None:
        """Bring it into memory.

        Args:
            files: where it lies.
            placement: what it may use.
            batched: ask with and without the prompt in one run, which pays where a run is short
                and memory plenty: by default away from the processor, if the graph can.

        Raises:
            ModelLoadFailed: the file cannot be used, or takes no latents of any length.
        """
        self.stage = Stage(Source(files.denoiser), placement, PORTS)
        length = self.stage.declared("hidden_states").shape[3]
        if isinstance(length, int):
            raise ModelLoadFailed(
                f"{self.stage.name} takes only latents of {length} frames",
                hint="make the model again with scripts/export_ace_step.py",
            )
        wanted = self.stage.grant.device is not Device.CPU if batched is None else batched
        self.batched = self.stage.any_rows and wanted

    def velocity(self, latent: Latent, time: np.float32, conditions: Conditions) -> Latent:
        """The answer to the prompt; ``time`` is 0 to 1000, ``latent`` of shape (1, 8, 16, frames).

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        return self._run(latent, time, conditions.given, conditions.mask)

    def velocities(
        self, latent: Latent, time: np.float32, conditions: Conditions
    ) -> tuple[Latent, Latent]:
        """The answers to the prompt and to nothing.

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        free = conditions.given if conditions.free is None else conditions.free
        if not self.batched:
            first = self._run(latent, time, conditions.given, conditions.mask)
            return first, self._run(latent, time, free, conditions.mask, conditions.tau)
        both = self._run(
            np.concatenate([latent, latent]),
            time,
            np.concatenate([conditions.given, free]),
            np.concatenate([conditions.mask, conditions.mask]),
            erg.FULL,
            conditions.tau,
        )
        return both[:1], both[1:]

    def _run(
        self, latent: Latent, time: np.float32, states: Result, mask: Result, *taus: float
    ) -> Latent:
        rows, _, _, frames = latent.shape
        (sample,) = self.stage.run(
            hidden_states=latent,
            attention_mask=np.ones((rows, frames), np.float32),
            encoder_hidden_states=states,
            encoder_hidden_mask=mask,
            timestep=np.full(rows, time, np.float32),
            erg_tau=np.array(taus or (erg.FULL,), np.float32),
        )
        return self.stage.sized(sample, latent.shape)
