"""Memory, descriptors, threads and files after very many jobs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from fixtures.workshop import Workshop, job
from lofi.device import Placement
from lofi.jobs.events import Cancelled, Completed, Failed, Started

WARM_UP = 100
SLOPE = 1.0
"""KiB a job may cost in the long run."""


class Held(NamedTuple):
    """What this process holds of the machine."""

    kib: int
    descriptors: int
    threads: int


def held() -> Held:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    kib = int(status["VmRSS"].split()[0])
    return Held(kib, sum(1 for _ in Path("/proc/self/fd").iterdir()), int(status["Threads"]))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path, keep_events=False)
    made.library.limits = made.library.limits._replace(tracks=50)
    made.runner.start()
    yield made
    made.close()


def slope(samples: list[Held]) -> float:
    """KiB per job, of the line through the samples."""
    return float(np.polyfit(range(len(samples)), [each.kib for each in samples], 1)[0])


def soak(shop: Workshop, times: int, do: Callable[[int], None]) -> None:
    samples = []
    for number in range(times):
        do(number)
        samples.append(held())
    later = samples[WARM_UP:]
    assert slope(later) < SLOPE, (later[0], later[-1])
    assert {(each.descriptors, each.threads) for each in later[:: len(later) - 1]} == {
        (later[0].descriptors, later[0].threads)
    }
    assert shop.noted() == shop.parts() == []


def test_the_slope_of_a_leak_is_noticed() -> None:
    leaking = [Held(50_000 + 2 * number, 9, 3) for number in range(900)]
    assert slope(leaking) == pytest.approx(2.0)
    assert slope([Held(50_000 + number % 7, 9, 3) for number in range(900)]) < 0.01


@pytest.mark.slow
def test_memory_after_a_thousand_jobs_is_memory_after_a_hundred(shop: Workshop) -> None:
    def make(number: int) -> None:
        shop.runner.submit(job("steady", number))
        assert isinstance(shop.ended(job("steady", number)), Completed)

    soak(shop, 1000, make)


@pytest.mark.slow
def test_memory_after_a_thousand_failures_is_memory_after_a_hundred(shop: Workshop) -> None:
    def fail(number: int) -> None:
        shop.runner.submit(job("raise", number))
        assert isinstance(shop.ended(job("raise", number)), Failed)

    soak(shop, 1000, fail)


@pytest.mark.slow
def test_memory_after_ten_thousand_cancels_is_memory_after_a_hundred(shop: Workshop) -> None:
    def cancel(number: int) -> None:
        running, *waiting = (job("slow", 9 * number + seed) for seed in range(9))
        shop.runner.submit(running)
        shop.heard(running, Started)
        for each in waiting:
            shop.runner.submit(each)
        for each in (*waiting, running):
            shop.runner.cancel(each.id)
            assert isinstance(shop.ended(each), Cancelled)

    soak(shop, 1111, cancel)


@pytest.mark.slow
def test_fifty_switches_of_model_leave_nothing_behind(shop: Workshop) -> None:
    samples = []
    for number in range(50):
        shop.runner._means = shop.runner._means._replace(
            placement=Placement(threads=1 + number % 2)
        )
        shop.runner.submit(job("steady", number))
        ending = shop.ended(job("steady", number))
        assert isinstance(ending, Completed)
        samples.append(held())
    first, last = samples[10], samples[-1]
    assert (last.descriptors, last.threads) == (first.descriptors, first.threads)
    assert last.kib - first.kib < 2_000
