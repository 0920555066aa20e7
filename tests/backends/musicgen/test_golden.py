"""Token for token what transformers computed on the same weights: the vectors of tests/golden.

How they were made, and what each array is: tests/parity/golden.py.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.musicgen import MERGED, SPLIT, STEREO, TRANSFORMERS_JS
from lofi.backends.musicgen import dimensions, layout, window
from lofi.backends.musicgen.codec import Codec
from lofi.backends.musicgen.decoder import Decoder
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.sampling import Logits, Sampler, guided
from lofi.backends.musicgen.text import TextEncoder
from lofi.backends.musicgen.window import Author, Window
from lofi.device import Device, Placement

GOLDEN = Path(__file__).parents[2] / "golden" / "musicgen"
PLACEMENT = Placement(Device.CPU, 1)
STATES_TOLERANCE = 2e-5
"""States of T5 are of the order of 1."""
LOGITS_TOLERANCE = 2e-5
"""Logits of the tiny models are of the order of 10."""
SOUND_TOLERANCE = 1e-5
"""Full scale is 1."""
GREEDY = [(0, 3.0), (1, 3.0), (0, 1.0), (1, 7.5)]
"""Prompt and guidance of each greedy sequence."""
SAMPLED = [(0, 3.0, 1.0, 250, 0.0), (1, 3.0, 0.7, 20, 0.0), (0, 1.0, 1.3, 0, 0.8)]
"""Prompt, guidance, temperature, top-k and top-p of each sampled one."""
GREEDILY = Sampler(1.0, 1, 0.0, seed=0)


class Subject(NamedTuple):
    """A model, and what transformers makes of its weights."""

    dimensions: Dimensions
    text: TextEncoder
    decoder: Decoder
    codec: Codec
    golden: dict[str, NDArray[Any]]

    @property
    def pattern(self) -> DelayPattern:
        numbers = self.dimensions
        return DelayPattern(numbers.codebooks, numbers.channels, numbers.pad)

    def states(self, prompt: int) -> NDArray[np.float32]:
        return self.text.encode(str(self.golden["prompts"][prompt]))

    def written(
        self, tokens: Tokens, windows: list[Window], prompt: int, scale: float, sampler: Sampler
    ) -> Tokens:
        author = Author(self.decoder, self.pattern, sampler)
        for each in windows:
            list(author.write(tokens, each, self.states(prompt), scale))
        return tokens

    def blank(self, frames: int) -> Tokens:
        return np.full((self.dimensions.codebooks, frames), UNKNOWN, np.int64)


class Fed(Sampler):
    """Draws by the uniforms it is given."""

    def __init__(self, uniforms: NDArray[Any], *rule: float) -> None:
        temperature, top_k, top_p = rule
        super().__init__(temperature, int(top_k), top_p, seed=0)
        self._uniforms: Iterator[NDArray[np.float64]] = iter(uniforms.astype(np.float64))

    def draw(self, logits: Logits) -> NDArray[np.int64]:
        return self.pick(logits, next(self._uniforms))


@pytest.fixture(
    scope="module", params=[MERGED, SPLIT, STEREO, TRANSFORMERS_JS], ids=lambda p: p.name
)
def subject(request: pytest.FixtureRequest) -> Subject:
    files = layout.find(request.param)
    numbers = dimensions.read(files.config)
    name = "mono" if request.param is SPLIT else request.param.name
    with np.load(GOLDEN / f"{name}.npz") as arrays:
        golden = dict(arrays)
    return Subject(
        numbers,
        TextEncoder(files, PLACEMENT),
        Decoder(files, numbers, PLACEMENT),
        Codec(files, numbers, PLACEMENT),
        golden,
    )


@pytest.mark.parametrize("prompt", [0, 1])
def test_the_prompt_is_encoded_alike(subject: Subject, prompt: int) -> None:
    states = subject.states(prompt)
    expected = subject.golden[f"states_{prompt}"]
    np.testing.assert_allclose(states, expected, rtol=0, atol=STATES_TOLERANCE)


def test_logits_of_the_first_and_of_cached_passes_are_alike(subject: Subject) -> None:
    columns, expected = subject.golden["columns"], subject.golden["logits"]
    first = columns.shape[1] - len(expected) + 1
    subject.decoder.start(subject.states(0), guided=True)
    logits = [subject.decoder.step(columns[:, :first])]
    for number in range(first, columns.shape[1]):
        logits.append(subject.decoder.step(columns[:, number : number + 1]))  # noqa: PERF401
    np.testing.assert_allclose(np.stack(logits), expected, rtol=0, atol=LOGITS_TOLERANCE)
    moved = np.stack([guided(each, 3.0) for each in logits])
    np.testing.assert_allclose(moved, subject.golden["guided"], rtol=0, atol=LOGITS_TOLERANCE)


@pytest.mark.parametrize("index", range(len(GREEDY)))
def test_the_likeliest_tokens_are_the_same(subject: Subject, index: int) -> None:
    prompt, scale = GREEDY[index]
    expected = subject.golden[f"greedy_{index}"]
    frames = expected.shape[1]
    tokens = subject.written(subject.blank(frames), [Window(0, frames, 0)], prompt, scale, GREEDILY)
    assert np.array_equal(tokens, expected)


@pytest.mark.parametrize("index", range(len(SAMPLED)))
def test_drawn_tokens_are_the_same_for_the_same_uniforms(subject: Subject, index: int) -> None:
    prompt, scale, *rule = SAMPLED[index]
    expected = subject.golden[f"sampled_{index}"]
    frames = expected.shape[1]
    sampler = Fed(subject.golden[f"uniforms_{index}"], *rule)
    tokens = subject.written(subject.blank(frames), [Window(0, frames, 0)], prompt, scale, sampler)
    assert np.array_equal(tokens, expected)


def test_tokens_after_known_frames_are_the_same(subject: Subject) -> None:
    expected = subject.golden["continued"]
    known, frames = 20, expected.shape[1]
    tokens = subject.blank(frames)
    tokens[:, :known] = subject.golden["sampled_0"][:, :known]
    subject.written(tokens, [Window(0, frames, known)], 0, 3.0, GREEDILY)
    assert np.array_equal(tokens, expected)


def test_tokens_in_windows_are_the_same(subject: Subject) -> None:
    expected = subject.golden["windowed"]
    frames = expected.shape[1]
    windows = window.plan(frames, 150, 90, 0)
    assert len(windows) == 4
    tokens = subject.written(subject.blank(frames), windows, 1, 3.0, GREEDILY)
    assert np.array_equal(tokens, expected)


def test_tokens_are_decoded_alike(subject: Subject) -> None:
    sound = subject.codec.decode(subject.golden["codes"])
    np.testing.assert_allclose(sound, subject.golden["sound"], rtol=0, atol=SOUND_TOLERANCE)


def test_sound_is_encoded_alike(subject: Subject) -> None:
    if subject.codec._encoder_file is None:
        assert "samples" in subject.golden, "only the merged and the stereo model have an encoder"
        return
    samples = (subject.golden["samples"] / 32768).astype(np.float32)
    assert np.array_equal(subject.codec.encode(samples), subject.golden["sound_codes"])
