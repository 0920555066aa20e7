"""Reads a checkpoint as transformers writes it: config.json and safetensors, never pickle."""

import json
from pathlib import Path

import torch
import transformers
from safetensors import SafetensorError
from transformers import PreTrainedModel

from lofi.errors import ModelLoadFailed, ModelNotFound
from lofi.export import codec
from lofi.export.conditioner import CLASSES

KINDS = {
    "musicgen": transformers.MusicgenForConditionalGeneration,
    "musicgen_melody": transformers.MusicgenMelodyForConditionalGeneration,
}
"""What can be exported, by the ``model_type`` of config.json."""
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def load(folder: Path) -> PreTrainedModel:
    """The transformers model of one of the ``KINDS`` in ``folder``, in float32.

    Raises:
        ModelNotFound: no config.json or no weights as safetensors.
        ModelLoadFailed: another kind of model, or weights are missing from the files.
    """
    kind = _kind(folder)
    if kind not in KINDS:
        raise ModelLoadFailed(
            f"{folder.name} is a checkpoint of type {kind}",
            hint=f"these can be exported: {', '.join(KINDS)}",
        )
    _need_safetensors(folder)
    try:
        model, report = KINDS[kind].from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True,
            use_safetensors=True, output_loading_info=True,
        )  # fmt: skip
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ModelLoadFailed(f"cannot read the checkpoint {folder.name}: {reason}") from None
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelLoadFailed(
            f"{folder.name} lacks {len(missing)} weights, the first is {missing[0]}",
            hint="download the checkpoint again",
        )
    _need_known(model, folder.name)
    codec.fold(model.audio_encoder)
    return model.eval()


def _kind(folder: Path) -> str:
    path = folder / "config.json"
    if not path.is_file():
        raise ModelNotFound(f"no config.json in {folder.name}")
    try:
        return str(json.loads(path.read_text(encoding="utf-8")).get("model_type"))
    except (ValueError, AttributeError):
        raise ModelLoadFailed(f"config.json in {folder.name} is no JSON object") from None


def _need_safetensors(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    if any(path for pattern in PICKLED for path in folder.glob(pattern)):
        raise ModelNotFound(
            f"{folder.name} holds its weights as pickle only, which can run code",
            hint="take the safetensors files of the same checkpoint",
        )
    raise ModelNotFound(
        f"no safetensors file in {folder.name}", hint="download the checkpoint again"
    )


def _need_known(model: PreTrainedModel, name: str) -> None:
    """Refuse what the graphs would compute wrongly."""
    decoder, sound, text = (
        model.config.decoder,
        model.config.audio_encoder,
        model.config.text_encoder,
    )
    unknown = {
        "decoder.scale_embedding": decoder.scale_embedding,
        "audio_encoder.use_causal_conv": sound.use_causal_conv,
        "audio_encoder.normalize": sound.normalize,
        "audio_encoder.chunk_length_s": sound.chunk_length_s,
        "audio_encoder.norm_type": sound.norm_type != "weight_norm",
        "audio_encoder.pad_mode": sound.pad_mode != "reflect",
        "audio_encoder.audio_channels": sound.audio_channels != 1,
        "text_encoder.feed_forward_proj": text.feed_forward_proj != "relu",
        "num_chroma": getattr(model.config, "num_chroma", CLASSES) != CLASSES,
    }
    wrong = [key for key, value in unknown.items() if value]
    if wrong:
        raise ModelLoadFailed(f"{name} sets {', '.join(wrong)} as no MusicGen checkpoint does")
