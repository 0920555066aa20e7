"""What was promised of a machine with two plain cores, and whether this run kept it."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scripts.benches.musicgen.entrants import FUSED, JAVASCRIPT
from scripts.benches.musicgen.figures import Figures
from scripts.benches.musicgen.table import number

from lofi.optimize.packing import Precision

INT8, INT4 = FUSED[Precision.INT8], FUSED[Precision.INT4]
LENGTH = 30
"""Seconds of the track that the targets are about."""


class Target(NamedTuple):
    """One promise."""

    text: str
    found: float
    bound: float
    least: bool
    """Whether the bound is a lower one."""

    def __str__(self) -> str:
        if math.isnan(self.found):
            verdict = "not measured"
        else:
            kept = self.found >= self.bound if self.least else self.found <= self.bound
            verdict = "met" if kept else "NOT met"
        sign = ">=" if self.least else "<="
        return f"{self.text:<58}{number(self.found):>8} {sign} {self.bound:<5g} {verdict}"


def targets(every: Mapping[str, Figures], bandwidth: float) -> Iterator[Target]:
    """All of them."""

    def wall(name: str) -> float:
        return every[name].wall(LENGTH).value if name in every else math.nan

    for peer, times in (("transformers fp32", 10), (JAVASCRIPT, 3)):
        found = wall(peer) / wall(INT8)
        yield Target(f"{INT8}: times {peer} over {LENGTH} s", found, times, least=True)
    share = every[INT8].share(LENGTH, bandwidth) if INT8 in every else math.nan
    yield Target(f"{INT8}: share of its bandwidth ceiling", share, 0.55, least=True)
    for name, factor, size in ((INT8, 1.0, 0.75), (INT4, 0.75, 0.6)):
        yield Target(f"{name}: real-time factor of {LENGTH} s", wall(name) / LENGTH, factor, False)
        held = every[name].memory("loaded") if name in every else math.nan
        yield Target(f"{name}: GB of a loaded model", held, size, least=False)
