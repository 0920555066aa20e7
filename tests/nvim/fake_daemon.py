"""A daemon that does what a test tells it, and what no good daemon would do.

``fake_daemon.py DIARY [BEHAVIOUR [ARGUMENT]]`` writes down each start and each call, and behaves:

puppet      as a good one; besides, ``say`` sends the messages it is given, ``script`` puts answers
            into its mouth, ``die`` ends it
polite      makes its tracks at once
backwards   tells of the finished track before it answers
crumbs      like polite, in pieces of three bytes
flood N     like polite, with N reports of progress per job
stream N    with N reports a second, for as long as it is spoken to
noise       like polite, with lines in between that are none of ours
deaf        answers nothing at all
dumb        introduces itself, and then answers nothing
stranger    says that the plugin does not fit
elder       knows no ``initialize``
stillborn N ends with code N before it says anything
mortal N    ends with code N, or (9) by SIGKILL, when a track is asked for
liar        answers with the wrong types
stubborn    does not leave when its input ends
parent      like a puppet, with a child that holds its streams open for a minute
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]

ID = "00000000000000{:02x}"


class Fake:
    """One life of it."""

    def __init__(self, diary: str, behaviour: str = "puppet", argument: str = "0") -> None:
        self.diary = diary
        self.behaviour = behaviour
        self.argument = int(argument)
        self.jobs = 0
        self.replies: Json = {}
        self.errors: Json = {}
        self.write(
            {"born": os.getpid(), "env": {k: v for k, v in os.environ.items() if "LOFI" in k}}
        )

    def write(self, entry: Json) -> None:
        """Note down for the test."""
        with open(self.diary, "a", encoding="utf-8") as diary:  # noqa: PTH123 - -S is faster
            diary.write(json.dumps(entry) + "\n")

    def send(self, message: Json) -> None:
        """One line out, in the manner of this one."""
        data = (json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + "\n").encode()
        if self.behaviour == "noise":
            data = b"\n\r\nwarning: not JSON\n[1,2]\n\xff\xfe\n{}\n" + data.replace(b"\n", b"\r\n")
        size = 3 if self.behaviour == "crumbs" else len(data)
        for at in range(0, len(data), size):
            os.write(1, data[at : at + size])

    def tell(self, method: str, **params: object) -> None:
        """A notification."""
        self.send({"method": method, "params": params})

    def serve(self, lines: Iterable[bytes]) -> None:
        """Until the input ends."""
        if self.behaviour == "stillborn":
            sys.stderr.write("no luck\nnone at all\n")
            sys.exit(self.argument)
        for line in lines:
            call = json.loads(line)
            self.write({"call": call})
            if self.behaviour == "deaf" or (self.behaviour == "dumb" and call["id"] > 1):
                continue
            self.answer(call)

    def answer(self, call: Json) -> None:
        """One reply, and what follows."""
        method, params = call["method"], call.get("params", {})
        if self.behaviour == "liar" and method != "initialize":
            self.lie(call)
        elif method in self.errors:
            self.send({"id": call["id"], "error": self.errors[method]})
        elif method in self.replies:
            self.result(call["id"], **self.replies[method])
        elif known := getattr(self, f"do_{method}", None):
            known(call["id"], params)
        else:
            self.send({"id": call["id"], "error": {"code": -32601, "message": f"no {method}"}})

    def result(self, number: int, **result: object) -> None:
        """A good answer."""
        self.send({"id": number, "result": result})

    def do_initialize(self, number: int, params: Json) -> None:
        """Who it is."""
        if self.behaviour == "elder":
            self.send({"id": number, "error": {"code": -32601, "message": "no initialize"}})
            return
        fits = self.behaviour != "stranger"
        why = None if fits else "update the plugin"
        version = params["plugin_version"] if fits else "9.9.9"
        self.result(number, version=version, protocol=1, compatible=fits, message=why)

    def do_ping(self, number: int, _: Json) -> None:
        """It is there."""
        self.result(number, status="ok", version="0.1.0")

    def do_shutdown(self, number: int, _: Json) -> None:
        """The end."""
        self.result(number, status="shutting_down")
        sys.exit(0)

    def do_say(self, number: int, params: Json) -> None:
        """Whatever the test wants said, then the answer."""
        for message in params["messages"]:
            self.send(message)
        self.result(number)

    def do_script(self, number: int, params: Json) -> None:
        """What it answers from now on, by method."""
        self.replies = params.get("replies", {})
        self.errors = params.get("errors", {})
        self.result(number)

    def do_leave(self, number: int, _: Json) -> None:
        """The end, without a reason to worry."""
        self.result(number)
        sys.exit(0)

    def do_die(self, _: int, params: Json) -> None:
        """The end, at once."""
        self.die(int(params.get("code", 0)))

    def do_hold(self, number: int, params: Json) -> None:
        """An answer that is never given, or, with ``result``, given."""
        if "result" in params:
            self.send({"id": number, "result": params["result"]})

    def do_fail(self, number: int, params: Json) -> None:
        """An error."""
        self.send({"id": number, "error": params})

    def do_styles(self, number: int, _: Json) -> None:
        """Two."""
        styles = [{"id": "S-01", "name": "Rainy Day"}, {"id": "S-02", "name": "Dusty Jazz"}]
        self.result(number, styles=styles)

    def do_get_backends(self, number: int, _: Json) -> None:
        """One that works."""
        one = {"type": "procedural", "name": "Procedural", "summary": "works", "status": "ready"}
        self.result(number, backends=[one], default_backend="procedural")

    def do_library_list(self, number: int, _: Json) -> None:
        """Two tracks."""
        tracks = [
            track(ID.format(200 + at), name) for at, name in enumerate(("night train", "tea"))
        ]
        self.result(number, tracks=tracks, total=2)

    def do_queue_status(self, number: int, _: Json) -> None:
        """Nothing to do."""
        self.result(number, current=None, pending=[], capacity=10, prefetch_pending=False)

    def do_cancel(self, number: int, params: Json) -> None:
        """Gives it up at once."""
        self.result(number, cancelled=True, was_generating=True)
        self.tell("generation_cancelled", track_id=params["track_id"], at_step=1, total_steps=9)

    def do_generate(self, number: int, params: Json) -> None:
        """Takes a job, and, unless it is a puppet, makes it."""
        if self.behaviour == "mortal":
            self.die(self.argument)
        job = ID.format(self.jobs)
        self.jobs += 1
        made = track(job, params["prompt"])
        if self.behaviour == "backwards":
            self.tell("generation_complete", **made)
        seed = params.get("seed") or 7
        self.result(
            number, track_id=job, status="queued", position=0, seed=seed, backend="procedural"
        )
        about = {"track_id": job, "prompt": params["prompt"], "position": 0}
        about |= {"duration_sec": params["duration_sec"], "seed": seed, "backend": "procedural"}
        self.tell("generation_queued", priority="normal", **about)
        self.tell("generation_start", priority="normal", **about)
        if self.behaviour == "stream":
            threading.Thread(target=self.stream, args=(job,), daemon=True).start()
        if self.behaviour in {"polite", "crumbs", "flood", "noise"}:
            self.make(made)

    def stream(self, job: str, wait: Callable[[float], None] = time.sleep) -> None:
        """Progress without end."""
        step = 0
        while True:
            for _ in range(max(1, self.argument // 100)):
                step += 1
                where = {"track_id": job, "percent": step % 100, "current_step": step}
                self.tell("generation_progress", state="generating", total_steps=9999, **where)
            wait(0.01)

    def make(self, made: Json) -> None:
        """Progress, then the track."""
        reports = self.argument or 4
        for step in range(reports):
            percent = 100 * step // reports
            where = {"current_step": step, "total_steps": reports, "eta_sec": 1.5}
            self.tell(
                "generation_progress",
                track_id=made["track_id"],
                state="generating",
                percent=percent,
                **where,
            )
        self.tell("generation_complete", **made)

    def lie(self, call: Json) -> None:
        """Everything of a wrong type."""
        lies: list[Json] = [
            {"method": "generation_progress", "params": {"track_id": "x", "percent": "many"}},
            {"method": "generation_progress", "params": {"track_id": 7, "percent": {}}},
            {"method": "generation_start", "params": {"track_id": ["a"]}},
            {"method": "generation_error", "params": {"track_id": "y", "code": 1, "message": []}},
            {"method": "queue_changed", "params": {"current": 3, "pending": "none"}},
            {"method": "queue_changed", "params": {"pending": [1, None, {"track_id": {}}]}},
            {"method": "library_changed", "params": {"track_ids": 9}},
            {
                "method": "playback_changed",
                "params": {"state": "playing", "position": 3, "volume": "x"},
            },
            {"method": "download_progress", "params": {"backend": None}},
            {"method": "daemon", "params": {"status": "ready", "pid": 1}},
            {"method": "error_of", "params": {"code": "x"}},
            {"method": "radio_changed", "params": {"radio": 3}},
            {"method": 5, "params": [1]},
            {"id": call["id"] + 1000, "result": {}},
            {"id": None, "error": {"code": -32700, "message": "what?"}},
            {"id": call["id"], "result": "fine"},
            {"id": call["id"], "result": {"track_id": "twice"}},
        ]
        for lie in lies:
            self.send(lie)

    def die(self, code: int) -> None:
        """At once, with a last word."""
        os.write(2, b"this is the end\n")
        if code == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(code)


def track(identity: str, prompt: str) -> Json:
    """A finished one."""
    return {
        "track_id": identity,
        "path": f"/nowhere/{identity}.wav",
        "prompt": prompt,
        "seed": 7,
        "backend": "procedural",
        "model_version": "procedural-v1",
        "duration_sec": 30.0,
        "sample_rate": 48000,
        "licence": None,
        "generation_time_sec": 0.5,
        "created_at": "2026-01-31T21:04:11+00:00",
        "favorite": False,
        "plays": 0,
        "bytes": 5760594,
    }


def main(wait: Callable[[float], None] = time.sleep) -> None:
    """Live, then leave, if it does."""
    fake = Fake(*sys.argv[1:])
    if fake.behaviour == "parent":
        child = os.fork()
        if child == 0:
            os.close(0)
            wait(60)
            os._exit(0)
        fake.write({"child": child})
    with contextlib.suppress(BrokenPipeError):
        fake.serve(sys.stdin.buffer)
    fake.write({"eof": os.getpid()})
    if fake.behaviour == "stubborn":
        wait(60)


if __name__ == "__main__":
    main()
