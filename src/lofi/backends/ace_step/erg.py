"""ERG: the answer to nothing is one to weakened words, where the model can do that.

Instead of zeros, the network is given the words as some blocks of the encoders make them with
queries of almost nothing, and looks at them in the same way itself. As the original does it.
"""

from typing import NamedTuple

from lofi.backends.ace_step.options import AceStepOptions
from lofi.errors import InvalidParams

INPUT = "erg_tau"
"""Of a graph that can: what it multiplies queries by, for each row. Published graphs cannot."""
TAU = 0.01
FULL = 1.0


class Erg(NamedTuple):
    """In which parts it is done, or can be."""

    tag: bool
    """For the prompt; what comes of it is only used beside weakened lyrics."""
    lyric: bool
    diffusion: bool

    def __str__(self) -> str:
        return ", ".join(name for name, on in self._asdict().items() if on) or "none"


def note(done: Erg, able: Erg) -> str:
    """What a track says of it."""
    return str(done) if any(able) else "not in this model"


def chosen(options: AceStepOptions, able: Erg, *, guided: bool) -> Erg:
    """What to do for a track: what is asked for, else all that the model can.

    Args:
        options: what is asked for.
        able: what the model can.
        guided: whether the answer to nothing is wanted at all.

    Raises:
        InvalidParams: what is asked for is more than the model can.
    """
    asked = Erg(*(getattr(options, f"erg_{part}") for part in Erg._fields))
    for part, wanted, can in zip(Erg._fields, asked, able, strict=True):
        if wanted and not can:
            raise InvalidParams(
                f"erg_{part}: this model cannot do that, its graph has no input {INPUT}",
                hint="leave the option out, or use a model made by scripts/export_ace_step.py",
            )
    parts = [can and wanted is not False for wanted, can in zip(asked, able, strict=True)]
    tag, lyric, diffusion = (guided and part for part in parts)
    return Erg(tag and lyric, lyric, diffusion)
