"""A checkpoint folder into a model folder, which appears when every graph is verified."""

from dataclasses import dataclass, field
from pathlib import Path

from lofi.export import contents, tokens
from lofi.export.ace_step import checkpoint, verify
from lofi.export.ace_step.parts import DECODER, MEL_TO_LATENTS, PARTS, Precision, graph
from lofi.export.ace_step.store import write
from lofi.export.graph import LIMIT
from lofi.manifest import Licence

LICENCE = Licence(
    name="Apache-2.0",
    url="https://www.apache.org/licenses/LICENSE-2.0",
    note="The weights may be used for any purpose, with attribution.",
)
"""Of ACE-Step-v1-3.5B."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write."""

    precision: Precision = Precision.FP32
    encoder: bool = True
    """Also ``dcae_encoder.onnx``, which tasks that begin with a sound need."""
    erg: bool = True
    """With the input that ERG needs, which published graphs do not have; a network with fewer
    blocks than ERG speaks of is written without it in any case."""
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
    contents.check(target)
    report = Report()
    with contents.appearing(target) as folder:
        tokens.copy(source / checkpoint.TEXT, folder)
        for stem in PARTS:
            if wish.encoder or stem != MEL_TO_LATENTS:
                report.differences[stem] = _fill(source, folder, stem, wish)
        contents.record(folder, target.name, "ace_step", LICENCE)
    report.files = sorted(path for path in target.iterdir() if path.is_file())
    return report


def _fill(source: Path, folder: Path, stem: str, wish: Wish) -> float:
    """Write one graph and hold it against torch. Only one network is in memory at a time."""
    part, path = PARTS[stem], folder / f"{stem}.onnx"
    module = part.load(source).eval()
    if not wish.erg:
        module.weakens = False
    held, draws = verify.trials(part, module), list(verify.draws(part, module))
    write(graph(part, module, wish.precision), path, wish.limit if stem == DECODER else LIMIT)
    del module  # the graph is about as large
    return verify.compare(path, part, held, draws, wish.precision)
