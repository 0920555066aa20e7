"""Checkpoints of random weights, laid out as ACE-Step-v1-3.5B: for tests and benchmarks.

Weights are drawn by numpy, so that every version of torch gets the same, and scaled so that every
layer passes on about as much as it gets.
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import transformers
from diffusers import AutoencoderDC
from safetensors.torch import save_file
from torch import Tensor, nn

from lofi.export import synthetic
from lofi.export.ace_step import checkpoint, conditions, denoiser, lyrics, vocoder

FILE = "diffusion_pytorch_model.safetensors"
WIDE = {
    "in_channels": 2, "latent_channels": 8, "attention_head_dim": 32,
    "encoder_block_types": ["ResBlock", "ResBlock", "ResBlock", "EfficientViTBlock"],
    "decoder_block_types": ["ResBlock", "ResBlock", "ResBlock", "EfficientViTBlock"],
    "encoder_block_out_channels": [128, 256, 512, 1024],
    "decoder_block_out_channels": [128, 256, 512, 1024],
    "encoder_layers_per_block": [2, 2, 3, 3], "decoder_layers_per_block": [3, 3, 3, 3],
    "encoder_qkv_multiscales": [[], [], [5], [5]], "decoder_qkv_multiscales": [[], [], [5], [5]],
    "upsample_block_type": "interpolate", "downsample_block_type": "Conv",
    "decoder_norm_types": "rms_norm", "decoder_act_fns": "silu", "scaling_factor": 0.41407,
}  # fmt: skip
NARROW: dict[str, Any] = WIDE | {
    "attention_head_dim": 8,
    "encoder_block_out_channels": [8, 8, 16, 32], "decoder_block_out_channels": [8, 8, 16, 32],
    "encoder_layers_per_block": [1, 1, 1, 1], "decoder_layers_per_block": [1, 1, 1, 1],
}  # fmt: skip


class Size(NamedTuple):
    """The sizes of all networks of a checkpoint."""

    denoising: denoiser.Size = denoiser.Size()
    singing: lyrics.Size = lyrics.Size()
    sounding: vocoder.Size = vocoder.Size()
    coding: Mapping[str, Any] = WIDE
    text: Mapping[str, int] = {
        "vocab_size": 256384, "d_model": 768, "d_kv": 64, "d_ff": 2048,
        "num_layers": 12, "num_heads": 12,
    }  # fmt: skip
    kind: torch.dtype = torch.bfloat16
    """Of the weights in the files."""


TRUE = Size()
"""The published checkpoint."""
TINY = Size(
    denoiser.Size(2, 3, 8),
    lyrics.Size(8, 2, 12, 2),
    vocoder.Size(
        128, (1, 1, 1, 1), (8, 8, 10, 12), (8, 8, 8), (16, 16, 16), (3, 5), ((1, 3, 5),) * 2, 24
    ),
    NARROW,
    {"vocab_size": 320, "d_model": 20, "d_kv": 5, "d_ff": 28, "num_layers": 2, "num_heads": 3},
    torch.float32,
)
"""As small as the fixed parts allow: lyrics of 6693 tokens, 2048 channels of the patches."""

DEEP = Size(
    denoiser.Size(20, 1, 8),
    lyrics.Size(8, 2, 12, 6),
    TINY.sounding,
    NARROW,
    {"vocab_size": 320, "d_model": 12, "d_kv": 4, "d_ff": 12, "num_layers": 10, "num_heads": 2},
    torch.float32,
)
"""Narrower still, with all the blocks that ERG speaks of."""


SIZES = {"true": TRUE, "tiny": TINY, "deep": DEEP}


def save(size: Size, folder: Path, seed: int = 0) -> None:
    """Write a whole checkpoint: a folder for each network, and a tokenizer."""
    draw = Draw(np.random.Generator(np.random.PCG64(seed)), size.kind)
    _save_text(size, folder / checkpoint.TEXT, draw)
    whole = conditions.Size(size.denoising.width, text=size.text["d_model"], lyrics=size.singing)
    with torch.device("meta"):
        parts = (conditions.Conditions(whole), denoiser.Denoiser(size.denoising))
        network = AutoencoderDC.from_config(dict(size.coding))
        sound = vocoder.Vocoder(size.sounding)
    tensors = {k: _with_axes(k, v) for part in parts for k, v in draw.all(part).items()}
    _write(folder / checkpoint.TRANSFORMER, tensors, _transformer(size))
    _write(folder / checkpoint.AUTOENCODER, draw.all(network), size.coding)
    _write(folder / checkpoint.VOCODER, _unfolded(draw.all(sound)), _vocoder(size.sounding))


def _save_text(size: Size, folder: Path, draw: "Draw") -> None:
    settings = transformers.UMT5Config(**size.text, feed_forward_proj="gated-gelu")
    network = transformers.UMT5EncoderModel(settings).to(size.kind)
    network.load_state_dict(draw.all(network))
    network.save_pretrained(folder)
    synthetic.tokenizer(size.text["vocab_size"]).save(str(folder / "tokenizer.json"))


def _write(folder: Path, tensors: Mapping[str, Tensor], settings: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / FILE)
    (folder / "config.json").write_text(json.dumps(dict(settings), indent=2), encoding="utf-8")


def _transformer(size: Size) -> dict[str, Any]:
    return {
        "in_channels": 8, "out_channels": 8, "num_layers": size.denoising.layers,
        "attention_head_dim": size.denoising.head, "num_attention_heads": size.denoising.heads,
        "mlp_ratio": size.denoising.ratio, "max_position": 32768, "rope_theta": size.denoising.base,
        "speaker_embedding_dim": 512, "text_embedding_dim": size.text["d_model"],
        "lyric_encoder_vocab_size": 6693, "lyric_hidden_size": size.singing.width,
        "patch_size": [16, 1], "max_height": 16, "max_width": 32768,
    }  # fmt: skip


def _vocoder(size: vocoder.Size) -> dict[str, Any]:
    return {
        "input_channels": size.mels, "depths": size.depths, "dims": size.widths,
        "kernel_sizes": [7], "upsample_rates": size.rates,
        "upsample_kernel_sizes": size.rate_kernels, "resblock_kernel_sizes": size.kernels,
        "resblock_dilation_sizes": size.dilations, "num_mels": size.widths[-1],
        "upsample_initial_channel": size.channels, "use_template": False,
        "pre_conv_kernel_size": size.first, "post_conv_kernel_size": size.last,
        "sampling_rate": 44100, "n_fft": 2048, "win_length": 2048, "hop_length": 512,
        "f_min": 40, "f_max": 16000, "n_mels": 128,
    }  # fmt: skip


def _with_axes(name: str, tensor: Tensor) -> Tensor:
    """The axes of length one that a convolution's weights have in the checkpoint."""
    if re.search(r"(inverted|point)_conv\.conv\.weight$", name):
        return tensor[..., None]
    return tensor[..., None, None] if name.endswith("early_conv_layers.2.weight") else tensor


def _unfolded(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of the vocoder's head with weight norm, as the checkpoint has them."""
    made: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name.startswith("head.") and name.endswith("weight"):
            length = tensor.flatten(1).norm(dim=1)[:, None, None]
            made |= {f"{name}_g": length, f"{name}_v": tensor}
        else:
            made[name] = tensor
    return made


class Draw(NamedTuple):
    """Where weights come from, and what they become."""

    generator: np.random.Generator
    kind: torch.dtype

    def all(self, module: nn.Module) -> dict[str, Tensor]:
        """Random weights of ``module``, by their names."""
        made: dict[str, Tensor] = {}
        for name, tensor in sorted(module.state_dict().items()):
            shape = tuple(tensor.shape)
            mean, deviation = _scale(name, shape)
            values = self.generator.standard_normal(shape, dtype=np.float32)
            values *= np.float32(deviation)
            values += np.float32(mean)
            made[name] = torch.from_numpy(values).to(self.kind)
        if "shared.weight" in made:  # one tensor under two names
            made["encoder.embed_tokens.weight"] = made["shared.weight"]
        return made


SCALES = (
    (r"bias$", 0.1),
    (r"embs|shared|embed_tokens|relative_attention_bias|pos_bias", 1.0),
    (r"scale_shift_table", 0.3),
    (r"gamma", 0.5),
)
"""Standard deviations that do not depend on the shape."""
GAINS = (
    (r"^decoder\.conv_out", 0.4),
    (r"^encoder\.conv_out", 4.0),
    (r"t_block", 0.4),
    (r"SelfAttention\.q", 0.5),
    (r"head\.conv_post", 0.5),
    (r"", 1.0),
)


def _scale(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Mean and standard deviation of a tensor."""
    if len(shape) == 1 and name.endswith("weight"):
        return 1.0, 0.1
    for part, deviation in SCALES:
        if re.search(part, name):
            return 0.0, deviation
    gain = next(gain for part, gain in GAINS if re.search(part, name))
    summed = shape[0] * shape[2] // 8 if re.search(r"\.ups\.", name) else math.prod(shape[1:])
    return 0.0, gain / math.sqrt(max(summed, 1))
