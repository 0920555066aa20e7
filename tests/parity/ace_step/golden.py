"""Vectors that the original ACE-Step computed once, for the default tests, which have no torch.

They belong to the model tests/fixtures/models/ace_step. S is the prompt's tokens, L those of the
lyrics, C = 1 + S + L, W the width. All arrays are float32 unless said otherwise.

================= ====================== ==========================================================
array             shape, type            what
================= ====================== ==========================================================
prompt            () str                 a prompt
ids               (S,) int64             its tokens, the end mark last
states            (1, S, text)           UMT5's states of them
lyrics_<k>        (L,) int64             tokens: k is ``none`` (one, masked), ``inst``, ``sung``
condition_<k>     (1, C, W)              the encoder of conditions: speaker, text, lyrics
null_<k>          (1, C, W)              the same without text and with lyrics 0, same masks
mask_<k>          (1, C)                 the mask of both
noise             (1, 8, 16, 47)         normal; ``drawn`` takes shorter pieces from it
velocity_<T>_<t>  (1, 8, 16, T)          the denoiser on the first T frames of ``noise`` with
                                         condition_inst at the timestep t (whole number)
sigmas_<N>        (N + 1,) f4            schedule of Euler and PingPong for N steps
heun_<N>          (2 N - 1,) f4          timesteps of Heun's calls
steps_x           (1, 2, 3, 4)           a sample; ``steps_v`` (7, ...) are velocities, one a call,
                                         ``steps_z`` (4, ...) what PingPong draws
steps_<name>      (calls, 1, 2, 3, 4)    samples after each call of a scheduler of 4 steps: Euler,
                                         Heun, PingPong; omega 10. ``steps_omega`` is Euler's with 0
guidance_c, _u    (3, 1, 2, 3, 4)        three pairs of predictions, with and without condition
guidance_<kind>   (3, 1, 2, 3, 4)        cfg, apg (one state over all three), cfg_star; scale 15
run_<name>        (1, 8, 16, 15..21)     latents after a whole run: ``RUNS``
mixed             (1, 8, 16, 15)         the noise from which run_retake starts
latents           (1, 8, 16, 5)          ``noise`` of 5 frames
mel               (1, 2, 128, 40)        log-mel of ``latents``
audio             (2, 4096)              the vocoder on the first 8 frames of each channel of it
samples           (2, 5000) i2           sound at 44100 Hz, full scale 32768
samples_mel       (2, 128, 16) f4        its log-mel, padded to 8192 samples
samples_latents   (1, 8, 16, 2)          its latents
================= ====================== ==========================================================
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray

from lofi.export.ace_step import checkpoint
from parity.ace_step.original import Original

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "ace_step"
FILE = "vectors.npz"
PROMPT = "lofi, warm piano, rain"
LYRICS = {"none": [0], "inst": [261, 259, 6688, 2], "sung": [261, 259, 40, 7, 2, 6684, 88, 512, 2]}
FRAMES, SHORT = 47, 15
TIMESTEPS = (1000, 57)
COUNTS = (1, 2, 4, 8, 27, 60)
SECONDS = 1.4
"""Of a run: SHORT frames."""

RUNS: Mapping[str, Mapping[str, Any]] = {
    "euler": {},
    "sung": {"lyrics": "sung"},
    "heun": {"scheduler_type": "heun", "infer_steps": 4},
    "pingpong": {"scheduler_type": "pingpong"},
    "cfg": {"cfg_type": "cfg", "guidance_scale": 5.0},
    "cfg_star": {"cfg_type": "cfg_star", "guidance_scale": 5.0, "guidance_interval": 1.0},
    "decay": {"guidance_interval": 1.0, "guidance_interval_decay": 0.5},
    "unguided": {"guidance_scale": 1.0, "omega_scale": 0.0},
    "retake": {"add_retake_noise": True, "retake_variance": 0.3, "repaint_end": SECONDS},
    "repaint": {
        "add_retake_noise": True, "retake_variance": 0.7, "repaint_start": 0.5,
        "repaint_end": 1.0, "source": True,
    },
    "extend_left": {
        "add_retake_noise": True, "retake_variance": 1.0, "repaint_start": -0.4,
        "repaint_end": SECONDS, "source": True,
    },
    "extend_right": {
        "add_retake_noise": True, "retake_variance": 1.0, "repaint_end": 2.0, "source": True,
    },
    "from_sound": {"audio2audio_enable": True, "ref_audio_strength": 0.4, "reference": True},
}  # fmt: skip
"""Arguments of ``text2music_diffusion_process`` that differ from the defaults: 8 steps of Euler,
scale 15, apg, interval 0.5, no decay, lowest scale 3, omega 10, condition_inst, noise drawn(0).
A retake draws drawn(1); PingPong draws drawn(2 + step) in its steps. ``source`` and ``reference``
are run_euler as src_latents and ref_latents. Repainted are the frames 5 to 10; 4 frames come before
the source, 6 after it. (Both at once the original gets wrong: it counts those on the right from the
length that it has already padded on the left.)"""

Arrays = Mapping[str, NDArray[Any]]


def drawn(noise: NDArray[np.float32], index: int) -> NDArray[np.float32]:
    """The piece of ``noise`` that a run draws at ``index``, 0 to 18: SHORT frames [1, 8, 16, T]."""
    return np.ascontiguousarray(noise[..., 2 * index : 2 * index + SHORT])


def made(original: Original) -> Arrays:
    """All arrays."""
    random = np.random.Generator(np.random.PCG64(11))
    noise = random.standard_normal((1, 8, 16, FRAMES), np.float32)
    arrays: dict[str, NDArray[Any]] = {"prompt": np.array(PROMPT), "noise": noise}
    with torch.inference_mode():
        arrays |= _conditions(original)
        arrays |= _velocities(original, arrays)
        arrays |= _schedules(original) | _steps(original, random) | _guided(original, random)
        arrays |= _runs(original, arrays)
        arrays |= _codec(original, arrays, random)
    return arrays


def write(original: Original, folder: Path = FOLDER) -> None:
    """Write the file."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, allow_pickle=False, **made(original))


def read() -> Arrays:
    """The arrays as they are in the repository."""
    with np.load(FOLDER / FILE) as file:
        return dict(file)


def _conditions(original: Original) -> dict[str, NDArray[Any]]:
    words = tokenizers.Tokenizer.from_file(
        str(original.source / checkpoint.TEXT / "tokenizer.json")
    )
    ids = torch.tensor([words.encode(PROMPT).ids])
    seen = torch.ones_like(ids)
    states = checkpoint.text(original.source)(input_ids=ids, attention_mask=seen).last_hidden_state
    arrays = {"ids": ids[0].numpy(), "states": states.numpy()}
    speaker = torch.zeros(1, 512)
    for name, tokens in LYRICS.items():
        lyrics = torch.tensor([tokens])
        mask = torch.full_like(lyrics, int(name != "none"))
        encode = original.transformer.encode
        given, joined = encode(states, seen, speaker, lyrics, mask)
        without, _ = encode(states * 0, seen, speaker, lyrics * 0, mask)
        arrays |= {
            f"lyrics_{name}": lyrics[0].numpy(), f"condition_{name}": given.numpy(),
            f"null_{name}": without.numpy(), f"mask_{name}": joined.numpy(),
        }  # fmt: skip
    return arrays


def _velocities(original: Original, arrays: Arrays) -> dict[str, NDArray[Any]]:
    velocities = {}
    for frames in (SHORT, FRAMES):
        for timestep in TIMESTEPS if frames == SHORT else TIMESTEPS[1:]:
            velocities[f"velocity_{frames}_{timestep}"] = original.transformer.decode(
                hidden_states=torch.from_numpy(arrays["noise"][..., :frames]),
                attention_mask=torch.ones(1, frames),
                encoder_hidden_states=torch.from_numpy(arrays["condition_inst"]),
                encoder_hidden_mask=torch.from_numpy(arrays["mask_inst"]),
                timestep=torch.tensor([float(timestep)]),
                output_length=frames,
            ).sample.numpy()
    return velocities


def _schedules(original: Original) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for count in COUNTS:
        euler, heun = original.scheduler("Euler"), original.scheduler("Heun")
        euler.set_timesteps(count)
        heun.set_timesteps(count)
        arrays |= {f"sigmas_{count}": euler.sigmas.numpy(), f"heun_{count}": heun.timesteps.numpy()}
    return arrays


def _steps(original: Original, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    shape = (1, 2, 3, 4)
    arrays: dict[str, NDArray[Any]] = {
        "steps_x": random.standard_normal(shape, np.float32),
        "steps_v": random.standard_normal((7, *shape), np.float32) + np.float32(0.2),
        "steps_z": random.standard_normal((4, *shape), np.float32),
    }
    for key, name, omega in (
        ("euler", "Euler", 10.0), ("heun", "Heun", 10.0), ("pingpong", "PingPong", 10.0),
        ("omega", "Euler", 0.0),
    ):  # fmt: skip
        scheduler = original.scheduler(name)
        scheduler.set_timesteps(4)
        sample, samples = torch.from_numpy(arrays["steps_x"]), []
        with original.drawing(iter(arrays["steps_z"])):
            for timestep, velocity in zip(scheduler.timesteps, arrays["steps_v"], strict=False):
                sample = scheduler.step(
                    torch.from_numpy(velocity), timestep, sample, omega=omega, return_dict=False
                )[0]
                samples.append(sample.numpy())
        arrays[f"steps_{key}"] = np.stack(samples)
    return arrays


def _guided(original: Original, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    shape = (3, 1, 2, 3, 4)
    given = random.standard_normal(shape, np.float32)
    without = given + random.standard_normal(shape, np.float32)
    pairs = list(zip(torch.from_numpy(given), torch.from_numpy(without), strict=True))
    functions, state = original.guidance, original.guidance.MomentumBuffer()
    made = {
        "cfg": [functions.cfg_forward(c, u, 15.0) for c, u in pairs],
        "apg": [functions.apg_forward(c, u, 15.0, state) for c, u in pairs],
        "cfg_star": [functions.cfg_zero_star(c, u, 15.0, 5) for c, u in pairs],
    }
    arrays = {f"guidance_{name}": torch.stack(each).numpy() for name, each in made.items()}
    return arrays | {"guidance_c": given, "guidance_u": without}


def _runs(original: Original, arrays: Arrays) -> dict[str, NDArray[Any]]:
    noise = arrays["noise"]
    made: dict[str, NDArray[Any]] = {}
    for name, differing in RUNS.items():
        wanted = dict(differing)
        lyrics = arrays[f"lyrics_{wanted.pop('lyrics', 'inst')}"][None]
        for flag, argument in (("source", "src_latents"), ("reference", "ref_latents")):
            if wanted.pop(flag, False):
                wanted[argument] = made["run_euler"]
        usual = {"infer_steps": 8, "guidance_interval_decay": 0.0}
        made[f"run_{name}"] = original.run(
            [drawn(noise, 0), drawn(noise, 1)],
            iter([drawn(noise, 2 + step) for step in range(8)]),
            **usual
            | {
                "duration": SECONDS, "encoder_text_hidden_states": arrays["states"],
                "text_attention_mask": np.ones((1, len(arrays["ids"])), np.int64),
                "speaker_embds": np.zeros((1, 512), np.float32), "lyric_token_ids": lyrics,
                "lyric_mask": np.ones_like(lyrics),
            }
            | wanted,
        )  # fmt: skip
    variance = torch.tensor(RUNS["retake"]["retake_variance"] * np.pi / 2)
    first, second = (torch.from_numpy(drawn(noise, index)) for index in (0, 1))
    made["mixed"] = (torch.cos(variance) * first + torch.sin(variance) * second).numpy()
    return made


def _codec(
    original: Original, arrays: Arrays, random: np.random.Generator
) -> dict[str, NDArray[Any]]:
    latents = np.ascontiguousarray(arrays["noise"][..., :5])
    mels = []
    decode = original.codec.vocoder.decode

    def listening(mel: torch.Tensor) -> torch.Tensor:
        mels.append(mel.numpy())
        return decode(mel[..., :8])

    original.codec.vocoder.decode = listening
    try:
        _, sounds = original.codec.decode(torch.from_numpy(latents))
    finally:
        del original.codec.vocoder.decode
    tone = 6000 * np.sin(np.arange(5000) * np.array([[0.05], [0.11]]))
    samples = (tone + random.normal(0, 900, (2, 5000))).astype(np.int16)
    sound = torch.from_numpy(samples.astype(np.float32) / np.float32(32768))
    padded = torch.nn.functional.pad(sound, (0, 8192 - 5000))
    encoded, _ = original.codec.encode(sound[None], sr=44100)
    return {
        "latents": latents,
        "mel": np.stack(mels, axis=1),
        "audio": sounds[0].numpy(),
        "samples": samples,
        "samples_mel": original.codec.forward_mel(padded[None])[0].numpy(),
        "samples_latents": encoded.numpy(),
    }
