"""The only place that touches the descriptors of the wire. Knows nothing of what they carry."""

import fcntl
import io
import logging
import os
import select
import sys
from collections.abc import Iterator

from lofi.rpc.framing import Lines, TooLong

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
STANDARD = 3
"""The first descriptor that is none of stdin, stdout and stderr."""


def claim() -> tuple[int, int]:
    """Take stdin and stdout away from the rest of the process; private copies of them.

    What anything else prints, a C library or a child included, goes to stderr from then on, and
    what it reads is empty. A standard descriptor that was closed is opened on the null device.

    Raises:
        OSError: there are no descriptors left.
    """
    null = _open_missing()
    incoming = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, STANDARD)
    outgoing = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, STANDARD)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if isinstance(sys.stdout, io.TextIOWrapper):  # it chose its buffering when fd 1 was a pipe
        sys.stdout.reconfigure(line_buffering=True)
    return incoming, outgoing


def read_lines(incoming: int, lines: Lines) -> Iterator[bytes | TooLong]:
    """Lines as they arrive, until the other side closes or its pipe breaks."""
    while chunk := _read(incoming):
        yield from lines.feed(chunk)


def write(outgoing: int, data: bytes) -> None:
    """All of ``data``, however long the other side takes to read it.

    Raises:
        OSError: the other side is gone, or the disk behind it is full.
    """
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(outgoing, rest) :]
        except BlockingIOError:
            _wait(outgoing, select.POLLOUT)


def _open_missing() -> int:
    """Fill what is closed below 3, so that no later file or socket becomes somebody's stdout."""
    null = os.open(os.devnull, os.O_RDWR)
    while null < STANDARD:
        os.set_inheritable(null, True)
        null = os.open(os.devnull, os.O_RDWR)
    return null


def _read(incoming: int) -> bytes:
    while True:
        try:
            return os.read(incoming, CHUNK)
        except BlockingIOError:
            _wait(incoming, select.POLLIN)
        except OSError as error:
            logger.warning("cannot read from the client: %s", error.strerror)
            return b""


def _wait(descriptor: int, event: int) -> None:
    """Some parents hand over a pipe that does not block; its flags are theirs as well as ours."""
    poll = select.poll()
    poll.register(descriptor, event)
    poll.poll()
