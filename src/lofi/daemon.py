"""The daemon: birth, the loop over lines, and death. What it imports first is light.

Its threads: this one reads lines, the runner has tracks made by another process, the outbox
writes; one builds what is slow to import, two serve what takes long, two watch for reasons to
leave, and the player has three that sleep while nothing plays.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from lofi import __version__
from lofi.errors import LofiError, QueueFull
from lofi.rpc import messages, stdio
from lofi.rpc.framing import Lines, TooLong
from lofi.rpc.lane import WAITING, Lane
from lofi.rpc.messages import INTERNAL_ERROR, Call, Fault, Notice
from lofi.rpc.outbox import Outbox
from lofi.rpc.wire import Wire

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk

logger = logging.getLogger(__name__)

PROTOCOL = 1
DONE = 0
BY_SIGNAL = 128
"""Added to a signal's number, as shells do."""
STOP_SECONDS = 0.3
"""For the job in hand to end."""
TIDY_SECONDS = 0.6
"""For all that must be put in order, the job in hand included."""
FLUSH_SECONDS = 0.2
"""For the last lines to leave."""
WATCH_SECONDS = 0.5

LIGHT = {"ping", "initialize", "shutdown"}
"""Methods that never wait for anything slow."""
LENGTHY = {"library_export": "files"}
"""Methods that may take seconds, and the lane in which they are served one after another, while
others are answered."""
SOUND = (
    *("play", "pause", "resume", "toggle", "stop", "next", "skip", "previous", "seek"),
    *("volume_set", "volume_get", "mute", "duck", "crossfade_set", "playback_status"),
    *("audio_devices", "audio_device_set", "prefetch_config"),
    *("playlist_get", "playlist_add", "playlist_remove", "playlist_move", "playlist_clear"),
    *("playlist_set", "radio_start", "radio_stop", "radio_steer", "keep"),
    *("timer_start", "timer_stop"),
)
LENGTHY |= dict.fromkeys(SOUND, "sound")  # a device that does not answer holds nobody else up

Params = dict[str, Any]


class Daemon:
    """One client, its queue, and the library it shares with other daemons."""

    def __init__(self, build: "Callable[[Wire], Desk]") -> None:
        self._incoming, outgoing = stdio.claim()
        self._outbox = Outbox(outgoing, lambda reason: self.leave(DONE, reason))
        self._wire = Wire(self._outbox)
        self._build = build
        self._desk: Desk | None = None
        self._built = threading.Event()
        self._leaving = threading.Lock()
        """Taken for good by the first reason to leave."""
        self._lanes: dict[str, Lane[Call | Notice]] = {
            name: Lane(name, self._answer_beside) for name in set(LENGTHY.values())
        }
        self._idle_seconds = 0.0
        self._parent = os.getppid()

    def serve(self) -> NoReturn:
        """Answer lines until the client, the user or the system ends it; does not return."""
        self._heed_signals()
        threading.Thread(target=self._prepare, name="builder", daemon=True).start()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        for line in stdio.read_lines(self._incoming, Lines()):
            self._idle_seconds = 0.0
            self._take(line)
        self.leave(DONE, "the client is gone")

    def leave(self, code: int, reason: str, *, forget: bool = False) -> NoReturn:
        """End the daemon in good order within about half a second.

        Args:
            code: the exit code.
            reason: for the log.
            forget: whether the jobs that wait are given up; otherwise the next daemon has them.
        """
        if self._leaving.acquire(blocking=False):
            logger.info("leaving: %s", reason)
            # In a thread of its own: a disk that does not answer must not keep the process.
            tidying = threading.Thread(target=self._tidy, args=(forget,), daemon=True)
            tidying.start()
            tidying.join(TIDY_SECONDS)
            self._outbox.close(FLUSH_SECONDS)
            os._exit(code)
        threading.Event().wait()  # somebody else is ending the process
        raise AssertionError

    def _tidy(self, forget: bool) -> None:
        if self._desk is None:
            return
        try:
            self._desk.close(STOP_SECONDS, forget=forget)
        except Exception:
            logger.exception("left without putting everything in order")

    def _take(self, line: bytes | TooLong) -> None:
        message = messages.parse(line)
        if isinstance(message, Fault):
            if message.answered:
                self._outbox.put(messages.fault(message))
            return
        if message.method not in LIGHT:
            self._built.wait()  # outside of any call: what is being built may have news of its own
        if message.method in LENGTHY:
            self._defer(message, self._lanes[LENGTHY[message.method]])
        else:
            self._wire.answer(lambda: self._reply(message))
        if message.method == "shutdown":
            self.leave(DONE, "asked to", forget=True)

    def _defer(self, message: Call | Notice, lane: Lane[Call | Notice]) -> None:
        if not lane.offer(message) and isinstance(message, Call):
            error = QueueFull(f"{WAITING} such calls wait already")
            self._outbox.put(messages.fault(Fault.of(message.id, error)))

    def _answer_beside(self, message: Call | Notice) -> None:
        self._wire.answer_beside(lambda: self._reply(message))

    def _reply(self, message: Call | Notice) -> bytes | None:
        to = message.id if isinstance(message, Call) else None
        try:
            result = self._serve(message.method, message.params)
            reply = messages.reply(to, result)
        except LofiError as error:
            reply = messages.fault(Fault.of(to, error))
        except Exception as error:
            logger.exception("serving %r failed", message.method[:80])
            reply = messages.fault(Fault(to, INTERNAL_ERROR, f"{type(error).__name__}: {error}"))
        return reply if isinstance(message, Call) else None

    def _serve(self, method: str, params: Params) -> Params:
        match method:
            case "ping":
                return {"status": "ok", "version": __version__}
            case "initialize":
                return introduction(params)
            case "shutdown":
                return {"status": "shutting_down"}
        if self._desk is None:
            raise LofiError("the daemon could not start", hint="see its log")
        from lofi.rpc import methods

        return methods.call(self._desk, method, params)

    def _prepare(self) -> None:
        try:
            self._desk = self._build(self._wire)
        except Exception:
            logger.exception("the daemon cannot start")
        finally:
            self._built.set()
        for lane in self._lanes.values():
            lane.start()

    def _watch(self) -> None:
        """Leave when nobody is left to work for; counts its own ticks, so a suspended daemon
        does not find itself idle for a night."""
        while True:
            time.sleep(WATCH_SECONDS)
            if os.getppid() != self._parent:
                self.leave(DONE, "the parent is gone")
            desk = self._desk
            if desk is None or not desk.idle or any(lane.busy for lane in self._lanes.values()):
                self._idle_seconds = 0.0
                continue
            self._idle_seconds += WATCH_SECONDS
            if 0 < desk.config.idle_timeout_sec <= self._idle_seconds:
                self.leave(DONE, "idle")

    def _heed_signals(self) -> None:
        """Hear signals in a thread: Python's own handlers would wait for the next line to come."""
        heard, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that closes is not the client
        threading.Thread(target=self._heed, args=(heard,), name="signals", daemon=True).start()

    def _heed(self, heard: int) -> None:
        """Leave in good order at the first signal, at once at the second."""
        number = signal.Signals(os.read(heard, 1)[0])
        code = BY_SIGNAL + number
        threading.Thread(target=self.leave, args=(code, number.name), daemon=True).start()
        os.read(heard, 1)
        os._exit(code)


def introduction(params: Mapping[str, Any]) -> Params:
    """Who we are, and whether the client fits: the same protocol, the same major and minor."""
    plugin, protocol = params.get("plugin_version"), params.get("protocol")
    problem = None
    if protocol is not None and protocol != PROTOCOL:
        problem = f"this daemon speaks protocol {PROTOCOL}, the plugin {protocol!r}"
    elif isinstance(plugin, str) and plugin.split(".")[:2] != __version__.split(".")[:2]:
        problem = f"the plugin is version {plugin[:40]!r}, the daemon {__version__}"
    return {
        "version": __version__,
        "protocol": PROTOCOL,
        "plugin_version": plugin if isinstance(plugin, str) else None,
        "compatible": problem is None,
        "message": problem and f"{problem}; update both, then restart the daemon",
    }
