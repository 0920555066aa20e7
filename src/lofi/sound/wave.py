"""The beginning of a WAV file of 16 bits, whose length may be open."""

import struct

UNKNOWN = 0xFFFF_FFFF
"""Stands for a length that is not known yet; players then read to the end of the file."""
HEADER = 44
"""Bytes before the sound: RIFF, fmt and data, with nothing between."""
SAMPLE_BYTES = 2


def header(channels: int, sample_rate: int, frames: int | None) -> bytes:
    """The beginning of a WAV file of 16 bits; without ``frames`` its length is unknown.

    Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0.
    """
    frame = channels * SAMPLE_BYTES
    size = UNKNOWN if frames is None else frames * frame
    riff = UNKNOWN if frames is None else size + HEADER - 8
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff, b"WAVE"),
        *(b"fmt ", 16, 1, channels, sample_rate, sample_rate * frame, frame, 8 * SAMPLE_BYTES),
        *(b"data", size),
    )


def kind(head: bytes) -> tuple[int, int]:
    """Channels and sample rate (Hz) by such a beginning."""
    channels, rate = struct.unpack_from("<HI", head, 22)
    return channels, rate
