"""Birth and death of the daemon, in every order of deaths."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.daemon import LAUNCH, REAL, Daemon, children, environment, gone, until
from promises.conftest import Start, slow
from promises.manifest import promise


def computing(daemon: Daemon, word: str = "hang") -> int:
    """Bring the worker into a native call of a minute; its process."""
    track = daemon.call("generate", prompt=word, duration_sec=1)["track_id"]
    daemon.hear("generation_progress", track_id=track, percent=45)
    (worker,) = children(daemon.pid)
    return worker


def tracks(daemon: Daemon) -> list[Path]:
    return list((daemon.library / "tracks").glob("*.wav"))


@promise("life:first-pong")
def test_the_real_command_answers_before_anything_slow_is_imported(start: Start) -> None:
    daemon = start(command=(sys.executable, "-X", "importtime", *REAL[1:]))
    daemon.call("ping")
    seen = daemon.stderr()
    assert "lofi.rpc.outbox" in seen
    serving = seen.partition("lofi.rpc.outbox")[0]
    for name in ("numpy", "pydantic", "sqlite3", "soundfile", "scipy", "lofi.config", "asyncio"):
        assert f" {name}\n" not in serving


@promise("life:eof")
@pytest.mark.parametrize("early", [True, slow(False)])
def test_it_ends_with_its_input(start: Start, early: bool) -> None:
    daemon = start()
    if not early:
        daemon.call("status")
    daemon.close_stdin()
    assert daemon.exit_code() == 0
    assert daemon.stderr() == ""


@promise("life:eof-native")
@pytest.mark.parametrize("word", ["hang", slow("sleep"), slow("patient")])
def test_it_ends_with_its_input_inside_a_native_call(daemon: Daemon, word: str) -> None:
    worker = computing(daemon, word)
    daemon.close_stdin()
    assert daemon.exit_code() == 0
    assert until(lambda: gone(worker))
    assert tracks(daemon) == []


EDITOR = """
import subprocess, sys, os
daemon = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
say = lambda line: (daemon.stdin.write(line + b"\\n"), daemon.stdin.flush())
say(b'{"jsonrpc":"2.0","id":1,"method":"generate","params":{"prompt":"hang"}}')
for line in daemon.stdout:
    if b'"error"' in line:
        sys.exit(line)
    if b'"percent":45' in line:
        break
sibling = 0
if sys.argv[1] == "sibling":
    held = (daemon.stdin.fileno(), daemon.stdout.fileno())
    sibling = subprocess.Popen(["sleep", "60"], pass_fds=held).pid
print(daemon.pid, sibling, flush=True)
daemon.wait()
"""


@promise("life:parent-killed", "life:sibling")
@pytest.mark.parametrize("who", ["alone", "sibling"])
def test_it_is_gone_when_its_editor_is_killed(tmp_path: Path, who: str) -> None:
    editor = subprocess.Popen(
        [sys.executable, "-c", EDITOR, who, *LAUNCH],
        stdout=subprocess.PIPE,
        env=environment(tmp_path, {}),
    )
    sibling = 0
    with editor:
        assert editor.stdout is not None
        daemon, sibling = map(int, editor.stdout.readline().split())
        (worker,) = (pid for pid in children(daemon))
        editor.kill()
    try:
        assert until(lambda: gone(daemon))
        assert until(lambda: gone(worker))
        assert who == "alone" or not gone(sibling)
    finally:
        if sibling:
            os.kill(sibling, signal.SIGKILL)


@promise("life:killed")
def test_a_killed_daemon_takes_its_worker_along(daemon: Daemon) -> None:
    worker = computing(daemon)
    daemon.kill()
    assert until(lambda: gone(worker))


@promise("life:signals")
@pytest.mark.parametrize("busy", [slow(False), True])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), slow(signal.SIGINT, 130)])
def test_signals_end_it_with_their_codes(
    daemon: Daemon, number: signal.Signals, code: int, busy: bool
) -> None:
    daemon.call("status")
    worker = computing(daemon) if busy else None
    daemon.process.send_signal(number)
    assert daemon.exit_code() == code
    assert worker is None or until(lambda: gone(worker))
    assert daemon.stderr() == ""


@pytest.mark.slow
@promise("life:signals")
def test_a_second_signal_ends_it_whatever_keeps_the_first(daemon: Daemon) -> None:
    computing(daemon)
    for _ in range(50):
        if daemon.process.poll() is None:
            daemon.process.send_signal(signal.SIGTERM)
    assert daemon.exit_code() == 143


@promise("life:hang-up")
def test_a_hang_up_ends_nothing(daemon: Daemon) -> None:
    daemon.call("status")
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.make(duration_sec=1)["duration_sec"] == 1.0


@promise("life:hang-up")
def test_nobody_need_read_its_errors(start: Start) -> None:
    reader, writer = os.pipe()
    daemon = start(settings={"log_level": "debug"}, stderr=writer)
    os.close(writer)
    os.close(reader)
    daemon.make(duration_sec=1)
    daemon.call("generate", prompt="raise")
    daemon.hear("generation_error")
    assert daemon.make(seed=1, duration_sec=1)["seed"] == 1


@promise("life:closed-stdout")
def test_a_client_that_closes_its_end_is_left_quietly(start: Start) -> None:
    daemon = start(read=False)
    assert daemon.process.stdout is not None
    assert daemon.process.stdout.read(0) == b""
    daemon.process.stdout.close()
    daemon.ask("ping")
    assert daemon.exit_code() == 0
    assert daemon.stderr() == ""


@promise("life:suspended")
def test_a_suspended_daemon_does_not_misjudge_the_time(start: Start) -> None:
    daemon = start(settings={"step_timeout_sec": 1, "idle_timeout_sec": 2})
    track = daemon.call("generate", prompt="slow", duration_sec=1)["track_id"]
    daemon.hear("generation_progress", track_id=track, percent=25)
    (worker,) = children(daemon.pid)
    for pid in (daemon.pid, worker):
        os.kill(pid, signal.SIGSTOP)
    until(lambda: False, 1.6)  # nothing to wait for: time itself has to pass
    os.kill(daemon.pid, signal.SIGCONT)  # it looks at the clock before anything else arrives
    daemon.call("ping")
    os.kill(worker, signal.SIGCONT)
    daemon.hear("generation_complete", track_id=track)


@promise("life:idle")
def test_an_idle_daemon_leaves_but_not_during_a_job(start: Start) -> None:
    daemon = start(settings={"idle_timeout_sec": 1})
    for seed in (1, 2):
        daemon.call("generate", prompt="slow", seed=seed, duration_sec=1)
    assert daemon.exit_code() == 0
    assert len(daemon.heard("generation_complete")) == 2


def no_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


@promise("life:odd-starts")
@pytest.mark.parametrize("closed", ["0", "1", "2", "012"])
def test_it_starts_whatever_is_closed(tmp_path: Path, closed: str) -> None:
    redirects = " ".join(f"{number}{'<' if number == '0' else '>'}&-" for number in closed)
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {' '.join(LAUNCH)} {redirects}"],
        input=b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
        capture_output=True,
        env=environment(tmp_path, {}),
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert (b'"pong"' in done.stdout or b'"ok"' in done.stdout) == (closed == "2")


@promise("life:odd-starts")
def test_few_descriptors_are_enough_or_a_clean_error(start: Start) -> None:
    daemon = start(preexec_fn=no_files)
    assert daemon.call("ping")["status"] == "ok"
    for seed in range(3):
        track = daemon.call("generate", prompt="steady", seed=seed, duration_sec=1)["track_id"]
        daemon.wait(
            lambda each, track=track: (  # type: ignore[misc]
                each.get("method") in {"generation_complete", "generation_error"}
                and each["params"]["track_id"] == track
            ),
            "end of the job",
        )
    assert daemon.call("status")["queue_length"] == 0


@promise("life:odd-starts")
def test_it_starts_without_a_home_in_a_folder_that_is_gone(start: Start, tmp_path: Path) -> None:
    lost = tmp_path / "lost"
    lost.mkdir()
    command = (
        "/bin/sh",
        "-c",
        f"rmdir {lost}; unset HOME LOFI_CACHE_PATH; exec {' '.join(LAUNCH)}",
    )
    daemon = start(command=command, cwd=lost, settings={"cache_path": tmp_path / "elsewhere"})
    assert daemon.call("ping")["status"] == "ok"
    assert daemon.call("status")["queue_length"] == 0
    assert daemon.make(duration_sec=1)["duration_sec"] == 1.0


@promise("life:held-disk")
@pytest.mark.parametrize("way", ["eof", slow("term"), slow("shutdown")])
def test_it_leaves_while_another_program_holds_the_library(daemon: Daemon, way: str) -> None:
    computing(daemon)
    with closing(sqlite3.connect(daemon.library / "library.sqlite3")) as other:
        other.execute("BEGIN EXCLUSIVE")
        if way == "eof":
            daemon.close_stdin()
        elif way == "term":
            daemon.process.send_signal(signal.SIGTERM)
        else:
            daemon.call("shutdown")
        assert daemon.exit_code() == (143 if way == "term" else 0)


@promise("life:shutdown")
def test_after_shutdown_nothing_is_taken_up(start: Start) -> None:
    daemon = start()
    worker = computing(daemon)
    daemon.call("generate", prompt="steady", duration_sec=1)
    assert daemon.call("shutdown") == {"status": "shutting_down"}
    assert daemon.exit_code() == 0
    assert until(lambda: gone(worker))
    after = start()
    assert after.call("queue_status")["current"] is None
    assert after.call("library_stats")["count"] == 0


@pytest.mark.slow
@promise("life:eof")
def test_after_an_end_of_input_the_next_daemon_goes_on(start: Start) -> None:
    daemon = start()
    computing(daemon, "slow")
    waiting = daemon.call("generate", prompt="steady", duration_sec=1)["track_id"]
    daemon.close_stdin()
    assert daemon.exit_code() == 0
    after = start()
    after.hear("generation_complete", track_id=waiting)
    assert after.call("library_stats")["count"] == 2


@promise("life:no-start")
def test_a_daemon_that_cannot_be_built_says_so(start: Start, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    daemon = start(settings={"cache_path": loop / "deep"})
    assert daemon.refusal("status").code == -32603
    assert daemon.call("ping")["status"] == "ok"
    daemon.close_stdin()
    assert daemon.exit_code() == 0


TROUBLE = ("steady", "abort", "kill", "exit", "raise", "nan", "silence")


@promise("life:no-leaks")
@pytest.mark.parametrize("rounds", [2, slow(60)])
def test_nothing_is_left_of_jobs_however_they_end(start: Start, rounds: int) -> None:
    daemon = start()
    all_ways(daemon, 0)
    descriptors, memory = len(daemon.fds()), daemon.rss()
    for number in range(1, rounds):
        all_ways(daemon, number)
    assert len(daemon.fds()) == descriptors
    assert len(children(daemon.pid)) == 1
    assert daemon.rss() - memory < 4096 + rounds * len(TROUBLE)
    assert not list((daemon.library / "tracks").glob(".*"))


def all_ways(daemon: Daemon, seed: int) -> None:
    """A job of every kind, ending with a steady one, so that a worker is there."""
    for word in reversed(TROUBLE):
        track = daemon.call("generate", prompt=word, seed=seed, duration_sec=1)["track_id"]
        end = "generation_complete" if word == "steady" else "generation_error"
        daemon.hear(end, track_id=track)
    daemon.call("ping")
