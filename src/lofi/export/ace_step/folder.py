"""A checkpoint folder into a model folder, which appears when every graph is verified."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lofi.errors import OutputExists
from lofi.export import contents, tokens
from lofi.export.ace_step import checkpoint, manifest, verify
from lofi.export.ace_step.parts import DECODER, MEL_TO_LATENTS, PARTS, Precision, graph
from lofi.export.ace_step.store import write
from lofi.export.graph import LIMIT


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write."""

    precision: Precision = Precision.FP32
    encoder: bool = True
    """Also ``dcae_encoder.onnx``, which tasks that begin with a sound need."""
    limit: int = LIMIT
    """Bytes of weights above which they go into a file of their own."""


@dataclass(slots=True)
class Report:
    """What was written."""

    files: list[Path] = field(default_factory=list)
    differences: dict[str, float] = field(default_factory=dict)
    """Of each graph from torch, relative to the level of the result."""


def export(source: Path, target: Path, wish: Wish | None = None) -> Report:
    """Turn the checkpoint in ``source`` into the new folder ``target``.

    Raises:
        InvalidParams: ``target`` has a name that no model may have.
        OutputExists: ``target`` is there already.
        ModelNotFound: the checkpoint lacks a file.
        ModelLoadFailed: it cannot be exported, or a graph does not agree with torch.
    """
    wish = wish or Wish()
    if target.exists():
        raise OutputExists(f"{target} exists", hint="name a folder that does not exist yet")
    contents.check(target.name)
    report = Report()
    with _appearing(target) as folder:
        tokens.copy(source / checkpoint.TEXT, folder)
        for stem in PARTS:
            if wish.encoder or stem != MEL_TO_LATENTS:
                report.differences[stem] = _fill(source, folder, stem, wish)
        manifest.record(folder, target.name)
    report.files = sorted(path for path in target.iterdir() if path.is_file())
    return report


def _fill(source: Path, folder: Path, stem: str, wish: Wish) -> float:
    """Write one graph and hold it against torch. Only one network is in memory at a time."""
    part, path = PARTS[stem], folder / f"{stem}.onnx"
    module = part.load(source).eval()
    held, draws = verify.trials(part, module), list(verify.draws(part, module))
    write(graph(part, module, wish.precision), path, wish.limit if stem == DECODER else LIMIT)
    del module  # the graph is about as large
    return verify.compare(path, part, held, draws, wish.precision)


@contextmanager
def _appearing(target: Path) -> Generator[Path]:
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
