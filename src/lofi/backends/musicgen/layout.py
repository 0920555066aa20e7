"""Where the parts of a model lie in its folder, whichever of the published layouts it follows.

- flat: all files side by side, as this program installs them and as its exporter writes them;
- ``gabotechs/music_gen``: ``small/config.json`` beside ``small_fp32/*.onnx``, ``small_i8/*.onnx``;
- transformers.js: ``config.json`` above ``onnx/*.onnx``, variants by suffix.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lofi.backends.musicgen import fast
from lofi.backends.musicgen.fast import Fast
from lofi.errors import BackendNotInstalled

SUFFIXES = ("", "_fp16", "_quantized", "_int8", "_uint8", "_q4", "_q4f16", "_bnb4")
"""Variants of one graph, most faithful first."""
VARIANT = re.compile(r"(?P<size>.+)_(?P<precision>fp32|fp16|i8)")
"""Name of a folder of ``gabotechs/music_gen``."""
HINT = "`lofi-daemon models get` downloads a model; --model-dir names a folder that holds one"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one model."""

    config: Path
    tokenizer: Path
    text_encoder: Path
    decoder: Path
    """Merged, or the one for the first pass."""
    decoder_with_past: Path | None
    """The one for all further passes, unless ``decoder`` is merged."""
    codec_decoder: Path
    codec_encoder: Path | None
    """Only needed to start from existing audio."""
    conditioner: Path | None = None
    """Of a model that can follow a melody."""
    fast: Fast | None = None
    """What takes the decoder's place on a processor."""

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file, external data not included."""
        every = (
            self.config,
            self.tokenizer,
            self.text_encoder,
            self.decoder,
            self.decoder_with_past,
            self.codec_decoder,
            self.codec_encoder,
            self.conditioner,
        )
        return tuple(path for path in every if path is not None)


def find(folder: Path) -> Files:
    """The files of the model in ``folder``.

    Raises:
        BackendNotInstalled: there is no such folder, it lacks a file, or it holds several models.
    """
    if not folder.is_dir():
        raise BackendNotInstalled(f"there is no model folder {folder}", hint=HINT)
    places = _places(folder)
    merged = _graph(places, "decoder_model_merged")
    first, further = (_graph(places, f"decoder_{name}") for name in ("model", "with_past_model"))
    if merged is None and (first is None or further is None):
        pair = f"(or {'decoder_model.onnx' if first is None else 'decoder_with_past_model.onnx'})"
        raise _missing(folder, f"decoder_model_merged.onnx {pair}")
    decoder = _needed(folder, merged or first, "decoder_model.onnx")
    return Files(
        config=_needed(folder, _file(places, "config.json"), "config.json"),
        tokenizer=_needed(folder, _file(places, "tokenizer.json"), "tokenizer.json"),
        text_encoder=_needed(folder, _graph(places, "text_encoder"), "text_encoder.onnx"),
        decoder=decoder,
        decoder_with_past=None if merged else further,
        codec_decoder=_needed(folder, _graph(places, "encodec_decode"), "encodec_decode.onnx"),
        codec_encoder=_graph(places, "encodec_encode"),
        conditioner=_graph(places, "conditioner"),
        fast=fast.find(decoder),
    )


def _places(folder: Path) -> Sequence[Path]:
    """The folders to look into, in this order."""
    if (folder / "onnx").is_dir():
        return folder / "onnx", folder
    variant = VARIANT.fullmatch(folder.name)
    if variant is not None and not (folder / "config.json").exists():
        size = variant["size"]  # the 8-bit sets take what they lack from the others
        return tuple(folder.parent / name for name in (folder.name, size, f"{size}_fp32"))
    if any(folder.glob("*.onnx")):
        return (folder,)
    return _places(_only_variant(folder))


def _only_variant(folder: Path) -> Path:
    variants = sorted(
        child
        for child in folder.iterdir()
        if VARIANT.fullmatch(child.name) and any(child.glob("decoder*.onnx"))
    )
    if not variants:
        raise _missing(folder, "decoder_model_merged.onnx")
    if len(variants) > 1:
        names = ", ".join(child.name for child in variants)
        raise BackendNotInstalled(
            f"{folder} holds several models: {names}",
            hint=f"name one of them: --model-dir {variants[0]}",
        )
    return variants[0]


def _graph(places: Sequence[Path], stem: str) -> Path | None:
    for suffix in SUFFIXES:
        found = _file(places, f"{stem}{suffix}.onnx")
        if found is not None:
            return found
    return None


def _file(places: Sequence[Path], name: str) -> Path | None:
    return next((place / name for place in places if (place / name).is_file()), None)


def _needed(folder: Path, path: Path | None, name: str) -> Path:
    if path is None:
        raise _missing(folder, name)
    return path


def _missing(folder: Path, name: str) -> BackendNotInstalled:
    return BackendNotInstalled(f"the model folder {folder} lacks {name}", hint=HINT)
