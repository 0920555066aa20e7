"""Writes a model folder: graphs, config.json, tokenizer.json, and a manifest of what is in it.

The folder appears under its name only when every graph agrees with torch.
"""

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from transformers import PreTrainedModel

from lofi.export import checkpoint, conditioner, contents, tokens
from lofi.export.graph import write
from lofi.export.parts import (
    CACHED,
    CONDITION,
    DECODE,
    ENCODE,
    FIRST,
    MERGED,
    TEXT,
    Precision,
    graphs,
)
from lofi.export.verify import Judge
from lofi.manifest import Licence

LICENCE = Licence(
    name="CC-BY-NC-4.0",
    url="https://creativecommons.org/licenses/by-nc/4.0/",
    note="The weights may not be used commercially.",
)
"""Of every checkpoint that facebook/musicgen-* publishes."""


class Layout(StrEnum):
    """How the files of a folder are named."""

    PUBLISHED = "published"
    """Side by side, without suffix: one precision in each folder."""
    TRANSFORMERSJS = "transformersjs"
    """In ``onnx/``, several precisions side by side: ``decoder_model_merged_quantized.onnx``."""


SUFFIXES = {Precision.FP32: "", Precision.INT8: "_quantized", Precision.FP16: "_fp16"}
"""What the layout of transformers.js adds to the stem of a file."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write."""

    layout: Layout = Layout.PUBLISHED
    precision: Precision = Precision.FP32
    """For the layout of transformers.js this one is written beside float32."""
    merged: bool = True
    split: bool = False
    encoder: bool = True
    """Also ``encodec_encode.onnx``, which no published export has."""


def export(source: Path, target: Path, wish: Wish | None = None) -> list[Path]:
    """Turn the checkpoint in ``source`` into the new folder ``target``.

    Returns:
        The files written.

    Raises:
        InvalidParams: ``target`` has a name that no model may have.
        OutputExists: ``target`` is there already.
        ModelNotFound: the checkpoint lacks a file.
        ModelLoadFailed: it cannot be exported, or a graph does not agree with torch.
    """
    wish = wish or Wish()
    contents.check(target)
    model = checkpoint.load(source)
    judge = Judge(model)
    with contents.appearing(target) as folder:
        _copy(source, folder, wish.layout)
        for precision in _precisions(wish):
            _fill(folder, model, judge, wish, precision)
        if wish.layout is Layout.PUBLISHED:
            contents.record(folder, target.name, "musicgen", LICENCE)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _precisions(wish: Wish) -> list[Precision]:
    if wish.layout is Layout.PUBLISHED:
        return [wish.precision]
    return sorted({Precision.FP32, wish.precision}, key=list(Precision).index)


def _fill(
    folder: Path, model: PreTrainedModel, judge: Judge, wish: Wish, precision: Precision
) -> None:
    """Write the graphs of one precision and hold them against torch."""
    wanted = {TEXT, DECODE}
    wanted |= {CONDITION} if conditioner.wanted(model) else set()
    wanted |= {MERGED} if wish.merged else set()
    wanted |= {FIRST, CACHED} if wish.split else set()
    wanted |= {ENCODE} if wish.encoder else set()
    suffix, place = "", folder
    if wish.layout is Layout.TRANSFORMERSJS:
        suffix, place = SUFFIXES[precision], folder / "onnx"
        if precision is Precision.INT8:  # the rest is there in float32
            wanted -= {TEXT, CONDITION, DECODE, ENCODE}
    place.mkdir(exist_ok=True)
    paths = {stem: place / f"{stem}{suffix}.onnx" for stem in wanted}
    for stem, graph in graphs(model, precision, frozenset(wanted)).items():
        write(graph, paths[stem])
    judge.compare(paths, precision)


def _copy(source: Path, folder: Path, layout: Layout) -> None:
    shutil.copyfile(source / "config.json", folder / "config.json")
    tokens.copy(source, folder)
    settings = source / "generation_config.json"
    if layout is Layout.TRANSFORMERSJS and settings.is_file():
        shutil.copyfile(settings, folder / settings.name)
