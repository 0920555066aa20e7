"""What transformers makes of a model that follows a melody."""

from collections.abc import Sequence

import numpy as np
import torch

from parity import extractor
from parity.draw import Floats
from parity.reference import Plan, Reference, Tokens


class Melodic(Reference):
    """One transformers ``MusicgenMelodyForConditionalGeneration``."""

    def follow(self, features: Floats | None) -> None:
        """Condition what comes by the chroma (1, frames, 12), or by none."""
        self.more = {} if features is None else {"input_features": torch.from_numpy(features)}

    def prefix(self, ids: Sequence[int]) -> Floats:
        """What ``generate`` puts before the tokens with guidance, (2, length, hidden)."""
        result: Floats = self._prefix(ids).numpy()
        return result

    def logits(self, ids: Sequence[int], columns: Tokens, first: int) -> Floats:
        """As ``Reference.logits``."""
        both = torch.from_numpy(np.concatenate([columns, columns]))
        prefix: torch.Tensor | None = self._prefix(ids)
        past, found = None, []
        ends = range(first, columns.shape[1] + 1)
        with torch.inference_mode():
            for start, end in zip([0, *ends], ends, strict=False):
                result = self.model.decoder(
                    input_ids=both[:, start:end], encoder_hidden_states=prefix,
                    past_key_values=past, use_cache=True,
                )  # fmt: skip
                past, prefix = result.past_key_values, None
                found.append(result.logits[:, -1].reshape(2, self.codebooks, -1).numpy())
        return np.stack(found)

    def _prefix(self, ids: Sequence[int]) -> torch.Tensor:
        words = torch.tensor([ids])
        given = {"attention_mask": torch.ones_like(words), **self.more}
        settings = self.model.generation_config
        assert settings.guidance_scale > 1
        with torch.inference_mode():
            made = self.model._prepare_encoder_hidden_states_kwargs_for_generation(
                words, given, "input_ids", settings
            )
        result: torch.Tensor = made["encoder_hidden_states"]
        return result


def windowed(
    judge: Melodic, ids: Sequence[int], frames: int, plan: Plan, guidance: float, samples: Floats
) -> Tokens:
    """Long tracks as ``BaseGenModel._generate_tokens`` of audiocraft makes them from a melody.

    Args:
        judge: the model.
        ids: the prompt.
        frames: length of the track.
        plan: of the windows.
        guidance: 1 is none.
        samples: the melody, (1, count) at 32 kHz; it begins again when it is over.
    """
    parts: list[Tokens] = []
    known: Tokens | None = None
    offset, length = 0, 0
    while offset + length < frames:
        start = int(offset / 50 * extractor.RATE)
        positions = np.arange(start, start + 30 * extractor.RATE) % samples.shape[1]
        judge.follow(extractor.chroma(samples[:, positions], extractor.RATE))
        longest = min(frames - offset, plan.window)
        made = judge.tokens(ids, longest, guidance, known=known)
        parts.append(made[:, length:])
        known = made[:, plan.stride :]
        length = known.shape[1]
        offset += plan.stride
    return np.concatenate(parts, axis=1)
