"""The order in which a client hears things."""

import os
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from lofi.rpc.outbox import Outbox
from lofi.rpc.wire import Wire


class Ends(NamedTuple):
    wire: Wire
    outbox: Outbox
    read_end: int

    def lines(self) -> list[bytes]:
        """All that was said, once nothing more will be."""
        assert self.outbox.close(10)
        return os.read(self.read_end, 1 << 20).splitlines()


def name(line: bytes) -> str:
    return line.decode().partition('"method":"')[2].partition('"')[0] or line.decode()


@pytest.fixture
def ends() -> Iterator[Ends]:
    read_end, write_end = os.pipe()
    outbox = Outbox(write_end, lambda _reason: None)
    yield Ends(Wire(outbox), outbox, read_end)
    outbox.close(10)
    os.close(read_end)
    os.close(write_end)


def test_a_reply_goes_before_what_its_call_announced(ends: Ends) -> None:
    def serve() -> bytes:
        ends.wire.announce("first", {})
        ends.wire.announce("second", {}, replaces="key")
        ends.wire.announce_state("third", dict)
        return b"reply\n"

    ends.wire.answer(serve)
    assert [name(line) for line in ends.lines()] == ["reply", "first", "second", "third"]


def test_other_threads_wait_until_a_call_is_answered(ends: Ends) -> None:
    spoken = threading.Event()

    def speak() -> None:
        ends.wire.announce("other", {})
        spoken.set()

    def serve() -> bytes:
        threading.Thread(target=speak).start()
        assert not spoken.wait(0.05)
        ends.wire.announce("own", {})
        return b"reply\n"

    ends.wire.answer(serve)
    assert spoken.wait(10)
    assert [name(line) for line in ends.lines()] == ["reply", "own", "other"]


def test_a_call_without_a_reply_still_announces(ends: Ends) -> None:
    def serve() -> None:
        ends.wire.announce("only", {})

    ends.wire.answer(serve)
    assert [name(line) for line in ends.lines()] == ["only"]


def test_a_call_that_breaks_announces_nothing_and_blocks_nobody(ends: Ends) -> None:
    def serve() -> bytes:
        ends.wire.announce("never", {})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ends.wire.answer(serve)
    ends.wire.announce("after", {})
    assert [name(line) for line in ends.lines()] == ["after"]


def test_what_is_said_last_about_a_state_is_newest_whoever_says_it(ends: Ends) -> None:
    state = [0]

    def change() -> None:
        for _ in range(300):
            state[0] += 1
            ends.wire.announce_state("state", lambda: {"n": state[0]})

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [int(line.rpartition(b'"n":')[2].partition(b"}")[0]) for line in ends.lines()]
    assert numbers == sorted(numbers)
    assert numbers[-1] == state[0]
