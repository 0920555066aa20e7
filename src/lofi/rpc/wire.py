"""Lines to the client, with every reply before the notifications that its call caused."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from lofi.rpc import messages
from lofi.rpc.outbox import Outbox


class Wire:
    """The sending side of one client; safe from any thread."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._gate = threading.RLock()
        """Held from a call to its reply: what other threads have to say waits so long."""
        self._behind: list[Callable[[], None]] | None = None
        """What the call in hand has to say after its reply."""
        self._own = threading.local()
        """The same for a call that this thread serves beside the others."""

    def answer(self, serve: Callable[[], bytes | None]) -> None:
        """Serve one call: its reply first, if it has one, then what it announced."""
        with self._gate:
            behind: list[Callable[[], None]] = []
            self._behind = behind
            try:
                reply = serve()
            finally:
                self._behind = None
            if reply is not None:
                self._outbox.put(reply)
            for say in behind:
                say()

    def answer_beside(self, serve: Callable[[], bytes | None]) -> None:
        """The same for a call that may take a while: what other threads have to say does not wait
        for it."""
        behind: list[Callable[[], None]] = []
        self._own.behind = behind
        try:
            reply = serve()
        finally:
            self._own.behind = None
        with self._gate:
            if reply is not None:
                self._outbox.put(reply)
            for say in behind:
                say()

    def announce(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        replaces: str | None = None,
        ends: str | None = None,
    ) -> None:
        """Send a notification.

        Args:
            method: its name.
            params: its parameters.
            replaces: an older one of this key that has not left yet is out of date.
            ends: the key that this one ends; no other of that key goes after it.
        """
        line = messages.notification(method, params)

        def say() -> None:
            if replaces is None:
                self._outbox.put(line, ends=ends)
            else:
                self._outbox.put_latest(replaces, line)

        self._say(say)

    def announce_state(self, method: str, describe: Callable[[], Mapping[str, Any]]) -> None:
        """Send how things stand, in place of an older such line that has not left yet.

        Args:
            method: the name of the notification.
            describe: called in the order of sending, so that what is said last is the newest.
        """

        def say() -> None:
            line = messages.notification(method, describe())
            self._outbox.put_latest(method, line)

        self._say(say)

    def _say(self, say: Callable[[], None]) -> None:
        """Now, or after the reply to the call in hand."""
        own: list[Callable[[], None]] | None = getattr(self._own, "behind", None)
        if own is not None:
            own.append(say)
            return
        with self._gate:
            if self._behind is None:
                say()
            else:
                self._behind.append(say)
