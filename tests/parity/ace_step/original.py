"""The original ACE-Step code on our tiny weights, from a checkout that ``ACE_STEP_DIR`` names.

github.com/ace-step/ACE-Step at d612523. Of what it imports, torchaudio, torchvision, librosa,
loguru and its own lyric tokenizer are not needed for what is asked here: stand-ins take their
place, and only one of them computes anything, torchaudio's filters of mel bands.
"""

import functools
import importlib
import importlib.machinery
import math
import os
import sys
import types
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from diffusers import AutoencoderDC
from diffusers.models import attention_processor, embeddings, normalization  # noqa: F401
from diffusers.pipelines.stable_diffusion_3 import pipeline_stable_diffusion_3  # noqa: F401
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn
from transformers import AutoTokenizer, UMT5EncoderModel  # noqa: F401

from lofi.export.ace_step import checkpoint
from lofi.export.ace_step.synthetic import FILE
from lofi.export.ace_step.weights import settings

VARIABLE = "ACE_STEP_DIR"
DEAD = ("cross_attn.add_", "to_add_out", "projectors.")
"""Weights that the original has and never uses when it makes music."""

Array = NDArray[Any]


def folder() -> Path | None:
    """The checkout, where the environment names one."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


class MelScale(nn.Module):
    """torchaudio's transform of the same name: Slaney's scale, bands of equal area."""

    def __init__(
        self, n_mels: int, sample_rate: int, f_min: float, f_max: float, n_stft: int, *_: str
    ) -> None:
        super().__init__()
        edges = _hertz(np.linspace(_mel(f_min), _mel(f_max), n_mels + 2))
        bins = np.linspace(0, sample_rate // 2, n_stft)[:, None]
        rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
        falling = (edges[2:] - bins) / np.diff(edges)[1:]
        bands = np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])
        self.register_buffer("fb", torch.from_numpy(bands.astype(np.float32)))

    def forward(self, energies: torch.Tensor) -> torch.Tensor:
        """Bins [..., n_stft, T] to bands [..., n_mels, T]."""
        return torch.einsum("...ft,fm->...mt", energies, self.fb)


def _mel(hertz: float) -> float:
    high = 15 + math.log(max(hertz, 1) / 1000) / (math.log(6.4) / 27)
    return high if hertz >= 1000 else hertz * 3 / 200


def _hertz(mels: Array) -> Array:
    return np.where(mels >= 15, 1000 * np.exp((mels - 15) * math.log(6.4) / 27), mels * 200 / 3)


class Resample:
    """torchaudio's transform of the same name, where there is nothing to do."""

    def __init__(self, before: int, after: int) -> None:
        self.same = before == after

    def __call__(self, sound: torch.Tensor) -> torch.Tensor:
        assert self.same
        return sound

    def to(self, _: object) -> "Resample":
        return self


class Normalize:
    """torchvision's transform of the same name, for one mean and one deviation."""

    def __init__(self, mean: float, deviation: float) -> None:
        self.mean, self.deviation = mean, deviation

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        return (values - self.mean) / self.deviation


def _first(transforms: Sequence[Any]) -> Any:  # noqa: ANN401
    (transform,) = transforms
    return transform


STAND_INS: Mapping[str, Mapping[str, object]] = {
    "torchaudio": {},
    "torchaudio.transforms": {"MelScale": MelScale, "Resample": Resample},
    "torchvision": {},
    "torchvision.transforms": {"Normalize": Normalize, "Compose": _first},
    "librosa": {},
    "loguru": {"logger": mock.MagicMock()},
    "acestep.language_segmentation": {"LangSegment": None, "language_filters": None},
    "acestep.models.lyrics_utils.lyric_tokenizer": {"VoiceBpeTokenizer": None},
}


@contextmanager
def _importable(checkout: Path) -> Generator[None]:
    modules = {}
    for name, contents in STAND_INS.items():
        modules[name] = types.ModuleType(name)
        modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
        vars(modules[name]).update(contents)
    for parent in ("torchaudio", "torchvision"):
        vars(modules[parent])["transforms"] = modules[f"{parent}.transforms"]
    with (
        mock.patch.dict(sys.modules, modules),
        mock.patch.object(sys, "path", [str(checkout), *sys.path]),
    ):
        yield


class Original:
    """The original's modules and its pipeline, with the weights of the checkpoint ``source``."""

    def __init__(self, checkout: Path, source: Path) -> None:
        """Import the original and fill it."""
        self.source = source
        with _importable(checkout), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what newer versions call otherwise
            self.pipeline_module = importlib.import_module("acestep.pipeline_ace_step")
            self.guidance = importlib.import_module("acestep.apg_guidance")
            self.transformer = self._transformer()
            self.codec = self._codec()
        self.pipeline = object.__new__(self.pipeline_module.ACEStepPipeline)
        self.pipeline.ace_step_transformer = self.transformer
        self.pipeline.music_dcae = self.codec
        self.pipeline.device, self.pipeline.dtype = torch.device("cpu"), torch.float32
        self.pipeline.cpu_offload = False

    def weakened(self, network: nn.Module, ids: torch.Tensor) -> Array:
        """What ``get_text_embeddings_null`` makes of a prompt's tokens [1, S]."""

        def tokenized(*_: object, **__: object) -> dict[str, torch.Tensor]:
            return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}

        self.pipeline.text_tokenizer, self.pipeline.text_encoder_model = tokenized, network
        array: Array = self.pipeline.get_text_embeddings_null([""]).numpy()
        return array

    def scheduler(self, name: str) -> Any:  # noqa: ANN401
        """``Euler``, ``Heun`` or ``PingPong``, as the pipeline makes it."""
        suffix = "Scheduler" if name == "PingPong" else "DiscreteScheduler"
        return getattr(self.pipeline_module, f"FlowMatch{name}{suffix}")(1000, shift=3.0)

    @contextmanager
    def drawing(self, steps: Iterator[Array]) -> Generator[None]:
        """``steps`` in the place of what PingPong draws."""

        def fill(*_: object, **__: object) -> torch.Tensor:
            return torch.from_numpy(next(steps))

        with mock.patch.object(torch.Tensor, "normal_", fill):
            yield

    def run(self, noises: Sequence[Array], steps: Iterator[Array], **wanted: object) -> Array:
        """What ``text2music_diffusion_process`` makes.

        Args:
            noises: What it draws in place of torch's generator: noise, then that of a retake.
            steps: What PingPong draws.
            wanted: The other arguments, arrays as they are.
        """
        given = {
            name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
            for name, value in wanted.items()
        }
        drawn = iter([torch.from_numpy(noise) for noise in noises])

        def draw(*_: object, **__: object) -> torch.Tensor:
            return next(drawn)

        with ExitStack() as stack:
            stack.enter_context(mock.patch.object(self.pipeline_module, "randn_tensor", draw))
            stack.enter_context(self.drawing(steps))
            stack.enter_context(
                mock.patch.object(self.pipeline_module, "tqdm", lambda each, **_: each)
            )
            result = self.pipeline.text2music_diffusion_process(
                random_generators=[None], retake_random_generators=[None], **given
            )
        array: Array = result.numpy()
        return array

    def _transformer(self) -> nn.Module:
        place = self.source / checkpoint.TRANSFORMER
        module = importlib.import_module("acestep.models.ace_step_transformer")
        state = load_file(place / FILE)
        heads, size = state[f"{checkpoint.BLOCK}.self_attn.pos_bias_u"].shape
        hidden = len(state[f"{checkpoint.BLOCK}.feed_forward.w_1.weight"])
        names = [name for name in state if name.endswith("norm_mha.weight")]
        smaller = functools.partial(
            module.LyricEncoder, output_size=heads * size, attention_heads=heads,
            linear_units=hidden, num_blocks=len(names),
        )  # fmt: skip
        with mock.patch.object(module, "LyricEncoder", smaller):
            made = module.ACEStepTransformer2DModel(**settings(place))
        missing, unknown = made.load_state_dict(state, strict=False)
        assert not unknown
        assert all(any(part in name for part in DEAD) for name in missing), missing
        return made.eval()

    def _codec(self) -> Any:  # noqa: ANN401
        module = importlib.import_module("acestep.music_dcae.music_dcae_pipeline")
        place = self.source / checkpoint.VOCODER
        vocoder = module.ADaMoSHiFiGANV1(**settings(place))
        missing, unknown = vocoder.load_state_dict(load_file(place / FILE), strict=False)
        assert not unknown
        assert all(name.startswith("mel_transform.") for name in missing), missing
        place = self.source / checkpoint.AUTOENCODER
        network = AutoencoderDC.from_config(settings(place))
        network.load_state_dict(load_file(place / FILE))
        with (
            mock.patch.object(AutoencoderDC, "from_pretrained", return_value=network),
            mock.patch.object(module.ADaMoSHiFiGANV1, "from_pretrained", return_value=vocoder),
        ):
            return module.MusicDCAE(source_sample_rate=44100).eval()
