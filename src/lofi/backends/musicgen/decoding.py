"""Tokens to sound on a thread of its own, beside the decoder that makes the next ones."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from lofi.backends.musicgen.codec import Codec, Samples, Stream
from lofi.backends.musicgen.delay import Tokens


class Decoding:
    """The chunks of one track, in order, as they become ready."""

    def __init__(self, codec: Codec, tokens: Tokens, chunk: int) -> None:
        """Decode ``tokens`` as they become known; see ``Stream``."""
        self._codec = codec
        self._stream = Stream(codec, tokens, chunk)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="codec")
        self._running: Future[Samples] | None = None
        self.chunks = self._stream.chunks
        """How many there will be."""

    def ready(self, known: int) -> Iterator[Samples]:
        """The chunk that was finished meanwhile, if any; sees to it that the next is begun.

        Args:
            known: how many frames are complete; they do not change any more.

        Raises:
            GenerationCancelled, ModelInferenceFailed: as ``Codec.decode``.
        """
        if self._running is not None and self._running.done():
            yield self._running.result()
            self._running = None
        if self._running is None and (stop := self._stream.next(known)) is not None:
            self._running = self._thread.submit(self._stream.decoded, stop)

    def rest(self, known: int) -> Iterator[Samples]:
        """All further chunks; waits for them."""
        yield from self.ready(known)
        while self._running is not None:
            self._running.exception()  # waits; ``ready`` raises it
            yield from self.ready(known)

    def close(self) -> None:
        """Give up what is being decoded, and wait until it is."""
        if self._running is not None:
            self._codec.interrupt()
        self._thread.shutdown()
