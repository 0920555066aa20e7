"""How long calls take, and the calls within them."""

import functools
import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Stopwatch:
    """Adds up the seconds of the calls it watches, by the path of watched calls that led there."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, ...], float] = defaultdict(float)
        self._here = threading.local()

    def watch(self, owner: type | ModuleType, name: str, label: str) -> None:
        """From now on, time the calls of ``owner.name``; of a generator, all its steps."""
        function = getattr(owner, name)
        wrap = self._generator if inspect.isgeneratorfunction(function) else self._function
        setattr(owner, name, functools.wraps(function)(wrap(function, label)))

    def total(self, outer: str, inner: str | None = None) -> float:
        """Seconds in all calls of ``outer``, or in those of ``inner`` that it led to."""
        label = inner or outer
        return sum(
            seconds for path, seconds in self.spent.items() if path[-1] == label and outer in path
        )

    def _function(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        def timed(*arguments: object, **named: object) -> object:
            with self._running(label):
                return function(*arguments, **named)

        return timed

    def _generator(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        def timed(*arguments: object, **named: object) -> Generator[object, None, object]:
            work = function(*arguments, **named)
            while True:
                try:
                    with self._running(label):
                        step = next(work)
                except StopIteration as end:
                    return end.value
                yield step

        return timed

    @contextmanager
    def _running(self, label: str) -> Iterator[None]:
        outer: tuple[str, ...] = getattr(self._here, "path", ())
        path = self._here.path = (*outer, label)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spent[path] += time.perf_counter() - began
            self._here.path = outer
