"""The networks as they are written here give the original's numbers."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
import torch
from numpy.typing import NDArray

from lofi.export.ace_step import autoencoder, checkpoint
from lofi.export.ace_step.parts import Narrowed
from lofi.export.ace_step.text import TextEncoder
from parity.ace_step import erg, golden

CLOSE = 2e-5
"""Largest difference: the numbers are near one, and only the order of sums differs."""

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> golden.Arrays:
    return golden.read()


def tensor(array: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def held(given: torch.Tensor, wanted: Floats, close: float = CLOSE) -> None:
    np.testing.assert_allclose(given.detach().numpy(), wanted, rtol=0, atol=close)


@pytest.mark.parametrize("lyrics", golden.LYRICS)
def test_conditions_are_the_originals(source: Path, vectors: golden.Arrays, lyrics: str) -> None:
    encoder = checkpoint.encoder(source)
    states, tokens = tensor(vectors["states"]), tensor(vectors[f"lyrics_{lyrics}"])[None]
    seen, mask = torch.ones(states.shape[:2]), torch.full_like(tokens, int(lyrics != "none"))
    given, joined = encoder(states, seen, torch.zeros(1, 512), tokens, mask)
    without, _ = encoder(states * 0, seen, torch.zeros(1, 512), tokens * 0, mask)
    held(given, vectors[f"condition_{lyrics}"])
    held(without, vectors[f"null_{lyrics}"])
    assert np.array_equal(joined.numpy(), vectors[f"mask_{lyrics}"])


CASES = [("velocity_15_1000", 15, 1000.0), ("velocity_15_57", 15, 57.0), ("velocity_47_57", 47, 57)]


def velocity(
    network: torch.nn.Module, vectors: golden.Arrays, frames: int, timestep: float
) -> torch.Tensor:
    names = ("condition_inst", "mask_inst")
    states, mask = (tensor(vectors[name]) for name in names)
    latents = tensor(vectors["noise"][..., :frames])
    result: torch.Tensor = network(
        latents, torch.ones(1, frames), states, mask, torch.tensor([float(timestep)])
    )
    return result


@pytest.mark.parametrize(("name", "frames", "timestep"), CASES)
def test_velocities_are_the_originals(
    source: Path, vectors: golden.Arrays, name: str, frames: int, timestep: float
) -> None:
    network = checkpoint.transformer(source)
    held(velocity(network, vectors, frames, timestep), vectors[name])


def test_a_rotation_of_other_pairs_would_be_noticed(
    source: Path, vectors: golden.Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the rotation that other models have, with half and half paired."""

    def halves(x: torch.Tensor, table: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        first, second = x.chunk(2, dim=-1)
        return x * table[0] + torch.cat([-second, first], dim=-1) * table[1]

    monkeypatch.setattr("lofi.export.ace_step.denoiser.rotated", halves)
    network = checkpoint.transformer(source)
    with pytest.raises(AssertionError):
        held(velocity(network, vectors, 15, 57.0), vectors["velocity_15_57"])


@pytest.mark.parametrize("run", erg.RUNS)
def test_weakened_attention_is_the_originals(deep: Path, run: str) -> None:
    kept = erg.read()
    tag, lyric, diffusion = erg.RUNS[run]
    encoder, network = checkpoint.encoder(deep), checkpoint.transformer(deep)
    assert encoder.weakens
    assert network.weakens
    states = tensor(kept["states"][1 if tag else 0 :][:1])
    tokens = torch.tensor([golden.LYRICS["inst"]])
    if not tag:
        states = states * 0
    if not lyric:
        tokens = tokens * 0
    free, _ = encoder(
        states, torch.ones(states.shape[:2]), torch.zeros(1, 512), tokens,
        torch.ones_like(tokens), torch.tensor([0.01 if lyric else 1.0]),
    )  # fmt: skip
    held(free, kept[f"free_{run}"])
    answer = network(
        tensor(kept["noise"]), torch.ones(1, golden.SHORT), free, tensor(kept["mask"]),
        torch.tensor([1000.0]), torch.tensor([0.01 if diffusion else 1.0]),
    )  # fmt: skip
    held(answer, kept[f"first_{run}"][1])


def test_weakened_states_are_the_originals(deep: Path) -> None:
    kept = erg.read()
    words = tokenizers.Tokenizer.from_file(str(deep / checkpoint.TEXT / "tokenizer.json"))
    ids = torch.tensor([words.encode(golden.PROMPT).ids] * 2)
    encoder = TextEncoder(checkpoint.text(deep))
    held(encoder(ids, torch.ones_like(ids), torch.tensor([1.0, 0.01])), kept["states"])


def test_half_precision_stays_near_the_original(source: Path, vectors: golden.Arrays) -> None:
    names = ("hidden_states", "attention_mask", "encoder_hidden_states", "encoder_hidden_mask")
    network = Narrowed(checkpoint.transformer(source), [*names, "timestep"])
    (given,) = velocity(network, vectors, 47, 57.0)
    wanted = vectors["velocity_47_57"]
    error = np.sqrt(np.mean(np.square(given.numpy() - wanted[0])) / np.mean(np.square(wanted)))
    assert error < 5e-3


def test_the_mel_of_latents_is_the_originals(source: Path, vectors: golden.Arrays) -> None:
    decoder = autoencoder.Decoder(checkpoint.autoencoder(source))
    held(decoder(tensor(vectors["latents"])), vectors["mel"], 1e-4)


def test_the_sound_of_a_mel_is_the_originals(source: Path, vectors: golden.Arrays) -> None:
    vocoder = checkpoint.sound(source)
    held(vocoder(tensor(vectors["mel"][0, ..., :8]))[:, 0], vectors["audio"])


def test_the_latents_of_a_mel_are_the_originals(source: Path, vectors: golden.Arrays) -> None:
    encoder = autoencoder.Encoder(checkpoint.autoencoder(source))
    held(encoder(tensor(vectors["samples_mel"])[None]), vectors["samples_latents"])


def test_states_of_a_prompt_are_those_of_transformers(source: Path, vectors: golden.Arrays) -> None:
    network, ids = checkpoint.text(source), tensor(vectors["ids"])[None]
    held(network(ids, torch.ones_like(ids)).last_hidden_state, vectors["states"])
