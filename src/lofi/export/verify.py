"""Runs the written graphs and compares them with torch, before anyone may use them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from lofi.backends import onnx
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed
from lofi.export import conditioner
from lofi.export.parts import CACHED, CONDITION, DECODE, ENCODE, FIRST, MERGED, TEXT, Precision

Array = NDArray[Any]
STEPS, PROMPT, FRAMES = 3, 7, 20
STATES = "encoder_hidden_states"
GUIDED = np.array([[1], [0]], dtype=np.int64)
"""Mask of a row with the prompt and of one without."""


class Tolerance(NamedTuple):
    """What may differ, relative to the root mean square of torch's float32 result."""

    states: float
    logits: float
    sound: float
    tokens: float
    """Share of the codec encoder's tokens that must be the same."""


TOLERANCES = {
    Precision.FP32: Tolerance(1e-4, 1e-3, 1e-3, 0.99),
    Precision.FP16: Tolerance(2e-2, 1e-1, 1e-1, 0.9),
    Precision.INT8: Tolerance(1e-4, 1.0, 1e-3, 0.99),
}
"""By precision. Differences of kernels add up over the layers; 8 bits are measured roughly."""


class Judge:
    """What torch makes of one set of inputs, against which graphs are held."""

    def __init__(self, model: PreTrainedModel) -> None:
        """Compute everything with the float32 transformers ``model``, which may change later."""
        random = np.random.Generator(np.random.PCG64(7))
        config, sound = model.config.decoder, model.config.audio_encoder
        words = model.config.text_encoder.vocab_size
        self.words = random.integers(3, words, (1, PROMPT), np.int64)
        rows = (2 * config.num_codebooks, STEPS + 1)
        self.columns = random.integers(0, config.vocab_size + 1, rows, np.int64)
        codebooks = config.num_codebooks // config.audio_channels
        shape = (1, 2, codebooks, FRAMES)
        self.codes = random.integers(0, sound.codebook_size, shape, np.int64)
        samples = random.standard_normal((2, 1, sound.hop_length * FRAMES - 100), np.float32)
        self.samples = samples * np.float32(0.1)
        with torch.inference_mode():
            self._compute(model)

    def _compute(self, model: PreTrainedModel) -> None:
        states = model.text_encoder(torch.from_numpy(self.words)).last_hidden_state
        self.states: Array = states.numpy()
        if conditioner.wanted(model):
            self._prefixed(model)
        else:
            self._crossed(model, states)
        codec = model.audio_encoder
        self.sound: Array = codec.decode(torch.from_numpy(self.codes), [None]).audio_values.numpy()
        self.tokens: Array = codec.encode(torch.from_numpy(self.samples)).audio_codes.numpy()

    def _crossed(self, model: PreTrainedModel, states: torch.Tensor) -> None:
        """Logits of a decoder that attends to the prompt, with guidance."""
        guided = torch.cat([states, torch.zeros_like(states)])
        mask = np.repeat(GUIDED, PROMPT, axis=1)
        self.conditions = {STATES: guided.numpy(), "encoder_attention_mask": mask}
        result = model(
            encoder_outputs=(guided,), attention_mask=torch.from_numpy(mask),
            decoder_input_ids=torch.from_numpy(self.columns),
        )  # fmt: skip
        self.logits: Array = result.logits.numpy()

    def _prefixed(self, model: PreTrainedModel) -> None:
        """The prefix of melody and prompt, and logits after it, with guidance."""
        classes = np.arange(model.config.chroma_length) * 7 % conditioner.CLASSES
        self.chroma = np.eye(conditioner.CLASSES, dtype=np.float32)[classes][None]
        nothing = np.eye(1, conditioner.CLASSES, dtype=np.float32) + 0 * self.chroma
        result = model(
            input_ids=torch.from_numpy(self.words).repeat(2, 1),
            attention_mask=torch.from_numpy(np.repeat(GUIDED, PROMPT, axis=1)),
            input_features=torch.from_numpy(np.concatenate([self.chroma, nothing])),
            decoder_input_ids=torch.from_numpy(self.columns),
        )
        self.conditions = {STATES: result.encoder_hidden_states.numpy()}
        self.logits = result.logits[:, -self.columns.shape[1] :].numpy()

    def compare(self, paths: Mapping[str, Path], precision: Precision) -> None:
        """Hold the graphs at ``paths`` (by stem) against torch.

        Raises:
            ModelLoadFailed: one does not agree.
        """
        allowed = TOLERANCES[precision]
        if TEXT in paths:
            self._text(paths[TEXT], allowed.states)
        if CONDITION in paths:
            self._condition(paths[CONDITION], allowed.states)
        if FIRST in paths and CACHED in paths:
            self._split(paths[FIRST], paths[CACHED], allowed.logits)
        if MERGED in paths:
            self._merged(paths[MERGED], allowed.logits)
        if DECODE in paths:
            self._decode(paths[DECODE], allowed.sound)
        if ENCODE in paths:
            self._encode(paths[ENCODE], allowed.tokens)

    def _text(self, path: Path, tolerance: float) -> None:
        """Hold ``text_encoder.onnx`` against torch."""
        feeds = {"input_ids": self.words, "attention_mask": np.ones_like(self.words)}
        states = _run(_session(path), feeds)["last_hidden_state"]
        self._agree(path, states, self.states, tolerance)

    def _condition(self, path: Path, tolerance: float) -> None:
        prefix = _run(_session(path), {"chroma": self.chroma, "text_states": self.states})[STATES]
        self._agree(path, prefix, self.conditions[STATES], tolerance)

    def _split(self, first: Path, cached: Path, tolerance: float) -> None:
        """Hold ``decoder_model.onnx`` and ``decoder_with_past_model.onnx`` against torch."""
        given = _run(_session(first), self._feeds(slice(0, STEPS)))
        self._agree(first, given["logits"], self.logits[:, :STEPS], tolerance)
        feeds = self._feeds(slice(STEPS, None)) | _past(given)
        del feeds[STATES]
        step = _run(_session(cached), feeds)
        self._agree(cached, step["logits"], self.logits[:, STEPS:], tolerance)

    def _merged(self, path: Path, tolerance: float) -> None:
        """Hold both branches of ``decoder_model_merged.onnx`` against torch."""
        session = _session(path)
        empty = {
            name: np.zeros((1, int(str(t.shape[1])), 0, int(str(t.shape[3]))), t.dtype)
            for name, t in session.inputs.items()
            if name.startswith("past_key_values")
        }
        feeds = self._feeds(slice(0, STEPS)) | empty
        given = _run(session, feeds | {"use_cache_branch": np.array([False])})
        self._agree(path, given["logits"], self.logits[:, :STEPS], tolerance)
        feeds = self._feeds(slice(STEPS, None)) | _past(given)
        step = _run(session, feeds | {"use_cache_branch": np.array([True])})
        self._agree(path, step["logits"], self.logits[:, STEPS:], tolerance)

    def _decode(self, path: Path, tolerance: float) -> None:
        """Hold ``encodec_decode.onnx`` against torch."""
        sound = _run(_session(path), {"audio_codes": self.codes})["audio_values"]
        self._agree(path, sound, self.sound, tolerance)

    def _encode(self, path: Path, share: float) -> None:
        """Hold ``encodec_encode.onnx`` against torch: this share of tokens must be the same."""
        tokens = _run(_session(path), {"audio_values": self.samples})["audio_codes"]
        same = tokens.shape == self.tokens.shape and float(np.mean(tokens == self.tokens))
        if same < share:
            raise ModelLoadFailed(
                f"{path.name} does not agree with torch: {same:.3f} of the tokens are the same",
                hint=f"at least {share} is right; try another version of torch",
            )

    def _feeds(self, columns: slice) -> dict[str, Array]:
        return {"input_ids": self.columns[:, columns], **self.conditions}

    @staticmethod
    def _agree(path: Path, given: Array, wanted: Array, tolerance: float) -> None:
        if given.shape != wanted.shape:
            raise ModelLoadFailed(f"{path.name} gives {given.shape}, torch {wanted.shape}")
        scale = float(np.sqrt(np.mean(np.square(wanted, dtype=np.float64))))
        worst = float(np.abs(given.astype(np.float64) - wanted).max()) / scale
        if not worst <= tolerance:
            raise ModelLoadFailed(
                f"{path.name} does not agree with torch: {worst:.1e} of its level",
                hint=f"at most {tolerance:.0e} is right; try another version of torch",
            )


def _session(path: Path) -> onnx.Session:
    return onnx.Session(path, Placement(Device.CPU, None))


def _run(session: onnx.Session, feeds: Mapping[str, Array]) -> dict[str, Array]:
    cast = {
        name: array.astype(session.inputs[name].dtype) if array.dtype.kind == "f" else array
        for name, array in feeds.items()
    }
    return dict(zip(session.outputs, session.run(list(session.outputs), cast), strict=True))


def _past(given: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name.replace("present", "past_key_values"): array
        for name, array in given.items()
        if name != "logits"
    }
