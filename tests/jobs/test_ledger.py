"""Writing in order without waiting."""

import threading

import pytest

from lofi.errors import WriteFailed
from lofi.jobs.ledger import Ledger


def test_what_is_noted_is_written_in_order() -> None:
    ledger = Ledger()
    written: list[int] = []
    for number in range(1000):
        ledger.note(written.append, number)
    assert ledger.settle(10)
    assert written == list(range(1000))


def test_nobody_waits_for_a_disk_longer_than_he_likes() -> None:
    ledger = Ledger()
    answers = threading.Event()
    ledger.note(answers.wait)
    assert not ledger.settle(0.01)
    answers.set()
    assert ledger.settle(10)


@pytest.mark.parametrize("error", [WriteFailed("full"), RuntimeError("full")])
def test_what_cannot_be_written_is_logged_and_the_rest_is_written(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    ledger = Ledger()
    written: list[int] = []
    ledger.note(fail)
    ledger.note(written.append, 1)
    assert ledger.settle(10)
    assert written == [1]
    assert "journal is not up to date" in caplog.text
    assert "full" in caplog.text
