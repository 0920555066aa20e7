"""What the original computed with ERG, once, for the default tests, which have no torch.

It belongs to the model tests/fixtures/models/ace_step-erg, which has all the blocks that ERG speaks
of. S is the prompt's tokens, C = 1 + S + 4 with the lyrics ``[inst]``, W the width. All arrays are
float32 unless said otherwise.

================= ================= ===============================================================
array             shape             what
================= ================= ===============================================================
prompt            () str            a prompt
states            (2, S, text)      UMT5's states of it, and the weakened ones
noise             (1, 8, 16, 15)    normal
given             (1, C, W)         the conditions
free_<run>        (1, C, W)         what is guided away from, in each of ``RUNS``
mask              (1, C)            the mask of all
first_<run>       (2, 1, 8, 16, 15) the denoiser on ``noise`` at the timestep 1000: with ``given``,
                                    and with ``free_<run>`` as the run asks it
run_<run>         (1, 8, 16, 15)    latents after 8 steps of Euler, apg 15, guided throughout
================= ================= ===============================================================
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray

from lofi.export.ace_step import checkpoint
from parity.ace_step import golden
from parity.ace_step.golden import Arrays
from parity.ace_step.original import Original

FILE = "erg.npz"
RUNS: Mapping[str, tuple[bool, bool, bool]] = {
    "all": (True, True, True),
    "words": (True, True, False),
    "lyric": (False, True, False),
    "diffusion": (False, False, True),
    "none": (False, False, False),
}
"""Whether the tag, the lyric and the diffusion are weakened."""


def made(original: Original) -> Arrays:
    """All arrays."""
    random = np.random.Generator(np.random.PCG64(13))
    noise = random.standard_normal((1, 8, 16, golden.SHORT), np.float32)
    words = tokenizers.Tokenizer.from_file(
        str(original.source / checkpoint.TEXT / "tokenizer.json")
    )
    ids = torch.tensor([words.encode(golden.PROMPT).ids])
    arrays: dict[str, NDArray[Any]] = {"prompt": np.array(golden.PROMPT), "noise": noise}
    with torch.inference_mode():
        network = checkpoint.text(original.source)
        plain = network(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        weak = original.weakened(network, ids)
        arrays["states"] = np.concatenate([plain.numpy(), weak])
        for name, parts in RUNS.items():
            arrays |= _run(original, arrays, name, parts)
    return arrays


def write(original: Original, folder: Path = golden.FOLDER) -> None:
    """Write the file."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, allow_pickle=False, **made(original))


def read() -> Arrays:
    """The arrays as they are in the repository."""
    with np.load(golden.FOLDER / FILE) as file:
        return dict(file)


def _run(
    original: Original, arrays: Arrays, name: str, parts: tuple[bool, bool, bool]
) -> dict[str, NDArray[Any]]:
    tag, lyric, diffusion = parts
    plain, weak = np.split(arrays["states"], 2)
    lyrics = np.array([golden.LYRICS["inst"]])
    with (
        _listening(original.transformer, "encode") as told,
        _listening(original.transformer, "decode") as answers,
    ):
        latent = original.run(
            [arrays["noise"], arrays["noise"]], iter([]), duration=golden.SECONDS,
            encoder_text_hidden_states=plain, encoder_text_hidden_states_null=weak if tag else None,
            text_attention_mask=np.ones(plain.shape[:2], np.int64),
            speaker_embds=np.zeros((1, 512), np.float32), lyric_token_ids=lyrics,
            lyric_mask=np.ones_like(lyrics), infer_steps=8, guidance_interval=1.0,
            guidance_interval_decay=0.0, use_erg_lyric=lyric, use_erg_diffusion=diffusion,
        )  # fmt: skip
    (given, mask), (free, _) = told
    first = [answer.sample.numpy() for answer in answers[:2]]
    return {
        "given": given.numpy(), "mask": mask.numpy(), f"free_{name}": free.numpy(),
        f"first_{name}": np.stack(first), f"run_{name}": latent,
    }  # fmt: skip


@contextmanager
def _listening(module: torch.nn.Module, name: str) -> Generator[list[Any]]:
    """What a method returns meanwhile."""
    heard: list[Any] = []
    method = getattr(module, name)

    def listening(*given: object, **named: object) -> object:
        heard.append(method(*given, **named))
        return heard[-1]

    setattr(module, name, listening)
    try:
        yield heard
    finally:
        delattr(module, name)
