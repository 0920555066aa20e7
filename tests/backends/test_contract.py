"""What every backend must do, whatever makes its music; a new backend only joins ``LOADERS``."""

import gc
import threading
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from fixtures.ace_step import TINY
from fixtures.musicgen import MERGED
from lofi.backends import registry
from lofi.backends.base import Backend, Model, Step
from lofi.device import Placement
from lofi.errors import GenerationCancelled
from lofi.track import Request, Take

LOADERS: dict[str, Callable[[Backend], Model]] = {
    "ace_step": lambda backend: backend.load(TINY, Placement(threads=1)),
    "musicgen": lambda backend: backend.load(MERGED, Placement(threads=1)),
    "procedural": lambda backend: backend.load(None, Placement()),
}
"""How a test gets a small working model of each backend."""


@pytest.fixture(params=sorted(LOADERS))
def backend(request: pytest.FixtureRequest) -> Backend:
    return registry.get(request.param)


@pytest.fixture
def model(backend: Backend) -> Iterator[Model]:
    loaded = LOADERS[backend.name](backend)
    yield loaded
    loaded.close()


@pytest.fixture
def request_(backend: Backend) -> Request:
    return Request(
        prompt="rainy night, rhodes, vinyl",
        seconds=backend.seconds[0],
        seed=7,
        backend=backend.name,
        model_version="test",
        options=backend.options(),
    )


def finish(work: Generator[Step, None, Take]) -> Take:
    try:
        while True:
            next(work)
    except StopIteration as finished:
        take: Take = finished.value
        return take


def make(model: Model, request: Request) -> Take:
    return finish(model.generate(request))


def test_every_backend_is_under_this_contract() -> None:
    assert set(LOADERS) == set(registry.names())


def test_steps_count_up_to_a_total_that_stays(model: Model, request_: Request) -> None:
    steps = list(model.generate(request_))
    assert len(steps) >= 3
    assert {step.total for step in steps} == {steps[-1].done}
    assert all(0 <= later.done - step.done <= 1 for step, later in pairwise(steps))


def test_every_step_reaches_further_and_the_last_the_end(model: Model, request_: Request) -> None:
    reached = [step.reached for step in model.generate(request_)]
    assert reached[0] >= 0
    assert all(before < after for before, after in pairwise(reached))
    assert reached[-1] == 1


def test_the_seed_decides_every_sample(model: Model, request_: Request) -> None:
    first = make(model, request_).audio.samples
    again = make(model, request_).audio.samples
    other = make(model, replace(request_, seed=8)).audio.samples
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("extra", [0, 1, 6])
def test_the_length_is_exact_to_the_sample(
    backend: Backend, model: Model, request_: Request, extra: int
) -> None:
    seconds = backend.seconds[0] + extra
    audio = make(model, replace(request_, seconds=seconds)).audio
    assert audio.sample_rate == backend.sample_rate
    assert audio.samples.shape == (2, seconds * backend.sample_rate)
    assert audio.samples.dtype == np.float32


def test_what_comes_out_is_sound(model: Model, request_: Request) -> None:
    samples = make(model, request_).audio.samples
    assert np.isfinite(samples).all()
    assert 0.01 < np.abs(samples).max() <= 1.0


def test_cancelling_stops_within_a_step_and_leaves_the_model_usable(
    model: Model, request_: Request
) -> None:
    expected = make(model, request_).audio.samples
    work = model.generate(request_)
    next(work)
    work.close()
    with pytest.raises(StopIteration):
        next(work)
    assert np.array_equal(make(model, request_).audio.samples, expected)


def test_interrupting_from_another_thread_ends_the_work_and_leaves_the_model_usable(
    model: Model, request_: Request
) -> None:
    work = model.generate(request_)
    next(work)
    other = threading.Thread(target=model.interrupt)
    other.start()
    other.join()
    with pytest.raises(GenerationCancelled):
        finish(work)
    assert make(model, request_).audio.samples.any()


def test_memory_returns(backend: Backend, request_: Request) -> None:
    def use() -> int:
        model = LOADERS[backend.name](backend)
        finish(model.generate(request_))
        model.close()
        del model
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first, second = use(), use()
    finally:
        tracemalloc.stop()
    assert second - first < 1_000_000


def test_options_that_do_not_exist_are_refused(backend: Backend) -> None:
    with pytest.raises(ValidationError, match="no_such_option"):
        backend.options.model_validate({"no_such_option": 1})


def test_a_backend_describes_itself(backend: Backend) -> None:
    assert backend.title
    assert backend.summary
    assert 1 <= backend.seconds[0] < backend.seconds[-1]
    assert backend.options.model_json_schema()["type"] == "object"
