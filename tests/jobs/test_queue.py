"""Who is next, one rule at a time, and all of them against a naive model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lofi.errors import InvalidParams, LofiError, QueueFull, TrackNotFound
from lofi.jobs.job import Job, Priority
from lofi.jobs.queue import CAPACITY, Queue
from lofi.track import Request

NORMAL, HIGH = Priority.NORMAL, Priority.HIGH


def job(seed: int, priority: Priority = NORMAL) -> Job:
    request = Request(prompt="x", seconds=5, seed=seed, backend="fake", model_version="fake-v1")
    return Job(request, priority)


def filled(*priorities: Priority) -> Queue:
    queue = Queue()
    for seed, priority in enumerate(priorities):
        queue.add(job(seed, priority))
    return queue


def seeds(queue: Queue) -> list[int]:
    return [each.request.seed for each in queue.jobs]


def test_three_submissions_stand_at_0_1_2_with_the_running_job_in_a_slot() -> None:
    queue = Queue()
    positions = []
    for seed in range(3):
        queue.add(job(seed))
        positions.append(queue.position(job(seed).id))
        queue.take()
    assert positions == [0, 1, 2]
    assert queue.running == job(0)


def test_the_eleventh_is_refused_and_the_running_job_counts() -> None:
    queue = filled(*[NORMAL] * CAPACITY)
    queue.take()
    with pytest.raises(QueueFull, match="10 jobs"):
        queue.add(job(10, HIGH))
    queue.finish()
    assert queue.add(job(10)) == job(10)
    assert queue.position(job(10).id) == 9


def test_first_come_first_served_within_a_priority() -> None:
    assert seeds(filled(NORMAL, NORMAL, NORMAL)) == [0, 1, 2]


def test_high_goes_before_normal_but_behind_earlier_high() -> None:
    assert seeds(filled(NORMAL, HIGH, NORMAL, HIGH)) == [1, 3, 0, 2]


def test_high_never_goes_before_the_running_job() -> None:
    queue = filled(NORMAL, NORMAL)
    queue.take()
    queue.add(job(2, HIGH))
    assert seeds(queue) == [0, 2, 1]


def test_a_duplicate_joins_the_job_here_even_when_every_slot_is_taken() -> None:
    queue = filled(*[NORMAL] * CAPACITY)
    first = queue.jobs[3]
    assert queue.add(job(3)) is first
    assert len(queue) == CAPACITY


def test_a_duplicate_may_raise_the_priority_but_not_lower_it() -> None:
    queue = filled(HIGH, NORMAL, NORMAL)
    assert queue.add(job(2, HIGH)).priority is HIGH
    assert seeds(queue) == [0, 2, 1]
    assert queue.add(job(2)).priority is HIGH
    assert seeds(queue) == [0, 2, 1]


def test_a_running_job_is_joined_and_stays_as_it_is() -> None:
    queue = filled(NORMAL, NORMAL)
    running = queue.take()
    assert queue.add(job(0, HIGH)) is running
    assert seeds(queue) == [0, 1]


def test_taking_again_gives_the_job_that_runs_already() -> None:
    queue = filled(NORMAL, NORMAL)
    assert queue.take() is queue.take() is queue.running
    assert Queue().take() is None


def test_a_restored_job_is_taken_in_though_every_slot_is_taken() -> None:
    queue = filled(*[NORMAL] * CAPACITY)
    queue.restore(job(10))
    queue.restore(job(10))
    assert len(queue) == CAPACITY + 1
    with pytest.raises(QueueFull):
        queue.add(job(11))


def test_a_moved_job_stands_where_it_was_put_whatever_its_priority() -> None:
    queue = filled(HIGH, NORMAL, NORMAL)
    queue.move(job(2).id, 0)
    assert seeds(queue) == [2, 0, 1]
    queue.take()
    queue.move(job(0).id, 2)
    assert seeds(queue) == [2, 1, 0]


@pytest.mark.parametrize(
    ("seed", "position", "error", "hint"),
    [
        (1, 0, InvalidParams, "use 1 to 2"),
        (1, 3, InvalidParams, "use 1 to 2"),
        (1, -1, InvalidParams, "use 1 to 2"),
        (0, 1, TrackNotFound, ""),
        (7, 1, TrackNotFound, ""),
        (7, 99, TrackNotFound, ""),
    ],
)
def test_a_move_that_cannot_be_leaves_the_order_alone(
    seed: int, position: int, error: type[LofiError], hint: str
) -> None:
    queue = filled(NORMAL, NORMAL, NORMAL)
    queue.take()
    with pytest.raises(error) as caught:
        queue.move(job(seed).id, position)
    assert hint in caught.value.hint
    assert seeds(queue) == [0, 1, 2]


def test_clear_takes_out_what_waits_and_the_running_job_goes_on() -> None:
    queue = filled(NORMAL, HIGH, NORMAL)
    queue.take()
    assert [each.request.seed for each in queue.clear()] == [0, 2]
    assert seeds(queue) == [1]


def test_only_what_waits_can_be_taken_out() -> None:
    queue = filled(NORMAL, NORMAL)
    queue.take()
    assert queue.remove(job(1).id) == job(1)
    for gone in (0, 1):
        with pytest.raises(TrackNotFound):
            queue.remove(job(gone).id)
    with pytest.raises(TrackNotFound):
        queue.position(job(1).id)


class Naive:
    """The same rules on a list of (seed, priority), as slowly and plainly as can be."""

    def __init__(self) -> None:
        self.running: list[tuple[int, Priority]] = []
        self.waiting: list[tuple[int, Priority]] = []

    def add(self, seed: int, priority: Priority) -> None:
        every = self.running + self.waiting
        here = [each for each in every if each[0] == seed]
        if not here and len(every) >= CAPACITY:
            raise QueueFull("")
        if here and (here[0] in self.running or here[0][1] is HIGH or priority is NORMAL):
            return
        rest = [each for each in self.waiting if each[0] != seed]
        cut = len(rest)
        if priority is HIGH:
            cut = max((i for i, each in enumerate(rest, 1) if each[1] is HIGH), default=0)
        self.waiting = [*rest[:cut], (seed, priority), *rest[cut:]]

    def take(self) -> None:
        if not self.running:
            self.running, self.waiting = self.waiting[:1], self.waiting[1:]

    def remove(self, seed: int) -> None:
        if seed not in [each[0] for each in self.waiting]:
            raise TrackNotFound("")
        self.waiting = [each for each in self.waiting if each[0] != seed]

    def move(self, seed: int, position: int) -> None:
        before = self.waiting
        self.remove(seed)
        place = position - len(self.running)
        if not 0 <= place < len(before):
            self.waiting = before
            raise InvalidParams("")
        self.waiting.insert(place, next(each for each in before if each[0] == seed))


def outcome(act: Callable[[], object]) -> type[LofiError] | None:
    try:
        act()
    except LofiError as error:
        return type(error)
    return None


SEEDS = st.integers(0, 13)
PRIORITIES = st.sampled_from(Priority)


class Comparison(RuleBasedStateMachine):
    kind: type[Queue] = Queue

    def __init__(self) -> None:
        super().__init__()
        self.queue = self.kind()
        self.model = Naive()

    def same(self, act: Callable[[], object], plainly: Callable[[], object]) -> None:
        assert outcome(act) is outcome(plainly)

    @rule(seed=SEEDS, priority=PRIORITIES)
    def add(self, seed: int, priority: Priority) -> None:
        self.same(
            lambda: self.queue.add(job(seed, priority)), lambda: self.model.add(seed, priority)
        )

    @rule()
    def take(self) -> None:
        self.queue.take()
        self.model.take()

    @precondition(lambda self: self.queue.running is not None)
    @rule()
    def finish(self) -> None:
        self.queue.finish()
        self.model.running = []

    @rule(seed=SEEDS)
    def remove(self, seed: int) -> None:
        self.same(lambda: self.queue.remove(job(seed).id), lambda: self.model.remove(seed))

    @rule(seed=SEEDS, position=st.integers(-1, CAPACITY + 1))
    def move(self, seed: int, position: int) -> None:
        self.same(
            lambda: self.queue.move(job(seed).id, position),
            lambda: self.model.move(seed, position),
        )

    @rule()
    def clear(self) -> None:
        gone = [each.request.seed for each in self.queue.clear()]
        assert gone == [each[0] for each in self.model.waiting]
        self.model.waiting = []

    @invariant()
    def agree(self) -> None:
        jobs = [(each.request.seed, each.priority) for each in self.queue.jobs]
        assert jobs == self.model.running + self.model.waiting

    @invariant()
    def positions_are_places_and_no_slot_is_used_twice(self) -> None:
        ids = [each.id for each in self.queue.jobs]
        assert len(set(ids)) == len(ids) == len(self.queue) <= CAPACITY
        assert [self.queue.position(each) for each in ids] == list(range(len(ids)))
        assert self.queue.waiting == self.queue.jobs[1 if self.queue.running else 0 :]


Comparison.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, database=None
)
TestComparison = Comparison.TestCase


class HighInFront(Queue):
    def _insert(self, job: Job) -> None:
        self._waiting.insert(0 if job.priority is HIGH else len(self._waiting), job)


class RunningIsFree(Queue):
    def __len__(self) -> int:
        return len(self.waiting)


class Twins(Queue):
    def _join(self, known: Job, asked: Job) -> Job:
        del asked
        return known


class MovesTooFar(Queue):
    def move(self, track_id: str, position: int) -> None:
        if track_id in {each.id for each in self.waiting}:
            position = min(position, len(self) - 1)
        super().move(track_id, position)


@pytest.mark.parametrize("broken", [HighInFront, RunningIsFree, Twins, MovesTooFar])
def test_the_comparison_notices_a_queue_with_one_rule_broken(broken: type[Queue]) -> None:
    machine: Any = type("Broken", (Comparison,), {"kind": broken})
    quick = settings(Comparison.TestCase.settings, max_examples=300, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=quick)


@pytest.mark.parametrize("priority", Priority)
def test_a_job_can_be_heard_if_anybody_who_asked_for_it_wants_to(priority: Priority) -> None:
    queue = Queue()
    queue.add(job(1))
    queue.add(job(2))
    joined = queue.add(replace(job(2), stream=True, priority=priority))
    assert joined.stream
    assert queue.find(joined.id) == joined
    assert queue.add(job(2)) == joined
    assert len(queue) == 2
