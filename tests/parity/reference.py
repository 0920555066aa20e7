"""What transformers makes of a model: the judge of every number that lofi computes.

Tokens come from ``generate`` itself, its delay pattern, guidance and cache included; only the draw
of random numbers is replaced, by a rule that needs no particular generator.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from unittest import mock

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from parity.draw import DEFAULT, Doubles, Floats, Rule, drawn

Tokens = NDArray[np.int64]
HELD = 3
"""Evaluations beyond the frames, by which the last codebook of a frame lags behind the first."""


class Plan(NamedTuple):
    """How a track longer than a window is made, in frames."""

    window: int
    stride: int


class Reference:
    """One transformers ``MusicgenForConditionalGeneration``."""

    def __init__(self, model: transformers.PreTrainedModel) -> None:
        self.model = model.eval()
        self.more: dict[str, torch.Tensor] = {}
        """What ``generate`` is told besides the prompt."""
        self.codebooks: int = model.config.decoder.num_codebooks
        self.channels: int = model.config.decoder.audio_channels

    def states(self, ids: Sequence[int]) -> Floats:
        """T5's states of a prompt, (1, tokens, width)."""
        with torch.inference_mode():
            result: Floats = self.model.text_encoder(torch.tensor([ids])).last_hidden_state.numpy()
        return result

    def logits(self, ids: Sequence[int], columns: Tokens, first: int) -> Floats:
        """Logits after ``first`` columns at once, then after each further one through the cache.

        Args:
            ids: the prompt.
            columns: (codebooks, count), count above ``first``.

        Returns:
            (count - first + 1, 2, codebooks, vocabulary); of the 2, with the prompt and without.
        """
        states = torch.from_numpy(self.states(ids))
        prompt = transformers.modeling_outputs.BaseModelOutput(
            torch.cat([states, torch.zeros_like(states)])
        )
        mask = torch.tensor([[1], [0]]).expand(2, states.shape[1])
        both = torch.from_numpy(np.concatenate([columns, columns]))
        past, found = None, []
        ends = range(first, columns.shape[1] + 1)
        with torch.inference_mode():
            for start, end in zip([0, *ends], ends, strict=False):
                result = self.model(
                    encoder_outputs=prompt, attention_mask=mask, past_key_values=past,
                    decoder_input_ids=both[:, start:end], use_cache=True,
                )  # fmt: skip
                past = result.past_key_values
                found.append(result.logits[:, -1].reshape(2, self.codebooks, -1).numpy())
        return np.stack(found)

    def tokens(
        self,
        ids: Sequence[int],
        frames: int,
        guidance: float,
        *,
        known: Tokens | None = None,
        uniforms: Iterator[Doubles] | None = None,
        rule: Rule = DEFAULT,
    ) -> Tokens:
        """What ``generate`` writes, (codebooks, frames), ``known`` first frames included.

        Args:
            ids: the prompt.
            frames: length of the result.
            guidance: 1 is none.
            known: (codebooks, at least 1) frames that are given.
            uniforms: per evaluation one number in [0, 1) for each codebook; without, the likeliest
                token is taken.
            rule: how the uniforms choose.
        """
        prompt = torch.tensor([ids])
        more = dict(self.more)
        if known is not None:
            more["decoder_input_ids"] = torch.from_numpy(known)
        given = 0 if known is None else known.shape[1]
        with self._heard() as heard, drawn(guidance, uniforms, rule) as processors:
            self.model.generate(
                input_ids=prompt, attention_mask=torch.ones_like(prompt), guidance_scale=guidance,
                max_new_tokens=frames - given + HELD, do_sample=uniforms is not None, top_k=0,
                top_p=1.0, temperature=1.0, logits_processor=processors, **more,
            )  # fmt: skip
        tokens = np.empty((self.codebooks, frames), np.int64)
        for channel, codes in enumerate(heard):
            tokens[channel :: self.channels] = codes[0, 0].numpy()
        return tokens

    def sound(self, codes: Tokens) -> Floats:
        """The codec's sound, (channels, samples), of tokens (codebooks, frames)."""
        with torch.inference_mode():
            parts = [
                self.model.audio_encoder.decode(
                    torch.from_numpy(codes[channel :: self.channels])[None, None], [None]
                ).audio_values[0, 0].numpy()
                for channel in range(self.channels)
            ]  # fmt: skip
        return np.stack(parts)

    def codes(self, samples: Floats) -> Tokens:
        """The codec's tokens, (codebooks, frames), of sound (channels, samples)."""
        tokens = []
        with torch.inference_mode():
            for channel in samples:
                result = self.model.audio_encoder.encode(torch.from_numpy(channel)[None, None])
                tokens.append(result.audio_codes[0, 0].numpy())
        return np.stack(tokens, axis=1).reshape(self.codebooks, -1)

    @contextmanager
    def _heard(self) -> Generator[list[torch.Tensor]]:
        """The codes that ``generate`` hands to the codec, channel by channel."""
        heard: list[torch.Tensor] = []
        codec = self.model.audio_encoder
        decode = codec.decode

        def hear(codes: torch.Tensor, *rest: object, **options: object) -> object:
            heard.append(codes)
            return decode(codes, *rest, **options)

        with mock.patch.object(codec, "decode", hear):
            yield heard


def windowed(
    reference: Reference,
    ids: Sequence[int],
    frames: int,
    plan: Plan,
    guidance: float,
    uniforms: Iterator[Doubles] | None = None,
) -> Tokens:
    """Long tracks as audiocraft's ``BaseGenModel._generate_tokens`` makes them.

    Each window starts with what the one before it has after its first ``stride`` frames.
    """
    parts: list[Tokens] = []
    known: Tokens | None = None
    offset, length = 0, 0
    while offset + length < frames:
        longest = min(frames - offset, plan.window)
        made = reference.tokens(ids, longest, guidance, known=known, uniforms=uniforms)
        parts.append(made[:, length:])
        known = made[:, plan.stride :]
        length = known.shape[1]
        offset += plan.stride
    return np.concatenate(parts, axis=1)
