"""Files in chunks."""

import io

import pytest

from library.making import wav
from lofi import riff


@pytest.mark.parametrize("added", [b"", b"1", b"22", b"odd"])
def test_a_chunk_is_added_at_the_end_and_the_file_stays_whole(added: bytes) -> None:
    before = wav(30, "tags")
    after = riff.extended(before, b"more", added)
    file = io.BytesIO(after)
    assert riff.whole(file, len(after))
    chunks = list(riff.chunks(file, len(after)))
    assert chunks[:-1] == list(riff.chunks(io.BytesIO(before), len(before)))
    name, start, size = chunks[-1]
    assert (name, after[start : start + size]) == (b"more", added)


def test_a_chunk_that_ends_after_its_file_is_an_error() -> None:
    whole = wav(30, "tags")
    with pytest.raises(ValueError, match="ends before"):
        list(riff.chunks(io.BytesIO(whole[:-1]), len(whole) - 1))


def test_an_endless_row_of_chunks_is_walked_so_far_and_no_further() -> None:
    trap = wav(30) + (b"none" + b"\0" * 4) * 10_000
    assert len(list(riff.chunks(io.BytesIO(trap), len(trap)))) == riff.CHUNKS
