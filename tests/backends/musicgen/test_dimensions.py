"""Reading ``config.json``."""

import json
from pathlib import Path

import pytest

from lofi.backends.musicgen import dimensions
from lofi.errors import ModelLoadFailed

SMALL = {
    "model_type": "musicgen",
    "decoder": {
        "num_codebooks": 4,
        "vocab_size": 2048,
        "pad_token_id": 2048,
        "max_position_embeddings": 2048,
        "num_hidden_layers": 24,
    },
    "audio_encoder": {"sampling_rate": 32000, "upsampling_ratios": [8, 5, 4, 4]},
}


def written(path: Path, config: object) -> Path:
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def test_the_published_configuration_is_read(tmp_path: Path) -> None:
    found = dimensions.read(written(tmp_path / "config.json", SMALL))
    assert (found.codebooks, found.vocabulary, found.pad, found.channels) == (4, 2048, 2048, 1)
    assert (found.sample_rate, found.hop, found.frame_rate, found.positions) == (
        32_000,
        640,
        50,
        2048,
    )


def test_stereo_is_read(tmp_path: Path) -> None:
    decoder = SMALL["decoder"] | {"num_codebooks": 8, "audio_channels": 2}  # type: ignore[operator]
    found = dimensions.read(written(tmp_path / "config.json", SMALL | {"decoder": decoder}))
    assert (found.codebooks, found.channels) == (8, 2)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"decoder": {}}, "decoder.num_codebooks"),
        ({"audio_encoder": {"sampling_rate": "fast"}}, "audio_encoder"),
        ({"decoder": SMALL["decoder"] | {"num_codebooks": -1}}, "num_codebooks"),  # type: ignore[operator]
        (
            {"decoder": SMALL["decoder"] | {"num_codebooks": 5, "audio_channels": 2}},  # type: ignore[operator]
            "5 codebooks for 2 channels",
        ),
    ],
)
def test_a_configuration_of_something_else_says_where(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    with pytest.raises(ModelLoadFailed, match=named):
        dimensions.read(written(tmp_path / "config.json", SMALL | change))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\x00", "[" * 100_000])
def test_what_is_not_a_configuration_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelLoadFailed, match=r"config\.json"):
        dimensions.read(path)
