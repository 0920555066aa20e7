"""Vectors that transformers computed once, for the default tests, which have no torch.

One file per model: ``mono`` (``mono-split`` has the same weights), ``stereo``, ``transformersjs``.
K is the codebooks, V the vocabulary without padding, S the prompt's tokens.

============ =================== ======================================================
array        shape, type         what
============ =================== ======================================================
prompts      (2,) str            two prompts
ids_<i>      (S,) int64          tokens of prompt i, the end mark last
states_<i>   (1, S, width) f4    T5's states of prompt i
columns      (K, 9) int64        columns of tokens, some padding, fed as they stand
logits       (7, 2, K, V) f4     after the first 3 columns at once, then after each
                                 further one through the cache; with prompt 0, without
guided       (7, K, V) f4        the same after guidance 3
greedy_<i>   (K, 210) u1         likeliest tokens: ``GREEDY``
sampled_<i>  (K, 210) u1         drawn tokens: ``SAMPLED``
uniforms_<i> (213, K) f4         what they were drawn by, one row per evaluation
continued    (K, 60) u1          likeliest tokens after 20 frames of sampled_0
windowed     (K, 400) u1         likeliest tokens in windows: ``LONG``, ``PLAN``
codes        (K, 8) int64        random tokens
sound        (channels, 5120) f4 what the codec makes of them
samples      (channels, 3900) i2 sound to encode, full scale 32768; 6.1 frames
sound_codes  (K, 7) u1           what the codec makes of it
============ =================== ======================================================

A draw takes the logits after guidance as float32, divides them by the temperature in float64, keeps
the top k (ties included) and of those the likeliest until their share reaches top p, and picks by
inverse transform in order of falling probability, then rising id.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tokenizers
from numpy.typing import NDArray

from lofi.export import synthetic
from parity import tiny
from parity.draw import Rule
from parity.reference import HELD, Plan, Reference, windowed

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "musicgen"
NAMES = ("mono", "stereo", "transformersjs")
PROMPTS = ("lofi rain, slow piano 雨", "warm tape")
FRAMES, FIRST = 210, 3
GREEDY = ((0, 3.0), (1, 3.0), (0, 1.0), (1, 7.5))
"""Prompt and guidance of each."""


class Sampled(NamedTuple):
    """One sampled sequence."""

    prompt: int
    guidance: float
    rule: Rule


SAMPLED = (
    Sampled(0, 3.0, Rule(1.0, 250, 0.0)),
    Sampled(1, 3.0, Rule(0.7, 20, 0.0)),
    Sampled(0, 1.0, Rule(1.3, 0, 0.8)),
)
CONTINUED = (20, 60)
"""Frames that are known, frames in all; prompt 0, guidance 3."""
LONG, PLAN = 400, Plan(150, 90)
"""Frames in all, in a window, from one to the next; prompt 1, guidance 3."""

Arrays = Mapping[str, NDArray[Any]]


def reference(name: str) -> tuple[Reference, tokenizers.Tokenizer]:
    """The model in transformers from which the folder ``name`` was exported, and its tokenizer."""
    size, seed, _ = tiny.MODELS[name]
    tokenizer = synthetic.tokenizer(size.text["vocab_size"])
    return Reference(synthetic.model(size, seed)), tokenizer


def made(name: str) -> Arrays:
    """All arrays of one model."""
    judge, tokenizer = reference(name)
    ids = [tokenizer.encode(prompt).ids for prompt in PROMPTS]
    random = np.random.Generator(np.random.PCG64(len(name)))
    arrays: dict[str, NDArray[Any]] = {"prompts": np.array(PROMPTS)}
    for index, each in enumerate(ids):
        arrays |= {f"ids_{index}": np.array(each), f"states_{index}": judge.states(each)}
    arrays |= _logits(judge, ids, random) | _tokens(judge, ids, random) | _codec(judge, random)
    return arrays


def write(name: str, folder: Path = FOLDER) -> None:
    """Write the file of one model."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", allow_pickle=False, **made(name))


def read(name: str) -> Arrays:
    """The arrays of one model as they are in the repository."""
    with np.load(FOLDER / f"{name}.npz") as file:
        return dict(file)


def _logits(
    judge: Reference, ids: list[list[int]], random: np.random.Generator
) -> dict[str, NDArray[Any]]:
    vocabulary = judge.model.config.decoder.vocab_size
    columns = random.integers(0, vocabulary + 1, (judge.codebooks, FIRST + 6), np.int64)
    logits = judge.logits(ids[0], columns, FIRST)
    with_prompt, without = logits[:, 0], logits[:, 1]
    guided = without + (with_prompt - without) * np.float32(3)
    return {"columns": columns, "logits": logits, "guided": guided}


def _tokens(
    judge: Reference, ids: list[list[int]], random: np.random.Generator
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for index, (prompt, guidance) in enumerate(GREEDY):
        arrays[f"greedy_{index}"] = judge.tokens(ids[prompt], FRAMES, guidance)
    for index, (prompt, guidance, rule) in enumerate(SAMPLED):
        uniforms = random.random((FRAMES + HELD, judge.codebooks), np.float32)
        arrays[f"sampled_{index}"] = judge.tokens(
            ids[prompt], FRAMES, guidance, uniforms=iter(uniforms.astype(np.float64)), rule=rule
        )
        arrays[f"uniforms_{index}"] = uniforms
    known, frames = CONTINUED
    start = arrays["sampled_0"][:, :known]
    arrays["continued"] = judge.tokens(ids[0], frames, 3.0, known=start)
    arrays["windowed"] = windowed(judge, ids[1], LONG, PLAN, 3.0)
    small = {name: a.astype(np.uint8) for name, a in arrays.items() if a.dtype == np.int64}
    return arrays | small


def _codec(judge: Reference, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    codes = random.integers(0, 64, (judge.codebooks, 8), np.int64)
    noise = np.clip(random.normal(0, 4000, (judge.channels, 3900)), -32768, 32767)
    samples = noise.astype(np.int16)
    return {
        "codes": codes,
        "sound": judge.sound(codes),
        "samples": samples,
        "sound_codes": judge.codes(samples.astype(np.float32) / np.float32(32768)).astype(np.uint8),
    }
