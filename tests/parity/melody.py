"""Vectors of the model ``melody``, as ``parity.golden`` has them of the others.

The tunes are those of ``fixtures.tunes``. K, V and S as in ``parity.golden``.

============ ===================== ====================================================
array        shape, type           what
============ ===================== ====================================================
prompts      (2,) str              two prompts
chroma_<i>   (frames,) u1          loudest class of pitch in each frame of ``TUNES[i]``
prefix_<i>   (2, 235 + S, 32) f4   before the tokens, ``TOLD[i]``; with and without
columns      (K, 9) int64          columns of tokens, some padding
logits       (7, 2, K, V) f4       as in ``parity.golden``, after prefix_0
greedy_<i>   (K, 210) u1           likeliest tokens, ``TOLD[i]``
windowed     (K, 400) u1           likeliest tokens in windows: ``LONG``, ``PLAN``
============ ===================== ====================================================
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fixtures.tunes import tune
from lofi.export import synthetic
from parity import extractor, tiny
from parity.golden import FIRST, FOLDER, FRAMES, LONG, PLAN, PROMPTS, Arrays
from parity.melodic import Melodic, windowed

NAME = "melody"
TUNES = (
    (0.3, 32_000, 1), (1.7, 44_100, 2), (2.6, 22_050, 1), (5.0, 48_000, 2), (31.5, 32_000, 1),
)  # fmt: skip
"""Seconds, rate and channels of each."""


class Told(NamedTuple):
    """What one sequence is made from."""

    prompt: int
    guidance: float
    tune: int | None


TOLD = (Told(0, 3.0, 1), Told(1, 3.0, None), Told(0, 3.0, 4), Told(1, 1.0, 2))
SUNG = 2.6
"""Seconds of the tune at 32 kHz that the windows follow; prompt 1, guidance 3."""


def reference() -> tuple[Melodic, Any]:
    """The model in transformers, and its tokenizer."""
    size, seed, _ = tiny.MODELS[NAME]
    tokenizer = synthetic.tokenizer(size.text["vocab_size"])
    return Melodic(synthetic.model(size, seed)), tokenizer


def made() -> Arrays:
    """All arrays."""
    judge, tokenizer = reference()
    ids = [tokenizer.encode(prompt).ids for prompt in PROMPTS]
    sung = [extractor.chroma(tune(*each), each[1]) for each in TUNES]
    arrays: dict[str, NDArray[Any]] = {"prompts": np.array(PROMPTS)}
    for index, features in enumerate(sung):
        arrays[f"chroma_{index}"] = features[0].argmax(axis=1).astype(np.uint8)
    random = np.random.Generator(np.random.PCG64(6))
    arrays["columns"] = random.integers(0, 65, (judge.codebooks, FIRST + 6), np.int64)
    for index, (prompt, guidance, piece) in enumerate(TOLD):
        judge.follow(None if piece is None else sung[piece])
        arrays[f"prefix_{index}"] = judge.prefix(ids[prompt])
        if index == 0:
            arrays["logits"] = judge.logits(ids[prompt], arrays["columns"], FIRST)
        arrays[f"greedy_{index}"] = judge.tokens(ids[prompt], FRAMES, guidance).astype(np.uint8)
    long = windowed(judge, ids[1], LONG, PLAN, 3.0, tune(SUNG, extractor.RATE))
    return arrays | {"windowed": long.astype(np.uint8)}


def write(folder: Path = FOLDER) -> None:
    """Write the file."""
    np.savez_compressed(folder / f"{NAME}.npz", allow_pickle=False, **made())
