"""A process with a pipe each way, spoken to in lines of JSON. Knows nothing of what is said."""

import json
import os
import select
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

STDERR = 2
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""What a computing process is started with unless the user has set it otherwise. Weights in large
pages are read about an eighth faster; where there is no glibc nobody looks at it."""

Message = dict[str, Any]


class Process:
    """One inference process and the two pipes to it."""

    def __init__(self, command: Sequence[str], model: Message) -> None:
        self.model = model
        """What it has loaded, or will by the first order."""
        self._held: set[int] = set()
        inherited: list[int] = []
        try:
            orders, self._orders = os.pipe()
            self._held.add(self._orders)
            inherited.append(orders)
            self._events, events = os.pipe()
            self._held.add(self._events)
            inherited.append(events)
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [*command[:-1], str(orders), str(events), command[-1]],
                stdin=subprocess.DEVNULL,
                stdout=STDERR,
                pass_fds=(orders, events),
                env=ENVIRONMENT | os.environ,
                process_group=0,  # a terminal's Ctrl-C is the parent's to handle
            )
        finally:
            for descriptor in inherited:
                os.close(descriptor)
        self._buffer = bytearray()
        self.open = True
        """Whether more may come; once it ended, what it said last has been received."""

    @property
    def alive(self) -> bool:
        """Whether it can still be given something to do."""
        return self.open and self._process.poll() is None

    def send(self, message: Message) -> None:
        """Say something; a process that is gone is noticed by ``receive``."""
        rest = json.dumps(message).encode() + b"\n"
        with suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self._orders, rest) :]

    def receive(self, timeout: float) -> Message | None:
        """The next message, or None if none comes within ``timeout`` seconds."""
        while b"\n" not in self._buffer:
            ended = self._process.poll() is not None  # what it left behind may hold the pipe open
            if not self.open or not self._readable(0 if ended else timeout):
                self._hear(self.open and not ended)
                return None
            chunk = os.read(self._events, 65_536)
            self._hear(bool(chunk))
            self._buffer += chunk
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        message: Message = json.loads(line)
        return message

    def _hear(self, more: bool) -> None:
        self.open = more
        if not more:
            self._let_go(self._events)

    def hush(self) -> None:
        """It is dead, and nobody will speak to it again."""
        self._let_go(self._orders)

    def _let_go(self, descriptor: int) -> None:
        """Close it, but once: its number may soon be another file's."""
        if descriptor in self._held:
            self._held.remove(descriptor)
            os.close(descriptor)

    def _readable(self, timeout: float) -> bool:
        poll = select.poll()  # select cannot watch descriptors beyond 1023
        poll.register(self._events, select.POLLIN)
        return bool(poll.poll(timeout * 1000))

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def epitaph(self) -> str:
        """How it ended, for people."""
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "was killed, most likely because memory ran out"
        if code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended unexpectedly (exit code {code})"

    def __del__(self) -> None:  # what nobody heard to the end
        for descriptor in tuple(self._held):
            self._let_go(descriptor)
