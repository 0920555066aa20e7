"""ID3v2.4 tags for MP3 files: libsndfile writes UTF-8 there and calls it Latin-1.

Source: https://id3.org/id3v2.4.0-structure and -frames.
"""

from collections.abc import Mapping

UTF_8 = b"\x03"
FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "software": b"TSSE",
    "comment": b"COMM",
    "copyright": b"TCOP",
}


def tag(values: Mapping[str, str]) -> bytes:
    """The bytes to put before the first MPEG frame; names as libsndfile has them."""
    frames = b"".join(_frame(name, value) for name, value in values.items())
    return b"ID3\x04\x00\x00" + _synchsafe(len(frames)) + frames


def _frame(name: str, value: str) -> bytes:
    kind = FRAMES[name]
    language_and_heading = b"eng\x00" if kind == b"COMM" else b""
    body = UTF_8 + language_and_heading + value.encode()
    return kind + _synchsafe(len(body)) + b"\x00\x00" + body


def _synchsafe(size: int) -> bytes:
    """Four bytes of seven bits, so that no size looks like the start of sound."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
