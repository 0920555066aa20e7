"""Latents to sound: what graphs do themselves is found out, and where pieces join is not heard."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from fixtures.ace_step import BARE, PUBLISHED, TINY, with_decoder
from lofi.backends.ace_step import layout, scale, vocoder, windows
from lofi.backends.ace_step.decoder import LatentDecoder
from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.stage import Result
from lofi.backends.ace_step.vocoder import Vocoder
from lofi.device import Device, Placement

PLACE = Placement(Device.CPU, 1)


def decoder(folder: Path) -> LatentDecoder:
    return LatentDecoder(layout.find(folder), PLACE)


def decoded(model: LatentDecoder, latent: Latent) -> Result:
    spans = model.windows(latent.shape[-1])
    return windows.joined(spans, [model.decode(latent, span) for span in spans])


def test_what_a_graph_scales_itself_is_found_by_notes_constants_or_the_level_of_silence(
    tmp_path: Path,
) -> None:
    models = [TINY, *(with_decoder(each, tmp_path / each.name) for each in (PUBLISHED, BARE))]
    found = [decoder(model).scale for model in models]
    assert found == [
        (True, True, "its maker's note"),
        (True, True, "its constants"),
        (False, False, "the level of silence"),
    ]


def test_a_graph_that_scales_and_one_that_does_not_give_the_same(tmp_path: Path) -> None:
    latent = Noise(1).start(128)
    expected = decoded(decoder(TINY), latent)
    for each in (PUBLISHED, BARE):
        model = decoder(with_decoder(each, tmp_path / each.name))
        assert np.abs(decoded(model, latent) - expected).max() < 1e-4


@pytest.mark.parametrize(("mean", "inside"), [(-4.0, True), (0.1, False)])
def test_without_telling_constants_the_level_of_silence_decides(
    tmp_path: Path, mean: float, inside: bool
) -> None:
    graph = onnx.helper.make_graph([], "nothing", [], [])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "dcae_decoder.onnx")
    found = scale.found(tmp_path / "dcae_decoder.onnx", np.full((2, 128, 8), mean, np.float32))
    assert found == (inside, inside, "the level of silence")


@pytest.mark.parametrize("frames", [54, 128, 323])
def test_a_graph_of_a_fixed_length_decodes_any(tmp_path: Path, frames: int) -> None:
    """Each window is seen alone, so the two are not equal; but they are near everywhere."""
    latent = Noise(2).start(frames)
    fixed, free = decoder(with_decoder(PUBLISHED, tmp_path / "model")), decoder(TINY)
    spans = fixed.windows(frames)
    assert all(span.stop - span.start == min(128, frames) for span in spans)
    found, expected = decoded(fixed, latent), decoded(free, latent)
    assert found.shape == expected.shape == (2, 128, 8 * frames)
    assert np.abs(found - expected).mean() < 0.25 * expected.std()


def test_windows_of_a_long_latent_are_near_the_whole_and_have_no_seams() -> None:
    model, latent = decoder(TINY), Noise(3).start(1292)
    found = decoded(model, latent)
    expected = model.decode(latent, windows.Window(0, 1292))
    off = np.abs(found - expected)
    assert off.mean() < 0.02 * expected.std()
    jumps = np.abs(np.diff(found - expected, axis=-1)).max(axis=(0, 1))
    assert jumps.max() < 10 * np.median(jumps)


def test_chunks_of_sound_join_as_if_there_were_none(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = Vocoder(layout.find(TINY), PLACE)
    mel = decoded(decoder(TINY), Noise(4).start(140))
    starts = voice.chunks(mel.shape[-1])
    assert len(starts) == 3
    found = np.concatenate([voice.sound(mel, start) for start in starts], axis=1)
    monkeypatch.setattr(vocoder, "CHUNK", mel.shape[-1])
    assert np.abs(found - voice.sound(mel, 0)).max() < 1e-6
    monkeypatch.setattr(vocoder, "CHUNK", 512)
    monkeypatch.setattr(vocoder, "REACH", 0)
    torn = np.concatenate([voice.sound(mel, start) for start in starts], axis=1)
    assert np.abs(found - torn).max() > 1e-4


def test_both_channels_are_heard() -> None:
    voice = Vocoder(layout.find(TINY), PLACE)
    left, right = voice.sound(decoded(decoder(TINY), Noise(5).start(54)), 0)
    assert not np.allclose(left, right, atol=1e-3)
