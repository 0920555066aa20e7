"""``models optimize``: a model made fast for this processor, and what that costs, in words."""

import argparse
import importlib.util
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from pydantic import JsonValue

from lofi.backends.base import Step
from lofi.backends.musicgen.fast import Record
from lofi.cli.console import Console
from lofi.config import Config
from lofi.errors import InvalidParams, ModelLoadFailed
from lofi.jobs.progress import Progress

PRECISIONS = ("auto", "fp32", "int8", "int4", "published")
EXTRA = 'pip install "lofi[optimize]", which is onnx, into the environment of lofi-daemon'


def precision_of(arguments: argparse.Namespace) -> str:
    """The precision that was asked for.

    Raises:
        InvalidParams: there is none of this name.
    """
    asked = str(arguments.precision or "auto").strip().lower()
    if asked not in PRECISIONS:
        raise InvalidParams(
            f"there is no precision {arguments.precision!r}",
            hint=f"use {', '.join(PRECISIONS[:-1])}, or published to go back",
        )
    return asked


def optimise(folder: Path, asked: str, settings: Config, console: Console) -> dict[str, JsonValue]:
    """Make the fast decoder of the model in ``folder``, or with ``published`` remove it.

    Returns:
        What was done: precision, error, agreement, speedup.

    Raises:
        ModelLoadFailed: the extra is not installed, or the decoder is not recognised.
        LofiError: as ``lofi.optimize.folder.optimise`` raises it.
    """
    if importlib.util.find_spec("onnx") is None:
        raise ModelLoadFailed("to optimise models the extra 'optimize' is needed", hint=EXTRA)
    from lofi.optimize import choice
    from lofi.optimize import folder as optimiser
    from lofi.optimize.packing import Precision

    if asked == "published":
        return {"removed": optimiser.undo(folder)}
    optimiser.recognised(folder)  # says what is in the way before anything is measured
    facts: dict[str, JsonValue] = {}
    if asked == "auto":
        found = choice.measure(settings.placement)
        console.line(f"8 bits are {found.speedup:.1f} times as fast as fp32 on this processor")
        facts["speedup"] = round(found.speedup, 2)
        asked = found.precision
    work = optimiser.optimise(folder, Precision(asked), settings.placement)
    record = _shown(console, work)
    return facts | record.model_dump(include={"precision", "error", "agreement"})


def described(name: str, facts: dict[str, JsonValue]) -> str:
    """What was done, as a sentence."""
    if "removed" in facts:
        return f"{name}: " + ("the published graph again" if facts["removed"] else "was not fast")
    return (
        f"{name} is fast now ({facts['precision']}): logits within {facts['error']:.2%} of the "
        f"published graph's, the likeliest token the same in {facts['agreement']:.0%}; "
        "--precision published undoes it"
    )


def _shown(console: Console, work: Generator[tuple[str, int, int], None, Record]) -> Record:
    stage, began = "", time.monotonic()
    with closing(work):
        while True:
            try:
                now, done, total = next(work)
            except StopIteration as end:
                record: Record = end.value
                return record
            if now != stage:
                console.close()
                console.line(now)
                stage, began = now, time.monotonic()
            if 0 < done < total:
                left = (time.monotonic() - began) * (total - done) / done
                console.progress(Progress(Step(done, total), 100 * done // total, left))
