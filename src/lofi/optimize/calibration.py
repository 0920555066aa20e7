"""How large keys and values get: what an 8-bit cache needs to know of a decoder."""

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray

from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.sampling import Sampler
from lofi.backends.musicgen.text import TextEncoder
from lofi.backends.musicgen.window import Author, Window

PROMPTS = (
    "lofi hip hop, slow, rhodes, vinyl crackle, rain",
    "energetic drum and bass with a deep synth bass",
    "solo piano, sad and quiet",
    "orchestral film music with strings and brass",
)
"""Far apart, so that little lies outside what they reach."""
FRAMES = 100
"""Of music for each prompt."""
MARGIN = 1.1
"""Room above the largest value that was seen."""
CODES = 127
"""Steps of an 8-bit code on each side of zero."""


class Calibration:
    """Listens to a decoder with a cache in single precision."""

    def __init__(self, decoder: FusedDecoder, dimensions: Dimensions) -> None:
        self._decoder = decoder
        self._dimensions = dimensions
        self._largest: dict[str, NDArray[np.float32]] = {}

    def run(self, text: TextEncoder) -> Iterator[None]:
        """Make some music to every prompt; yields after each."""
        numbers = self._dimensions
        pattern = DelayPattern(numbers.codebooks, numbers.channels, numbers.pad)
        for seed, prompt in enumerate(PROMPTS):
            author = Author(self._decoder, pattern, Sampler(1.0, 250, 0.0, seed))
            tokens = np.full((numbers.codebooks, FRAMES), UNKNOWN, np.int64)
            for _ in author.write(tokens, Window(0, FRAMES, 0), text.encode(prompt), 3.0):
                pass
            for name, cache in self._decoder.caches.items():
                peaks = np.abs(cache[:, :, : pattern.evaluations(FRAMES)]).max((0, 2))
                self._largest[name] = np.maximum(self._largest.get(name, 0), peaks)
            yield

    @property
    def scales(self) -> dict[str, NDArray[np.float32]]:
        """By cache, what one step of a code stands for: (heads, width of a head)."""
        return {
            name: (np.maximum(peaks, 1e-6) * MARGIN / CODES).astype(np.float32)
            for name, peaks in self._largest.items()
        }


def with_codes(model: onnx.ModelProto, scales: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """The same graph with a cache of 8-bit codes, one scale for each channel of each head."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for declared in (*changed.graph.input, *changed.graph.output):
        if declared.name.startswith(("past.", "present.")):
            declared.type.tensor_type.elem_type = onnx.TensorProto.INT8
    for node in changed.graph.node:
        if node.op_type != "GroupQueryAttention":
            continue
        names = []
        for past in node.input[3:5]:
            scale = scales[past][None, :, None, :]
            changed.graph.initializer.append(onnx.numpy_helper.from_array(scale, f"{past}.scale"))
            names.append(f"{past}.scale")
        node.input.extend(["", "", "", "", "", *names])
        for part in ("k_quant_type", "v_quant_type"):
            node.attribute.append(onnx.helper.make_attribute(part, "PER_CHANNEL"))
        node.attribute.append(onnx.helper.make_attribute("kv_cache_bit_width", 8))
    return changed
