"""The descriptors of the wire, seen from outside a process that claimed them."""

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lofi.rpc import stdio
from lofi.rpc.framing import Lines, TooLong

ECHO = """
import os
from lofi.rpc import stdio
from lofi.rpc.framing import Lines
incoming, outgoing = stdio.claim()
for line in stdio.read_lines(incoming, Lines(100)):
    stdio.write(outgoing, b"wire %r\\n" % (line,))
"""

NOISE = """
import ctypes, os, subprocess, sys, warnings
from lofi.rpc import stdio
print("before")
{claim}
print("a print")
libc = ctypes.CDLL(None)
libc.puts(b"a puts")
libc.fflush(None)
subprocess.run(["echo", "a child"], check=True)
os.system("echo a shell")
os.write(1, b"a write\\n")
warnings.warn("a warning")
print("input was", repr(sys.stdin.read()))
stdio.write(outgoing, b"wire\\n")
os._exit(0)
"""

REPORT = """
import fcntl, json, os, sys
from pathlib import Path
from lofi.rpc import stdio
descriptors = stdio.claim()
other = os.open(os.devnull, os.O_RDONLY)
print("stray")
stdio.write(descriptors[1], b"wire\\n")
read = [bytes(line).decode() for line in stdio.read_lines(descriptors[0], stdio.Lines())]
Path(sys.argv[1]).write_text(json.dumps({
    "descriptors": descriptors,
    "inherited": [os.get_inheritable(each) for each in descriptors],
    "standard": [os.get_inheritable(each) for each in (0, 1, 2)],
    "one is two": os.path.samestat(os.fstat(1), os.fstat(2)),
    "other": other,
    "read": read,
}))
"""


def run(script: str, said: bytes = b"", *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        input=said,
        capture_output=True,
        timeout=30,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
    )


def test_only_the_protocol_reaches_the_wire() -> None:
    claim = "incoming, outgoing = stdio.claim()"
    done = run(NOISE.format(claim=claim), b"for the protocol\n")
    assert done.stdout == b"wire\n"
    heard = done.stderr.decode().splitlines()
    spoken = ["before", "a print", "a puts", "a child", "a shell", "a write", "input was ''"]
    assert [line for line in heard if line in spoken] == spoken
    assert any("a warning" in line for line in heard)


def test_without_the_claim_the_noise_is_on_the_wire() -> None:
    done = run(NOISE.format(claim="incoming, outgoing = 0, 1"), b"for the protocol\n")
    for noise in (b"a puts", b"a child", b"a shell", b"a write"):
        assert noise in done.stdout


def test_what_is_said_is_heard_line_by_line() -> None:
    done = run(ECHO, b"one\r\n\ntwo\n" + b"x" * 101 + b"\nthree\nhalf")
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.splitlines() == [
        b"wire b'one'",
        b"wire b'two'",
        b"wire TooLong(limit=100)",
        b"wire b'three'",
    ]


CLOSED = [set(each) for size in range(4) for each in itertools.combinations(range(3), size)]


@pytest.mark.parametrize("closed", CLOSED, ids=lambda closed: f"closed {sorted(closed)}")
def test_it_starts_whichever_standard_descriptors_are_closed(
    closed: set[int], tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    closing = " ".join(f"{descriptor}>&-" for descriptor in closed)
    command = ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-c", REPORT, str(report)]
    done = subprocess.run(command, input=b"ping\n", capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_text(encoding="utf-8"))
    assert sorted([*told["descriptors"], told["other"]]) == [3, 4, 5]
    assert told["inherited"] == [False, False]
    assert told["standard"] == [True, True, True]
    assert told["one is two"]
    assert told["read"] == ([] if 0 in closed else ["ping"])
    assert done.stdout == (b"" if 1 in closed else b"wire\n")
    assert done.stderr == (b"" if closed & {1, 2} else b"stray\n")


def test_children_do_not_hold_the_wire_open() -> None:
    script = """
import subprocess
from lofi.rpc import stdio
incoming, outgoing = stdio.claim()
child = subprocess.Popen(["sleep", "60"], close_fds=False, stderr=subprocess.DEVNULL)
stdio.write(outgoing, b"%d\\n" % child.pid)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        ended = process.stdout.read()
        os.kill(pid, 9)
    assert ended == b""


def test_a_broken_stdin_is_an_end_with_a_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    assert list(stdio.read_lines(folder, Lines())) == []
    os.close(folder)
    assert caplog.messages == ["cannot read from the client: Is a directory"]


def test_reading_waits_on_a_pipe_that_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()
    wait = stdio._wait

    def announced(descriptor: int, event: int) -> None:
        waiting.set()
        wait(descriptor, event)

    monkeypatch.setattr(stdio, "_wait", announced)
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    found: list[bytes | TooLong] = []
    reader = threading.Thread(target=lambda: found.extend(stdio.read_lines(read_end, Lines())))
    reader.start()
    assert waiting.wait(10)
    stdio.write(write_end, b"one\ntw")
    stdio.write(write_end, b"o\n")
    os.close(write_end)
    reader.join(10)
    os.close(read_end)
    assert found == [b"one", b"two"]


def test_a_connection_that_is_reset_is_an_end() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(b"unread")
        theirs.sendall(b"ping\n")
        theirs.close()
        assert list(stdio.read_lines(ours.fileno(), Lines())) in ([b"ping"], [])
