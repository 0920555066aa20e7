"""Reads the networks of a checkpoint laid out as ACE-Step-v1-3.5B, one at a time, in float32."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderDC
from safetensors import SafetensorError
from transformers import UMT5EncoderModel

from lofi.errors import ModelLoadFailed
from lofi.export.ace_step import conditions, denoiser, lyrics, vocoder
from lofi.export.ace_step.weights import Weights, settings

TEXT, TRANSFORMER, AUTOENCODER, VOCODER = (
    "umt5-base",
    "ace_step_transformer",
    "music_dcae_f8c8",
    "music_vocoder",
)
"""The folders of a checkpoint."""
BLOCK = "lyric_encoder.encoders.0"
HOP = 512


def text(folder: Path) -> UMT5EncoderModel:
    """The text encoder of the checkpoint in ``folder``.

    Raises, as all here:
        ModelNotFound: a file is missing.
        ModelLoadFailed: it is damaged, or no network of ACE-Step v1.
    """
    place = folder / TEXT
    settings(place)
    Weights(place)
    try:
        network, report = UMT5EncoderModel.from_pretrained(
            place, dtype=torch.float32, attn_implementation="eager", local_files_only=True,
            use_safetensors=True, output_loading_info=True,
        )  # fmt: skip
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ModelLoadFailed(f"cannot read {TEXT} of {folder.name}: {reason}") from None
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelLoadFailed(f"{TEXT} lacks {missing[0]}", hint="download the checkpoint again")
    return network.eval()


def transformer(folder: Path) -> denoiser.Denoiser:
    """The denoiser, without what only training uses."""
    place = folder / TRANSFORMER
    found = settings(place)
    fixed = {"in_channels": 8, "out_channels": 8, "patch_size": [16, 1], "max_height": 16}
    _need(place, found, fixed)
    size = denoiser.Size(
        found["num_layers"], found["num_attention_heads"], found["attention_head_dim"],
        found["mlp_ratio"], found["rope_theta"],
    )  # fmt: skip
    with torch.device("meta"):
        network = denoiser.Denoiser(size)
    return Weights(place).fill(network)


def encoder(folder: Path) -> conditions.Conditions:
    """The encoder of conditions, which lies in the same file as the denoiser."""
    place = folder / TRANSFORMER
    found, weights = settings(place), Weights(place)
    heads, size = weights.shape(f"{BLOCK}.self_attn.pos_bias_u")
    names = [name for name in weights.names() if name.endswith("norm_mha.weight")]
    sung = lyrics.Size(
        heads * size, heads, weights.shape(f"{BLOCK}.feed_forward.w_1.weight")[0], len(names)
    )
    whole = conditions.Size(
        found["num_attention_heads"] * found["attention_head_dim"],
        found["speaker_embedding_dim"], found["text_embedding_dim"],
        found["lyric_encoder_vocab_size"], sung,
    )  # fmt: skip
    with torch.device("meta"):
        network = conditions.Conditions(whole)
    return weights.fill(network)


def autoencoder(folder: Path) -> AutoencoderDC:
    """The DCAE, both ways."""
    place = folder / AUTOENCODER
    found = settings(place)
    _need(place, found, {"in_channels": 2, "latent_channels": 8})
    with torch.device("meta"):
        network = AutoencoderDC.from_config(found)
    return Weights(place).fill(network)


def sound(folder: Path) -> vocoder.Vocoder:
    """The vocoder, weight norm folded."""
    place = folder / VOCODER
    found = settings(place)
    fixed = {
        "input_channels": 128, "n_mels": 128, "hop_length": HOP, "sampling_rate": 44100,
        "use_template": False, "kernel_sizes": [7],
    }  # fmt: skip
    _need(place, found, fixed)
    size = vocoder.Size(
        128, found["depths"], found["dims"], found["upsample_rates"],
        found["upsample_kernel_sizes"], found["resblock_kernel_sizes"],
        found["resblock_dilation_sizes"], found["upsample_initial_channel"],
        found["pre_conv_kernel_size"], found["post_conv_kernel_size"],
    )  # fmt: skip
    with torch.device("meta"):
        network = vocoder.Vocoder(size)
    return Weights(place).fill(network)


def _need(place: Path, found: Mapping[str, Any], fixed: Mapping[str, object]) -> None:
    """Refuse what the modules would compute wrongly."""
    for key, value in fixed.items():
        if found.get(key, value) != value:
            raise ModelLoadFailed(
                f"{place.name} sets {key} to {found[key]}, not {value}",
                hint="export a checkpoint of ACE-Step v1",
            )
