"""What waits to be written, and the thread that writes it."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from lofi.rpc.outbox import Bounds, Outbox

SOON = 10.0
"""Seconds after which something that should happen has not."""

HURRIED = Bounds(patience=0.01)


class Client(NamedTuple):
    """The other end of the wire."""

    read_end: int
    write_end: int
    complaints: queue.SimpleQueue[str]
    open: list[Outbox]

    def outbox(self, bounds: Bounds | None = None) -> Outbox:
        outbox = Outbox(self.write_end, self.complaints.put, bounds)
        self.open.append(outbox)
        return outbox

    def read(self, count: int) -> list[bytes]:
        with open(self.read_end, "rb", closefd=False) as file:
            return [file.readline() for _ in range(count)]

    def stuff(self) -> int:
        """Fill the pipe, as a client does that stopped reading; how many bytes it took."""
        os.set_blocking(self.write_end, False)
        size = 0
        try:
            while True:
                size += os.write(self.write_end, b"\n" * 4096)
        except BlockingIOError:
            os.set_blocking(self.write_end, True)
        return size

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(os.read(self.read_end, size))


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client(*os.pipe(), queue.SimpleQueue(), [])
    yield client
    os.close(client.read_end)
    for outbox in client.open:
        outbox.put(b"\n")  # wakes a writer whose reader has left
        outbox.close(SOON)
    os.close(client.write_end)


@pytest.fixture
def stuck(client: Client) -> tuple[Client, Outbox, int]:
    """A client that does not read, and an outbox whose writer waits for it."""
    size = client.stuff()
    outbox = client.outbox(HURRIED._replace(lines=3, size=100))
    outbox.put(b"in hand\n")
    with outbox._changed:
        assert outbox._changed.wait_for(lambda: not outbox._waiting, SOON)
    return client, outbox, size


def run_together(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()


def test_lines_arrive_in_order(client: Client) -> None:
    outbox = client.outbox()
    lines = [b"%d\n" % number for number in range(500)]
    for line in lines:
        outbox.put(line)
    assert client.read(500) == lines
    assert client.complaints.empty()


def test_lines_of_many_threads_never_interleave(client: Client) -> None:
    outbox = client.outbox(Bounds(patience=SOON))
    each, threads = 3000, 8
    arrived: list[bytes] = []

    def speak(thread: int) -> None:
        for number in range(each):
            outbox.put(b"%d %d %s\n" % (thread, number, b"x" * (number % 300)))

    run_together(
        lambda: arrived.extend(client.read(each * threads)),
        *(lambda thread=thread: speak(thread) for thread in range(threads)),
    )
    seen: list[list[int]] = [[] for _ in range(threads)]
    for line in arrived:
        thread, number, rest = line.split(b" ")
        assert rest == b"x" * (int(number) % 300) + b"\n"
        seen[int(thread)].append(int(number))
    assert seen == [list(range(each))] * threads
    assert client.complaints.empty()


def test_a_line_larger_than_a_pipe_arrives_whole(client: Client) -> None:
    outbox = client.outbox()
    line = bytes(65 + number % 26 for number in range(5 * 1024 * 1024)) + b"\n"
    outbox.put(line)
    outbox.put(b"next\n")
    assert client.read(2) == [line, b"next\n"]


def test_a_write_cut_short_is_continued(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    outbox = client.outbox()
    outbox.put(b"one long line\n")
    outbox.put(b"another\n")
    assert client.read(2) == [b"one long line\n", b"another\n"]


def test_a_pipe_that_does_not_block_is_waited_for(client: Client) -> None:
    os.set_blocking(client.write_end, False)
    outbox = client.outbox()
    line = b"x" * 300_000 + b"\n"
    outbox.put(line)
    assert client.read(1) == [line]
    assert client.complaints.empty()


def test_an_unsent_line_is_replaced_in_its_place(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, size = stuck
    outbox.put_latest("job", b"10 %\n")
    outbox.put(b"pong\n")
    outbox.put_latest("job", b"20 %\n")
    outbox.put_latest("job", b"30 %\n")
    client.skip(size)
    assert client.read(3) == [b"in hand\n", b"30 %\n", b"pong\n"]


def test_a_line_that_was_sent_is_followed_not_replaced(client: Client) -> None:
    outbox = client.outbox()
    for line in (b"10 %\n", b"20 %\n", b"30 %\n"):
        outbox.put_latest("job", line)
        assert client.read(1) == [line]


def test_each_key_keeps_its_own_latest_line(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, size = stuck
    for percent in (10, 20, 30):
        for key in ("a", "b"):
            outbox.put_latest(key, b"%s %d\n" % (key.encode(), percent))
    client.skip(size)
    assert client.read(3) == [b"in hand\n", b"a 30\n", b"b 30\n"]


def test_nothing_of_a_second_run_goes_before_the_end_of_the_first(
    stuck: tuple[Client, Outbox, int],
) -> None:
    client, outbox, size = stuck
    outbox.put_latest("job", b"90 %\n")
    outbox.put(b"cancelled\n", ends="job")
    outbox.put_latest("job", b"5 %\n")
    client.skip(size)
    assert client.read(4) == [b"in hand\n", b"90 %\n", b"cancelled\n", b"5 %\n"]


def test_however_much_is_replaced_ends_are_never_lost(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, size = stuck
    for number in range(10_000):
        outbox.put_latest("job", b"%d\n" % number)
    outbox.put(b"complete\n", ends="job")
    client.skip(size)
    assert client.read(3) == [b"in hand\n", b"9999\n", b"complete\n"]
    assert client.complaints.empty()


def test_replacing_changes_the_size_that_waits(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, _ = stuck
    outbox.put_latest("job", b"x" * 90)
    outbox.put_latest("job", b"x")
    outbox.put(b"y" * 90)
    assert client.complaints.empty()
    outbox.put_latest("job", b"x" * 90)
    outbox.put(b"z")
    assert client.complaints.get(timeout=SOON) == "the client does not read"


def test_too_many_lines_mean_the_client_is_gone(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, _ = stuck
    for _ in range(3):
        outbox.put(b"x\n")
    assert client.complaints.empty()
    outbox.put(b"x\n")
    assert client.complaints.get(timeout=SOON) == "the client does not read"


def test_too_many_bytes_mean_the_client_is_gone(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, _ = stuck
    outbox.put(b"x" * 60)
    outbox.put(b"x" * 40)
    assert client.complaints.empty()
    outbox.put(b"x")
    assert client.complaints.get(timeout=SOON) == "the client does not read"


def test_a_client_is_lost_once_and_nothing_is_kept_for_it(
    stuck: tuple[Client, Outbox, int],
) -> None:
    client, outbox, _ = stuck
    for _ in range(100):
        outbox.put(b"x\n")
        outbox.put_latest("job", b"x\n")
    assert client.complaints.get(timeout=SOON)
    assert client.complaints.empty()
    assert not outbox._waiting


def test_a_client_that_stops_reading_and_then_leaves_is_lost_once() -> None:
    complaints: queue.SimpleQueue[str] = queue.SimpleQueue()
    unread, write_end = os.pipe()
    outbox = Outbox(write_end, complaints.put, HURRIED._replace(lines=1))
    outbox.put(b"x" * 1_000_000)
    while complaints.empty():
        outbox.put(b"x\n")
    os.close(unread)
    with outbox._changed:
        assert outbox._changed.wait_for(lambda: outbox._ended, SOON)
    os.close(write_end)
    assert complaints.get() == "the client does not read"
    assert complaints.empty()


def test_keys_are_forgotten_when_their_lines_are_sent(client: Client) -> None:
    outbox = client.outbox()
    for number in range(100):
        outbox.put_latest(f"job {number}", b"x\n")
    assert outbox.close(SOON)
    assert not outbox._latest


def test_a_client_that_catches_up_in_time_is_not_lost(client: Client) -> None:
    size = client.stuff()
    outbox = client.outbox(Bounds(lines=2, patience=SOON))
    lines = [b"%d\n" % number for number in range(2000)]
    arrived: list[bytes] = []

    def put() -> None:
        for line in lines:
            outbox.put(line)

    def read() -> None:
        client.skip(size)
        arrived.extend(client.read(len(lines)))

    run_together(put, read)
    assert arrived == lines
    assert client.complaints.empty()


def test_a_client_that_closed_is_noticed_quietly(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    unread, write_end = os.pipe()
    os.close(unread)
    outbox = Outbox(write_end, client.complaints.put)
    outbox.put(b"anyone?\n")
    assert client.complaints.get(timeout=SOON) == "cannot write to the client: Broken pipe"
    outbox.put(b"no\n")
    assert not outbox.close(SOON)
    os.close(write_end)
    assert client.complaints.empty()
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_frees_a_writer_that_waits(client: Client) -> None:
    unread, write_end = os.pipe()
    outbox = Outbox(write_end, client.complaints.put)
    outbox.put(b"x" * 1_000_000)
    os.close(unread)
    assert client.complaints.get(timeout=SOON) == "cannot write to the client: Broken pipe"
    outbox.close(SOON)
    os.close(write_end)


def test_the_one_who_is_told_may_close(client: Client) -> None:
    unread, write_end = os.pipe()
    os.close(unread)
    closed: queue.SimpleQueue[bool] = queue.SimpleQueue()
    outbox = Outbox(write_end, lambda _: closed.put(outbox.close(SOON)))
    outbox.put(b"anyone?\n")
    assert closed.get(timeout=SOON) is False
    with outbox._changed:
        assert outbox._changed.wait_for(lambda: outbox._ended, SOON)
    os.close(write_end)
    assert client.complaints.empty()


def test_closing_sends_what_waits(stuck: tuple[Client, Outbox, int]) -> None:
    client, outbox, size = stuck
    outbox.put(b"last\n")
    done: list[bool] = []
    run_together(lambda: done.append(outbox.close(SOON)), lambda: client.skip(size))
    assert done == [True]
    assert client.read(2) == [b"in hand\n", b"last\n"]


def test_closing_does_not_wait_for_ever(stuck: tuple[Client, Outbox, int]) -> None:
    _, outbox, _ = stuck
    outbox.put(b"last\n")
    assert outbox.close(0.01) is False


def test_a_closed_outbox_takes_nothing(client: Client) -> None:
    outbox = client.outbox()
    outbox.put(b"last\n")
    assert outbox.close(SOON)
    outbox.put(b"too late\n")
    outbox.put_latest("job", b"too late\n")
    assert outbox.close(0)
    assert client.read(1) == [b"last\n"]
    os.set_blocking(client.read_end, False)
    with pytest.raises(BlockingIOError):
        os.read(client.read_end, 1)


def test_closing_frees_those_who_wait_for_room(client: Client) -> None:
    client.stuff()
    outbox = client.outbox(Bounds(lines=1, patience=SOON))

    def put() -> None:
        for _ in range(3):
            outbox.put(b"x\n")

    def close() -> None:
        with outbox._changed:
            assert outbox._changed.wait_for(lambda: outbox._waiting, SOON)
        outbox.close(0)

    run_together(put, close)
    assert client.complaints.empty()
