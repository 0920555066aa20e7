"""The focus timer, told the time."""

from lofi.radio.timer import Phase, Standing, Timer

MINUTE = 60.0


def test_it_begins_with_work() -> None:
    timer = Timer(25 * MINUTE, 5 * MINUTE, now=100.0)
    assert timer.standing(100.0) == Standing(Phase.FOCUS, 25 * MINUTE, 1)
    assert timer.turned(100.0) is None


def test_work_and_breaks_take_turns_and_rounds_are_counted() -> None:
    timer = Timer(25 * MINUTE, 5 * MINUTE, now=0.0)
    turns = [timer.turned(second * 1.0) for second in range(65 * 60)]
    told = [(at, each) for at, each in enumerate(turns) if each is not None]
    assert told == [
        (25 * 60, Standing(Phase.BREAK, 5 * MINUTE, 1)),
        (30 * 60, Standing(Phase.FOCUS, 25 * MINUTE, 2)),
        (55 * 60, Standing(Phase.BREAK, 5 * MINUTE, 2)),
        (60 * 60, Standing(Phase.FOCUS, 25 * MINUTE, 3)),
    ]


def test_each_turn_is_told_once() -> None:
    timer = Timer(MINUTE, MINUTE, now=0.0)
    assert timer.turned(61.0) is not None
    assert timer.turned(62.0) is None


def test_after_a_long_sleep_only_the_phase_of_now_is_told() -> None:
    timer = Timer(25 * MINUTE, 5 * MINUTE, now=0.0)
    assert timer.turned(100 * MINUTE) == Standing(Phase.FOCUS, 15 * MINUTE, 4)
    assert timer.turned(100 * MINUTE) is None
