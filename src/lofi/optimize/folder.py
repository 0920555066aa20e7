"""Makes the fast decoder of a model, beside the published files: in its folder ``fast``.

The folder appears when all is written and checked against the published graph, or not at all.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import onnx

from lofi.backends.musicgen import dimensions, fast, layout
from lofi.backends.musicgen.decoder import first_pass
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.fast import Fast, Record
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.layout import Files
from lofi.backends.musicgen.text import TextEncoder
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed, WriteFailed
from lofi.optimize import weights
from lofi.optimize.calibration import PROMPTS, Calibration, with_codes
from lofi.optimize.fused import Fused, write_text
from lofi.optimize.packing import Precision
from lofi.optimize.reference import Difference, Reference
from lofi.optimize.weights import Weights
from lofi.optimize.writer import DataFile, Writer

TOLERANCE = {Precision.FP32: 1e-5, Precision.INT8: 0.15, Precision.INT4: 0.6}
"""Largest error of a logit, relative to the largest logit, that is still the same model: that of
rounding in another order, or several times that of rounded weights on weights that are noise."""


class Progress(NamedTuple):
    """How far the work is."""

    stage: str
    done: int
    total: int


def optimise(
    folder: Path, precision: Precision, placement: Placement
) -> Generator[Progress, None, Record]:
    """Make the fast decoder of the model in ``folder``; closing the generator gives it up.

    Raises:
        BackendNotInstalled: there is no whole model in the folder.
        ModelLoadFailed: its decoder is not recognised, or the result does not agree with it.
        WriteFailed: the folder cannot be written to.
    """
    files, read = recognised(folder)
    placement = placement._replace(device=Device.CPU)  # which is what it is made for
    numbers = dimensions.read(files.config)
    text = TextEncoder(files, placement)
    yield Progress("reading what the published graph predicts", 0, 1)
    reference = Reference(files, numbers, text.encode(PROMPTS[0]), placement)
    with _appearing(files.decoder.parent / fast.NAME) as part:
        yield from _written(part, read, precision)
        made = _made(part, files, precision)
        if precision is not Precision.FP32:
            yield from _calibrated(made, numbers, text, placement)
        yield Progress("comparing with the published graph", 0, 1)
        difference = reference.difference(FusedDecoder(made, numbers, placement))
        _judge(files.decoder, precision, difference)
        record = made.record.model_copy(update=difference._asdict())
        lines = [f"{key} = {_toml(value)}" for key, value in record.model_dump().items()]
        (part / fast.RECORD).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return record


def recognised(folder: Path) -> tuple[Files, Weights]:
    """The files of the model in ``folder``, and the weights of its decoder, not yet read.

    Raises:
        BackendNotInstalled: there is no whole model in the folder.
        ModelLoadFailed: it has no decoder that can be optimised; says what is in the way.
    """
    files = layout.find(folder)
    if files.conditioner is not None:
        raise ModelLoadFailed(
            "a melody model cannot be optimised: its decoder has no cross-attention",
            hint="the published files go on working",
        )
    return files, weights.read(files.decoder, first_pass(files).graph or b"")


def undo(folder: Path) -> bool:
    """Remove the fast decoder of the model in ``folder``; whether there was one.

    Raises:
        BackendNotInstalled: there is no whole model in the folder.
    """
    made = layout.find(folder).decoder.parent / fast.NAME
    if not made.exists():
        return False
    shutil.rmtree(made)
    return True


def _written(part: Path, read: Weights, precision: Precision) -> Iterator[Progress]:
    with closing(DataFile(part / f"{fast.DECODER}_data")) as data:
        writer = Writer(data, precision)
        total = len(read.layers) + 2
        for done in Fused(writer, read).write():
            yield Progress("writing the decoder", done, total)
        onnx.save(writer.model("decoder"), part / fast.DECODER)
    with closing(DataFile(part / f"{fast.TEXT}_data")) as data:
        writer = Writer(data, Precision.FP32)
        write_text(writer, read)
        onnx.save(writer.model("text"), part / fast.TEXT)
        yield Progress("writing the decoder", total, total)


def _calibrated(
    made: Fast, numbers: Dimensions, text: TextEncoder, placement: Placement
) -> Iterator[Progress]:
    """Give the graph a cache of 8-bit codes; the weights stay as they are."""
    calibration = Calibration(FusedDecoder(made, numbers, placement), numbers)
    for done, _ in enumerate(calibration.run(text), start=1):
        yield Progress("measuring keys and values", done, len(PROMPTS))
    model = onnx.load(made.decoder, load_external_data=False)
    onnx.save(with_codes(model, calibration.scales), made.decoder)


def _made(part: Path, files: Files, precision: Precision) -> Fast:
    record = Record(
        format=fast.FORMAT,
        precision=precision,
        source=files.decoder.name,
        source_bytes=files.decoder.stat().st_size,
        error=0.0,
        agreement=1.0,
    )
    return Fast(part / fast.DECODER, part / fast.TEXT, record)


def _judge(decoder: Path, precision: Precision, difference: Difference) -> None:
    if not difference.error <= TOLERANCE[precision]:  # NaN is no agreement either
        raise ModelLoadFailed(
            f"{decoder.name} cannot be optimised: the result differs by {difference.error:.2g}",
            hint="the published files go on working; try --precision fp32",
        )


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of ``target`` when all went well."""
    part = target.with_name(f".{target.name}-{os.getpid()}.part")
    try:
        _sweep(target)
        part.mkdir()
        yield part
        former = part.with_suffix(".former")
        if target.exists():
            target.rename(former)
        part.rename(target)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise WriteFailed(f"cannot write {target}: {error.strerror}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what processes left behind that are no more."""
    for part in target.parent.glob(f".{target.name}-*.part"):
        number = part.stem.rpartition("-")[2]
        if number.isdecimal() and not _alive(int(number)):
            shutil.rmtree(part, ignore_errors=True)


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
