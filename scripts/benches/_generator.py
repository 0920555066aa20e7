"""Work that is a generator, done to its end."""

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")


def result(work: Generator[Any, Any, T]) -> T:
    """What ``work`` returns; what it yields on the way is passed over."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            value: T = end.value
            return value
