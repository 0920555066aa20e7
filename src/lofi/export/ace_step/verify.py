"""Runs the written graphs and compares them with torch, before anyone may use them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lofi.backends import onnx
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed
from lofi.export.ace_step.parts import Inputs, Part, Precision

Array = NDArray[Any]
SEED = 7
DRAWS, FRAMES = 40, 12
"""Random inputs that must give finite numbers: a linear attention without its guard fails on a
quarter of them."""
TOLERANCES = {Precision.FP32: 2e-3, Precision.FP16: 1e-1}
"""What may differ, relative to the root mean square of torch's float32 result."""


class Trial(NamedTuple):
    """Inputs, and what torch makes of them."""

    inputs: Inputs
    results: list[Array]


def trials(part: Part, module: nn.Module) -> list[Trial]:
    """Trials of a float32 ``module``, at sizes that differ from those of the trace."""
    torch.manual_seed(SEED)
    made = []
    with torch.inference_mode():
        for sizes in part.trials:
            inputs = part.inputs(module, *sizes)
            results = module(*inputs.values())
            results = results if isinstance(results, tuple) else (results,)
            made.append(Trial(inputs, [result.numpy() for result in results]))
    return made


def draws(part: Part, module: nn.Module) -> Iterator[Inputs]:
    """Many random inputs, for which only finite numbers are asked."""
    torch.manual_seed(SEED + 1)
    for _ in range(DRAWS):
        yield part.inputs(module, 1, FRAMES, 3)


def compare(
    path: Path, part: Part, held: Sequence[Trial], draws: Iterable[Inputs], precision: Precision
) -> float:
    """Hold the graph at ``path`` against torch, and see that it is finite on all ``draws``.

    Returns:
        The largest difference, relative to the level of torch's result.

    Raises:
        ModelLoadFailed: it does not agree, or gives numbers that are not finite.
    """
    source = onnx.Source(path, prepacked=False)  # run seldom, and as large as the machine allows
    session = onnx.Session(source, Placement(Device.CPU, None))
    tolerance = TOLERANCES[precision if part.narrow else Precision.FP32]
    worst = 0.0
    for trial in held:
        given = _run(session, part, trial.inputs)
        for mine, wanted in zip(given, trial.results, strict=True):
            worst = max(worst, _difference(path, mine, wanted, tolerance))
    for inputs in draws:
        if not all(np.isfinite(result).all() for result in _run(session, part, inputs)):
            raise ModelLoadFailed(
                f"{path.name} gives numbers that are not finite",
                hint="try another version of torch, or float32",
            )
    return worst


def _run(session: onnx.Session, part: Part, inputs: Inputs) -> list[Array]:
    feeds = {name: tensor.numpy() for name, tensor in inputs.items() if name in session.inputs}
    return session.run(part.outputs, feeds)


def _difference(path: Path, given: Array, wanted: Array, tolerance: float) -> float:
    if given.shape != wanted.shape:
        raise ModelLoadFailed(f"{path.name} gives {given.shape}, torch {wanted.shape}")
    level = float(np.sqrt(np.mean(np.square(wanted, dtype=np.float64))))
    worst = float(np.abs(given.astype(np.float64) - wanted).max()) / level
    if not worst <= tolerance:
        raise ModelLoadFailed(
            f"{path.name} does not agree with torch: {worst:.1e} of its level",
            hint=f"at most {tolerance:.0e} is right; try another version of torch",
        )
    return worst
