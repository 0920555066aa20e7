"""Blocking work in a thread of its own, so that whoever waits for it can leave at any time."""

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import NamedTuple, TypeVar, cast

TICK = 0.2
"""Seconds until somebody who waits is asked again whether to go on."""
AHEAD = 16
"""Items that may wait to be taken: what a slow disk leaves lying in memory."""

Item = TypeVar("Item")
Told = TypeVar("Told")
Result = TypeVar("Result")


class _End(NamedTuple):
    error: Exception | None


def pumped(items: Generator[Item, None, None]) -> Generator[Item | None, None, None]:
    """The items of a generator that blocks, with None each time a while passes without one.

    When this generator is closed, the other one is closed too, as soon as it comes back.

    Raises:
        Exception: whatever ``items`` raises.
    """
    waiting: queue.Queue[Item | _End] = queue.Queue(AHEAD)
    left = threading.Event()
    threading.Thread(target=_fill, args=(items, waiting, left), daemon=True).start()
    try:
        while True:
            try:
                item = waiting.get(timeout=TICK)
            except queue.Empty:
                yield None
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        left.set()


def awaited(call: Callable[[], Item]) -> Generator[None, None, Item]:
    """What a call that blocks returns; a tick each time a while passes without an answer.

    Raises:
        Exception: whatever ``call`` raises.
    """
    found: list[Item] = []
    for item in pumped(_once(call)):
        if item is None:
            yield
        else:
            found.append(item)
    return found[0]


def relayed(
    inner: Generator[Item, None, Result], told: Callable[[Item], Told]
) -> Generator[Told, None, Result]:
    """What ``inner`` returns; each thing it yields on the way is told in other words."""
    with closing(inner):
        while True:
            try:
                item = next(inner)
            except StopIteration as end:
                return cast("Result", end.value)
            yield told(item)


def _once(call: Callable[[], Item]) -> Generator[Item, None, None]:
    yield call()


def _fill(
    items: Generator[Item, None, None],
    waiting: "queue.Queue[Item | _End]",
    left: threading.Event,
) -> None:
    error: Exception | None = None
    try:
        for item in items:
            if not _put(waiting, item, left):
                break
    except Exception as raised:  # noqa: BLE001 - raised again by the thread that waits
        error = raised
    finally:
        items.close()
    _put(waiting, _End(error), left)


def _put(waiting: "queue.Queue[Item | _End]", item: Item | _End, left: threading.Event) -> bool:
    """Whether it was put there before the other side left."""
    while not left.is_set():
        try:
            waiting.put(item, timeout=TICK)
        except queue.Full:
            continue
        return True
    return False
