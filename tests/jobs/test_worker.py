"""The process that computes, seen from its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fixtures.fakes import INFERENCE
from lofi.audiofile import Format
from lofi.backends.base import Step
from lofi.device import Device, Placement
from lofi.errors import (
    GenerationCancelled,
    LofiError,
    ModelInferenceFailed,
    ModelLoadFailed,
    WriteFailed,
)
from lofi.jobs.growing import Chunk
from lofi.jobs.order import Order, Recording, Stage
from lofi.jobs.worker import Worker
from lofi.track import Request

Event = Stage | Step | Chunk


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One for all: each test leaves it fit for the next, whatever happened."""
    started = Worker(INFERENCE, patience=5.0)
    yield started
    started.kill()


@pytest.fixture
def order(tmp_path: Path) -> Order:
    request = Request(prompt="steady", seconds=2, seed=7, backend="fake", model_version="fake-v1")
    part = tmp_path / "a.part"
    return Order(request, None, Placement(), part, Format.WAV, {"title": "a tone"})


def asked(order: Order, prompt: str) -> Order:
    return replace(order, request=replace(order.request, prompt=prompt))


def follow(
    worker: Worker, order: Order, seen: Callable[[Event], None] = lambda _event: None
) -> Recording:
    work = worker.run(order)
    try:
        while True:
            seen(next(work))
    except StopIteration as finished:
        recording: Recording = finished.value
        return recording


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        os.sched_yield()
    return condition()


def test_an_order_becomes_a_whole_file_and_its_steps_arrive_in_order(
    worker: Worker, order: Order
) -> None:
    worker.kill()
    events: list[Event] = []
    recording = follow(worker, order, events.append)
    assert events == [Stage.LOADING, Stage.COMPUTING, *(Step(done, 20) for done in range(1, 21))]
    assert (recording.frames, recording.sample_rate) == (16_000, 8_000)
    assert recording.notes["word"] == "steady"
    with soundfile.SoundFile(order.part) as file:
        assert (file.frames, file.title) == (16_000, "a tone")


def test_a_model_stays_warm_between_orders_and_in_a_process_of_its_own(
    worker: Worker, order: Order
) -> None:
    first = follow(worker, order)
    order.part.unlink()
    events: list[Event] = []
    second = follow(worker, order, events.append)
    assert Stage.LOADING not in events
    assert first.notes["pid"] == second.notes["pid"] != os.getpid()


@pytest.mark.parametrize(
    ("word", "error", "message"),
    [
        ("abort", ModelInferenceFailed, "crashed (SIGABRT)"),
        ("kill", ModelInferenceFailed, "memory ran out"),
        ("exit", ModelInferenceFailed, "exit code 3"),
        ("raise", ModelInferenceFailed, "the fake broke"),
        ("memory", ModelInferenceFailed, "not enough memory"),
        ("nan", ModelInferenceFailed, "not numbers"),
        ("silence", ModelInferenceFailed, "silence"),
    ],
)
def test_trouble_fails_one_order_by_name_and_the_next_is_fine(
    worker: Worker, order: Order, word: str, error: type[LofiError], message: str
) -> None:
    with pytest.raises(error) as caught:
        follow(worker, asked(order, word))
    assert message in caught.value.message
    assert not order.part.exists()
    assert follow(worker, order).frames == 16_000


def test_a_device_that_cannot_be_had_keeps_its_name_and_hint(worker: Worker, order: Order) -> None:
    with pytest.raises(ModelLoadFailed) as caught:
        follow(worker, replace(order, placement=Placement(Device.CUDA)))
    assert (caught.value.message, caught.value.hint) == ("the fake has no CUDA", "use --device cpu")


@pytest.mark.parametrize("word", ["slow", "patient", "sleep", "hang"])
def test_cancel_is_felt_in_a_step_in_an_interruptible_and_in_a_deaf_native_call(
    worker: Worker, order: Order, word: str
) -> None:
    def seen(event: Event) -> None:
        if event == Step(9, 20):
            threading.Timer(0.1, worker.cancel).start()

    with pytest.raises(GenerationCancelled):
        follow(worker, asked(order, word), seen)
    assert not order.part.exists()
    assert follow(worker, order).frames == 16_000


def test_a_model_that_can_be_interrupted_stays_in_memory(worker: Worker, order: Order) -> None:
    pid = follow(worker, order).notes["pid"]
    order.part.unlink()

    def seen(event: Event) -> None:
        if event == Step(9, 20):
            worker.cancel()

    with pytest.raises(GenerationCancelled):
        follow(worker, asked(order, "patient"), seen)
    assert follow(worker, order).notes["pid"] == pid


def test_cancelling_while_a_model_loads_ends_the_load(worker: Worker, order: Order) -> None:
    slow_to_load = replace(order, placement=Placement(threads=13))

    def seen(event: Event) -> None:
        if event == Stage.LOADING:
            worker.cancel()

    with pytest.raises(GenerationCancelled):
        follow(worker, slow_to_load, seen)
    assert not worker.warm


def test_a_cancel_that_comes_too_late_does_not_touch_the_next_order(
    worker: Worker, order: Order
) -> None:
    follow(worker, order)
    worker.cancel()
    order.part.unlink()
    assert follow(worker, order).frames == 16_000


def test_a_native_call_that_hangs_is_ended(order: Order) -> None:
    worker = Worker(INFERENCE, patience=0.5)
    with pytest.raises(ModelInferenceFailed, match=r"no progress for 0\.5 s"):
        follow(worker, asked(order, "hang"))
    assert not worker.warm


def test_giving_the_generator_up_ends_the_process(worker: Worker, order: Order) -> None:
    work = worker.run(asked(order, "slow"))
    next(work)
    work.close()
    assert not worker.warm
    assert not order.part.exists()


def test_killing_it_ends_the_process_and_gives_its_memory_back(
    worker: Worker, order: Order
) -> None:
    pid = follow(worker, order).notes["pid"]
    assert isinstance(pid, int)
    worker.kill()
    assert gone(pid)
    assert not worker.warm


ORPHAN = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from jobs.test_worker import *
part = Path(sys.argv[1])
request = Request(prompt=sys.argv[3], seconds=2, seed=7, backend="fake", model_version="fake-v1")
order = Order(request, None, Placement(), part, Format.WAV, {})
worker = Worker(INFERENCE)
for event in worker.run(order):
    if event == Step(9, 20):
        print(worker._process._process.pid, flush=True)
"""


@pytest.mark.parametrize("word", ["slow", "sleep", "hang"])
def test_it_never_outlives_its_parent(tmp_path: Path, word: str) -> None:
    tests = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", ORPHAN, str(tmp_path / "a.part"), tests, word]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert wait_until(lambda: gone(pid))


def test_a_worker_runs_at_the_priority_it_is_given(order: Order) -> None:
    worker = Worker(INFERENCE, nice=7)
    pid = follow(worker, order).notes["pid"]
    assert isinstance(pid, int)
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 7
    worker.kill()


def test_another_model_gets_a_process_of_its_own_so_that_all_memory_returns(
    worker: Worker, order: Order
) -> None:
    first = follow(worker, order).notes["pid"]
    order.part.unlink()
    second = follow(worker, replace(order, placement=Placement(threads=2))).notes["pid"]
    assert isinstance(first, int)
    assert gone(first)
    assert first != second


def test_a_load_that_failed_leaves_no_model_behind(worker: Worker, order: Order) -> None:
    follow(worker, order)
    order.part.unlink()
    with pytest.raises(ModelLoadFailed):
        follow(worker, replace(order, placement=Placement(Device.CUDA)))
    assert worker.in_memory is None
    assert follow(worker, order).frames == 16_000
    assert worker.in_memory == ("fake", (Device.CPU, "it is a fake"))


def test_a_process_that_died_between_orders_is_replaced(worker: Worker, order: Order) -> None:
    pid = follow(worker, order).notes["pid"]
    assert isinstance(pid, int)
    order.part.unlink()
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not worker.warm)
    assert worker.in_memory is None
    assert follow(worker, order).notes["pid"] != pid


def test_a_closed_worker_takes_no_order(order: Order) -> None:
    worker = Worker(INFERENCE)
    worker.close()
    with pytest.raises(GenerationCancelled):
        follow(worker, order)
    assert not worker.warm


def test_what_a_backend_started_does_not_keep_a_dead_process_alive(
    worker: Worker, order: Order
) -> None:
    """A child that inherits the pipe, and outlives both its parent and our patience."""
    with pytest.raises(ModelInferenceFailed, match="exit code 3"):
        follow(worker, asked(order, "fork"))


@pytest.mark.parametrize(
    ("number", "survives"), [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, False)]
)
def test_a_signal_for_the_terminals_programs_is_the_parents_matter(
    worker: Worker, order: Order, number: signal.Signals, survives: bool
) -> None:
    def seen(event: Event) -> None:
        if event == Step(2, 20):
            assert worker._process is not None
            pid = worker._process._process.pid
            assert os.getpgid(pid) == pid
            os.kill(pid, number)

    if survives:
        assert follow(worker, asked(order, "slow"), seen).frames == 16_000
    else:
        with pytest.raises(ModelInferenceFailed, match=number.name):
            follow(worker, asked(order, "slow"), seen)


def test_sigterm_ends_it_inside_a_native_call_too(worker: Worker, order: Order) -> None:
    def seen(event: Event) -> None:
        if event == Step(9, 20):
            assert worker._process is not None
            pid = worker._process._process.pid
            threading.Timer(0.1, os.kill, (pid, signal.SIGTERM)).start()

    with pytest.raises(ModelInferenceFailed, match="SIGTERM"):
        follow(worker, asked(order, "hang"), seen)


def test_a_folder_that_vanished_is_named(worker: Worker, order: Order) -> None:
    elsewhere = replace(order, part=order.part.parent / "gone" / "a.part")
    with pytest.raises(WriteFailed, match=r"gone.*no such file"):
        follow(worker, elsewhere)
    assert follow(worker, order).frames == 16_000


def test_an_order_may_be_as_long_as_it_likes(worker: Worker, order: Order) -> None:
    """Longer than a pipe holds, and begun before anybody reads."""
    long = replace(order, tags={"title": "a tone", "comment": "x" * 1_000_000})
    assert follow(worker, long).frames == 16_000


@pytest.mark.parametrize(
    ("word", "message"),
    [("notes", "notes are not JSON"), ("flat", "not (channels, frames)")],
)
def test_what_is_no_take_fails_by_name_and_the_process_lives(
    worker: Worker, order: Order, word: str, message: str
) -> None:
    pid = follow(worker, order).notes["pid"]
    order.part.unlink()
    with pytest.raises(ModelInferenceFailed) as caught:
        follow(worker, asked(order, word))
    assert message in caught.value.message
    assert follow(worker, order).notes["pid"] == pid


def test_a_track_can_be_heard_while_it_is_made(worker: Worker, order: Order) -> None:
    growing = order.part.with_name("growing.wav")
    chunks: list[Chunk] = []

    def seen(event: Event) -> None:
        if isinstance(event, Chunk):
            chunks.append(event)
            assert soundfile.info(growing).frames >= event.frames

    recording = follow(worker, replace(asked(order, "steady stream"), growing=growing), seen)
    assert [each.frames for each in chunks] == [*range(800, 15_200, 800), recording.frames]
    assert np.array_equal(soundfile.read(growing)[0], soundfile.read(order.part)[0])


@pytest.mark.parametrize("word", ["abort", "raise", "nan", "kill"])
def test_what_could_be_heard_of_a_track_that_failed_is_gone(
    worker: Worker, order: Order, word: str
) -> None:
    growing = order.part.with_name("growing.wav")
    with pytest.raises(ModelInferenceFailed):
        follow(worker, replace(asked(order, f"{word} stream"), growing=growing))
    assert list(growing.parent.iterdir()) == []


def test_nothing_grows_for_an_order_that_does_not_ask(worker: Worker, order: Order) -> None:
    events: list[Event] = []
    follow(worker, asked(order, "steady stream"), events.append)
    assert not [each for each in events if isinstance(each, Chunk)]
    assert list(order.part.parent.iterdir()) == [order.part]
