"""Models that follow a melody, against transformers on the same weights, live."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fixtures.tunes import tune
from lofi.backends.musicgen import chroma, dimensions, layout, window
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern
from lofi.backends.musicgen.guide import Guide
from lofi.backends.musicgen.melody import MelodyDecoder
from lofi.backends.musicgen.window import Author
from lofi.track import Clip
from parity import extractor, golden, melody, tiny
from parity.draw import DEFAULT
from parity.melodic import Melodic, windowed
from parity.product import PLACEMENT, Given
from parity.reference import Plan, Tokens

PROMPT = "night rain & warm tape: slow, slow piano (jazz), 72 bpm"


@cache
def judge() -> tuple[Melodic, list[int]]:
    reference, tokenizer = melody.reference()
    return reference, tokenizer.encode(PROMPT).ids


def product(folder: Path, frames: int, guidance: float, plan: Plan, path: Path | None) -> Tokens:
    files = layout.find(folder)
    sizes = dimensions.read(files.config)
    tokens = np.full((sizes.codebooks, frames), UNKNOWN, np.int64)
    pattern = DelayPattern(sizes.codebooks, sizes.channels, sizes.pad)
    author = Author(MelodyDecoder(files, sizes, PLACEMENT), pattern, Given(None, DEFAULT))
    windows = window.plan(frames, plan.window, plan.stride, 0)
    piece = None if path is None else Clip(path=str(path), sha256="0" * 64)
    states = Guide(files, PLACEMENT).states(PROMPT, piece, [each.start / 50 for each in windows])
    for each, given in zip(windows, states, strict=True):
        for _ in author.write(tokens, each, given, guidance):
            pass
    return tokens


def test_golden_vectors_are_what_transformers_computes() -> None:
    with np.load(golden.FOLDER / f"{melody.NAME}.npz") as kept:
        made = melody.made()
        assert set(kept) == set(made)
        for key, array in made.items():
            if array.dtype == np.float32:
                # another version of torch may add in another order
                np.testing.assert_allclose(kept[key], array, rtol=0, atol=2e-5, err_msg=key)
            else:
                assert np.array_equal(kept[key], array), key


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.3, 4.0])
def test_a_piece_is_heard_alike_at_every_rate(rate: int, seconds: float) -> None:
    sound = tune(seconds, rate)
    ours = chroma.resampled(sound[0].astype(np.float64), rate)
    wanted = extractor.chroma(sound, rate)[0]
    assert np.array_equal(chroma.extract(ours), wanted)
    assert len(ours) == -(-sound.shape[1] * 32_000 // rate)


@pytest.mark.parametrize("guidance", [3.0, 1.0])
@pytest.mark.parametrize("sung", [True, False])
def test_the_likeliest_tokens_are_the_same(tmp_path: Path, guidance: float, sung: bool) -> None:
    reference, ids = judge()
    sound, path = tune(3.3, 44_100), tmp_path / "tune.wav"
    soundfile.write(path, sound[0], 44_100, subtype="PCM_16")
    reference.follow(extractor.chroma(sound, 44_100) if sung else None)
    wanted = reference.tokens(ids, 210, guidance)
    made = product(tiny.FOLDER / "melody", 210, guidance, Plan(210, 210), path if sung else None)
    assert np.array_equal(made, wanted)
    assert len(np.unique(made)) > 20  # and it is not one token for ever


def test_windows_follow_the_piece_as_in_audiocraft(tmp_path: Path) -> None:
    reference, ids = judge()
    sound, path = tune(4.1, 32_000), tmp_path / "tune.wav"
    soundfile.write(path, sound[0], 32_000, subtype="PCM_16")
    plan = Plan(120, 72)
    wanted = windowed(reference, ids, 301, plan, 3.0, sound)
    assert np.array_equal(product(tiny.FOLDER / "melody", 301, 3.0, plan, path), wanted)
