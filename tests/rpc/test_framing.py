"""Bytes to lines."""

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi.rpc.framing import LIMIT, Lines, TooLong

Found = list[bytes | TooLong]

STREAMS = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\r", b" ", b"\t", b"a", b"bc", b"\x00", b"\xff", b"x" * 7])
).map(b"".join)


def feed(stream: bytes, cuts: list[int], limit: int = 8) -> Found:
    lines = Lines(limit)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    found: Found = []
    for start, end in itertools.pairwise(edges):
        found += lines.feed(stream[start:end])
    return found


@given(STREAMS, st.lists(st.integers(0, 60)))
def test_however_a_stream_is_cut_its_lines_are_the_same(stream: bytes, cuts: list[int]) -> None:
    assert feed(stream, cuts) == feed(stream, [])


@given(STREAMS)
def test_byte_by_byte_gives_the_same_lines(stream: bytes) -> None:
    assert feed(stream, list(range(len(stream)))) == feed(stream, [])


@given(STREAMS)
def test_the_lines_are_those_of_a_plain_split(stream: bytes) -> None:
    *whole, half = stream.split(b"\n")
    expected: Found = [
        line.removesuffix(b"\r") if len(line) <= 8 else TooLong(8)
        for line in whole
        if len(line) > 8 or line.strip(b" \t\r")
    ]
    if len(half) > 8:
        expected.append(TooLong(8))
    assert feed(stream, []) == expected


def test_both_line_ends_are_understood() -> None:
    assert Lines().feed(b"one\ntwo\r\nthree\r\r\n") == [b"one", b"two", b"three\r"]


def test_blank_lines_are_skipped() -> None:
    assert Lines().feed(b"\n\r\n  \t\r\n\x0b\n \n") == [b"\x0b"]


def test_half_a_line_is_never_delivered() -> None:
    assert Lines().feed(b'{"method":"shutdown"}') == []


@pytest.mark.parametrize(("length", "long"), [(7, False), (8, False), (9, True)])
def test_a_line_may_be_exactly_as_long_as_the_limit(length: int, long: bool) -> None:
    line = b"x" * length
    assert Lines(8).feed(line + b"\n") == [TooLong(8) if long else line]


@pytest.mark.parametrize("cuts", [[], [4], [9], [12], [21], list(range(40))])
def test_no_part_of_a_long_line_passes_for_a_line(cuts: list[int]) -> None:
    assert feed(b"xxxxxxxxxxxx ping\r\nnext\n", cuts) == [TooLong(8), b"next"]


def test_a_long_line_is_reported_before_it_ends() -> None:
    lines = Lines(8)
    assert lines.feed(b"123456789") == [TooLong(8)]
    assert lines.feed(b"ping") == []
    assert lines.feed(b"\nping\n") == [b"ping"]


def test_each_long_line_is_one() -> None:
    assert Lines(3).feed(b"aaaa\nbbbb\nok\ncccc\n") == [TooLong(3), TooLong(3), b"ok", TooLong(3)]


def test_a_line_of_two_gibibytes_costs_no_memory() -> None:
    lines = Lines()
    chunk = b"x" * (64 * 1024)
    tracemalloc.start()
    found = [line for _ in range(32 * 1024) for line in lines.feed(chunk)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [TooLong(LIMIT)]
    assert peak < 4 * LIMIT
    assert lines.feed(b"\nping\n") == [b"ping"]


def test_single_bytes_are_gathered_in_linear_space() -> None:
    lines = Lines()
    tracemalloc.start()
    for _ in range(100_000):
        lines.feed(b"x")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 400_000
    assert lines.feed(b"\n") == [b"x" * 100_000]
