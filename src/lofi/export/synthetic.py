"""Checkpoints of random weights, in the form of the real ones: for tests and benchmarks.

Weights are drawn by numpy, so that every version of torch gets the same, and scaled so that the
logits differ clearly from token to token and greedy decoding does not run in a circle.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tokenizers
import torch
import transformers
from torch.nn.utils import parametrize

from lofi.export.checkpoint import KINDS

WORDS = ("lofi", "rain", "piano", "slow", "beat", "warm", "night", "jazz", "drum", "tape")


class Size(NamedTuple):
    """The sizes that tell one MusicGen from another."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    stereo: bool = False
    codebook: int = 2048
    text: Mapping[str, int] = {
        "vocab_size": 32128, "d_model": 768, "d_kv": 64, "d_ff": 3072,
        "num_layers": 12, "num_heads": 12,
    }  # fmt: skip
    codec: Mapping[str, int] = {"codebook_dim": 128, "hidden_size": 128, "num_filters": 64}
    melody: bool = False


SMALL = Size(1024, 24, 16, 4096)
SIZES = {
    "small": SMALL,
    "medium": Size(1536, 48, 24, 6144),
    "large": Size(2048, 48, 32, 8192),
    "stereo-small": SMALL._replace(stereo=True),
    "melody": Size(1536, 48, 24, 6144, melody=True),
}
"""The published checkpoints."""


def tiny(layers: int, *, stereo: bool = False, melody: bool = False) -> Size:
    """The smallest in which every size differs from every other that it could be mistaken for."""
    text = {
        "vocab_size": 320,
        "d_model": 20 if melody else 12,  # there are 12 classes of pitch
        "d_kv": 5,
        "d_ff": 28,
        "num_layers": 2,
        "num_heads": 3,
    }
    codec = {"codebook_dim": 10, "hidden_size": 10, "num_filters": 2}
    return Size(32, layers, 4, 40, stereo, 64, text, codec, melody)


def config(size: Size) -> transformers.PreTrainedConfig:
    """The transformers configuration of ``size``."""
    text = transformers.T5Config(**size.text, feed_forward_proj="relu")
    rate = 50 * int(np.log2(size.codebook)) * 4 / 1000  # kbit/s of four codebooks at 50 Hz
    sound = transformers.EncodecConfig(
        **size.codec, sampling_rate=32000, audio_channels=1, codebook_size=size.codebook,
        num_residual_layers=1, upsampling_ratios=[8, 5, 4, 4], target_bandwidths=[rate],
        use_causal_conv=False, use_conv_shortcut=False, normalize=False, chunk_length_s=None,
        overlap=None, num_lstm_layers=2, pad_mode="reflect",
    )  # fmt: skip
    inner, whole = (
        (transformers.MusicgenMelodyDecoderConfig, transformers.MusicgenMelodyConfig)
        if size.melody
        else (transformers.MusicgenDecoderConfig, transformers.MusicgenConfig)
    )
    decoder = inner(
        vocab_size=size.codebook, max_position_embeddings=2048, num_hidden_layers=size.layers,
        ffn_dim=size.feed_forward, num_attention_heads=size.heads, hidden_size=size.hidden,
        num_codebooks=8 if size.stereo else 4, audio_channels=2 if size.stereo else 1,
        pad_token_id=size.codebook, bos_token_id=size.codebook,
    )  # fmt: skip
    return whole(
        text_encoder=text.to_dict(), audio_encoder=sound.to_dict(), decoder=decoder.to_dict()
    )


def model(size: Size, seed: int = 0) -> transformers.PreTrainedModel:
    """A transformers model of ``size`` with random weights."""
    settings = config(size)
    made = KINDS[settings.model_type](settings).eval()
    generator = np.random.Generator(np.random.PCG64(seed))
    with torch.no_grad():
        for name, tensor in sorted(made.state_dict().items()):
            _fill(name, tensor, generator)
        for module in made.audio_encoder.modules():
            if parametrize.is_parametrized(module, "weight"):
                pair = module.parametrizations.weight
                pair.original0.copy_(pair.original1.norm(dim=(1, 2), keepdim=True))
    drawing = made.generation_config
    drawing.decoder_start_token_id = drawing.bos_token_id = drawing.pad_token_id = size.codebook
    drawing.eos_token_id = None
    drawing.do_sample, drawing.guidance_scale, drawing.max_length = True, 3.0, 1500
    return made


def save(size: Size, folder: Path, seed: int = 0) -> None:
    """Write a whole checkpoint: config.json, generation_config.json, weights, tokenizer.json."""
    model(size, seed).save_pretrained(folder)
    tokenizer(size.text["vocab_size"]).save(str(folder / "tokenizer.json"))


def tokenizer(vocabulary: int) -> tokenizers.Tokenizer:
    """A Unigram tokenizer as T5's, of ``vocabulary`` pieces (at least 300), for every text.

    Ids 0 to 2 are padding, ``</s>`` and unknown; then every byte, a few words, and filling.
    """
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(f"<0x{byte:02X}>", -20.0) for byte in range(256)]
    pieces += [(f"▁{word}", -4.0) for word in WORDS]
    pieces += [(letter, -8.0) for letter in "▁etaoinshrdlu"]
    pieces += [(f"<extra_id_{index}>", -90.0) for index in range(vocabulary - len(pieces))]
    made = tokenizers.Tokenizer(tokenizers.models.Unigram(pieces, unk_id=2, byte_fallback=True))
    made.normalizer = tokenizers.normalizers.NFKC()
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = tokenizers.decoders.Metaspace(prepend_scheme="always")
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return made


def _fill(name: str, tensor: torch.Tensor, generator: np.random.Generator) -> None:
    if not tensor.is_floating_point() or name.endswith((".inited", ".cluster_size")):
        return
    shape = tuple(tensor.shape)
    values = generator.standard_normal(shape, dtype=np.float32) * _scale(name, shape)
    if re.search(NORM, name) and name.endswith("weight"):
        values = 1 + values
    tensor.copy_(torch.from_numpy(values))


NORM = r"norm\.\w+$"
NONE, LAST, ALL = slice(0), slice(-1, None), slice(None)
SCALES = (
    (NORM, 0.1, NONE),
    (r"bias$", 0.1, NONE),
    (r"^decoder\..*embed_tokens", 3.0, NONE),  # louder than what is the same in every step
    (r"embed|relative_attention_bias", 1.0, NONE),
    (r"^audio_enc_to_dec_proj", 1.0, NONE),  # one class of pitch in each frame
    (r"lm_heads", 3.0, LAST),
    (r"SelfAttention\.q", 1.0, ALL),  # T5 does not scale its scores
    (r"encoder_attn\.out_proj", 0.4, LAST),  # guidance multiplies the prompt's share
    (r"", 1.0, LAST),
)
"""By a weight's name: what to aim at, and which of its axes are summed over."""


def _scale(name: str, shape: tuple[int, ...]) -> float:
    """The standard deviation that keeps a layer's output near one."""
    if name.endswith("original1"):  # of a convolution; music is softer than one: last and first
        gain = 0.2 if shape[0] == 1 else 6.0 if shape[1] == 1 else 1.2
        return gain / math.sqrt(math.prod(shape[1:]))
    gain, axes = next((gain, axes) for part, gain, axes in SCALES if re.search(part, name))
    return gain / math.sqrt(math.prod(shape[axes]))
