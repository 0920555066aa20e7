"""How far a download is."""

from itertools import pairwise

from lofi.hub.progress import EVENT_SECONDS, Meter, Phase, Throttle


def test_a_file_that_starts_over_does_not_turn_the_counts_back() -> None:
    meter = Meter({"a": 100, "b": 100})
    assert meter.at(Phase.FETCHING, "a", 80).total_done == 80
    again = meter.at(Phase.FETCHING, "a", 10)
    assert (again.done, again.total_done, again.percent) == (80, 80, 80)


def test_only_the_end_is_all() -> None:
    meter = Meter({"a": 1_000_000, "b": 1})
    meter.settle("a")
    step = meter.at(Phase.FETCHING, "b", 1)
    assert (step.total_done, step.total_percent) == (step.total_size, 99)
    assert meter.settle("b").total_percent == 100


def test_at_most_four_events_a_second_and_always_the_last() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    meter = Meter({"a": 10_000})
    told = []
    for position in range(10_000):
        now += 0.001
        if throttle.due(meter.at(Phase.FETCHING, "a", position)):
            told.append(now)
    assert len(told) in {40, 41}
    assert min(b - a for a, b in pairwise(told)) >= EVENT_SECONDS - 1e-9
    assert throttle.due(meter.settle("a"))
