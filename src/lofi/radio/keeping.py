"""What was just heard, into the library: whole or not at all."""

import hashlib
import json
import time
from collections.abc import Mapping

import numpy as np
from pydantic import JsonValue

from lofi import __version__, audiofile
from lofi.audiofile import Format
from lofi.errors import InvalidParams
from lofi.library.entry import Entry, NewTrack, Recipe
from lofi.library.shelf import Library
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames
from lofi.track import Audio

BACKEND = "procedural"
MODEL_VERSION = "procedural-v1-radio"
"""Not a take that could be made again by its seed alone: it was steered, and cut out."""
LEAST_SECONDS = 1.0
EDGE = frames(0.03)
"""Both ends are faded so long, or they would click."""


def keep_sound(
    library: Library, sound: Signal, prompt: str, seed: int, notes: Mapping[str, JsonValue]
) -> Entry:
    """Put a sound into the library as a favourite track.

    Args:
        library: where it goes.
        sound: shape (2, frames), 48 kHz.
        prompt: what the radio was asked for.
        seed: of the piece that was played last.
        notes: what else there is to say.

    Raises:
        InvalidParams: there is next to nothing to keep.
        WriteFailed: the disk is full or refuses; nothing is kept.
    """
    began = time.monotonic()
    seconds = sound.shape[1] / SAMPLE_RATE
    if seconds < LEAST_SECONDS:
        raise InvalidParams("nothing has been heard yet", hint="keep it a moment later")
    recipe = Recipe(
        prompt=prompt,
        seconds=max(1, round(seconds)),
        seed=seed,
        backend=BACKEND,
        model_version=MODEL_VERSION,
    )
    faded = _faded(sound)
    digest = hashlib.sha256(faded.tobytes())
    digest.update(recipe.to_json().encode())
    track_id = digest.hexdigest()[:16]
    part = library.part()
    audiofile.encode(Audio(faded, SAMPLE_RATE), part, Format.WAV, _tags(recipe, track_id))
    library.keep(
        part,
        NewTrack(
            id=track_id,
            recipe=recipe,
            generation_seconds=time.monotonic() - began,
            notes={"kept_from": "radio", **notes},
        ),
    )
    return library.favorite(track_id, True)


def _faded(sound: Signal) -> Signal:
    faded = sound.copy()
    slope = np.linspace(0.0, 1.0, EDGE, dtype=np.float32)
    faded[:, :EDGE] *= slope
    faded[:, -EDGE:] *= slope[::-1]
    return faded


def _tags(recipe: Recipe, track_id: str) -> dict[str, str]:
    origin = {
        "prompt": recipe.prompt,
        "seed": recipe.seed,
        "duration_sec": recipe.seconds,
        "backend": recipe.backend,
        "model_version": recipe.model_version,
        "options": {},
        "licence": None,
        "track_id": track_id,
        "lofi": __version__,
    }
    return {
        "title": recipe.prompt,
        "artist": "lofi",
        "software": f"lofi {__version__}",
        "comment": json.dumps(origin, ensure_ascii=False),
    }
