"""What a run starts from and which of its frames it may change, by what is asked for."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.ace_step import latents, schedule
from lofi.backends.ace_step.latents import Latent, between, mixed
from lofi.backends.ace_step.noise import Noise, another
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.schedule import Sigmas
from lofi.errors import InvalidParams
from lofi.track import Request

Encoded = Callable[[float], Latent]
"""The latent of the first seconds of the source."""


class Whole(NamedTuple):
    """All of a latent is made, from noise, or from a source with noise in it."""

    start: Latent
    sigmas: Sigmas


class Part(NamedTuple):
    """The frames of ``mask`` are made, in a source that is kept elsewhere."""

    source: Latent
    noise: Latent
    mask: NDArray[np.bool_]
    """Shape (frames,)."""
    sigmas: Sigmas
    skipped: int
    """Steps at the beginning that are not taken: the start is then less than all noise."""


def plan(request: Request, options: AceStepOptions, noise: Noise, encoded: Encoded) -> Whole | Part:
    """What to do for a request.

    Raises:
        InvalidParams: the seconds that are asked for do not fit together.
        LofiError: whatever ``encoded`` raises.
    """
    frames = latents.frames(request.seconds)
    variance, seed = options.retake_variance, options.retake_seed
    first = noise.start(frames)
    second = Noise(another(request.seed) if seed is None else seed).start(frames)
    if options.extend_left or options.extend_right:
        return _extended(request.seconds, options, encoded, first, second)
    if options.source is not None and options.strength is None:
        part = _repainted(request.seconds, options, encoded, first, second)
        if not part.mask.all():
            return part
    start = first if not variance else mixed(first, second, variance)
    if options.strength is None:
        return Whole(start, schedule.sigmas(options.inference_steps))
    return anew(encoded(request.seconds), start, options.strength, options.inference_steps)


def anew(source: Latent, noise: Latent, strength: float, steps: int) -> Whole:
    """Fewer steps from less noise. As in the original, the steps begin at a level that is
    shifted once more than that of the noise: the network is told of a little more than there is.
    """
    highest = 1 - strength
    level = np.float32(schedule.shifted(highest))
    taken = max(1, int(highest * steps))
    sigmas = np.zeros(1, np.float32) if strength == 1 else schedule.sigmas(taken, highest)
    return Whole(between(source, noise, level), sigmas)


def _repainted(
    seconds: int, options: AceStepOptions, encoded: Encoded, first: Latent, second: Latent
) -> Part:
    source = encoded(seconds)
    start = options.repaint_start or 0
    end = seconds if options.repaint_end is None else options.repaint_end
    mask = np.zeros(source.shape[-1], np.bool_)
    stop = latents.whole_frames(end) if end < seconds else len(mask)
    mask[latents.whole_frames(start) : stop] = start < seconds
    if not mask.any():
        raise InvalidParams(
            f"nothing of a track of {seconds} s lies between repaint_start and repaint_end",
            hint="give a range within the track, of at least a tenth of a second",
        )
    variance = 0.5 if options.retake_variance is None else options.retake_variance
    noise = np.where(mask, mixed(first, second, variance), first)
    return _part(source, noise, mask, variance, options.inference_steps)


def _extended(
    seconds: int, options: AceStepOptions, encoded: Encoded, first: Latent, second: Latent
) -> Part:
    kept = seconds - options.extend_left - options.extend_right
    if kept < 1:
        raise InvalidParams(
            f"a track of {seconds} s leaves {max(0.0, kept):g} s for the source",
            hint="the duration is that of the whole: the source and what is made around it",
        )
    source = encoded(kept)
    frames = first.shape[-1]
    left = latents.whole_frames(options.extend_left)
    if options.extend_right:
        source = source[..., : latents.whole_frames(kept)]  # the last frame is partly silence
    else:
        left = frames - source.shape[-1]
    right = frames - left - source.shape[-1]
    mask = np.ones(frames, np.bool_)
    mask[left : frames - right] = False
    padded = np.pad(source, ((0, 0), (0, 0), (0, 0), (left, right)))
    variance = 1.0 if options.retake_variance is None else options.retake_variance
    noise = np.where(mask, second, first)
    return _part(padded, noise, mask, variance, options.inference_steps)


def _part(
    source: Latent, noise: Latent, mask: NDArray[np.bool_], variance: float, steps: int
) -> Part:
    skipped = int(steps * (1 - variance))
    return Part(source, noise, mask, schedule.sigmas(steps), skipped)
