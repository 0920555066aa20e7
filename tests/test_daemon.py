"""Birth, the loop and the light methods, where nothing slow is ever there."""

import json
import subprocess
import sys

import pytest

from lofi import __version__
from lofi.daemon import PROTOCOL, introduction
from lofi.rpc.results import Introduction

STUCK = """
import sys, threading
from lofi.daemon import Daemon
Daemon(lambda wire: threading.Event().wait()).serve()
"""
BROKEN = """
from lofi.daemon import Daemon
def build(wire):
    raise RuntimeError("no luck")
Daemon(build).serve()
"""


def serve(script: str, *methods: str) -> tuple[list[dict[str, object]], str]:
    """What a daemon answers to these calls, in order of their number, and its log."""
    lines = "".join(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method}) + "\n"
        for number, method in enumerate(methods)
    )
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script],
        input=lines,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_light_methods_need_nothing_that_is_slow_to_import() -> None:
    replies, log = serve(STUCK, "ping", "initialize", "shutdown")
    assert [each["id"] for each in replies] == [0, 1, 2]
    imported = {line.rpartition("|")[2].strip() for line in log.splitlines()}
    assert "lofi.rpc.outbox" in imported
    assert not imported & {"pydantic", "numpy", "sqlite3", "soundfile", "lofi.rpc.methods"}


def test_a_daemon_that_cannot_be_built_answers_and_logs_why() -> None:
    replies, log = serve(BROKEN, "status", "ping")
    assert replies[0]["error"] == {
        "code": -32603,
        "message": "the daemon could not start; see its log",
    }
    assert replies[1]["result"] == {"status": "ok", "version": __version__}
    assert "no luck" in log


@pytest.mark.parametrize("plugin", [None, __version__, f"{__version__}.dev1", 7])
def test_a_client_that_fits_hears_so(plugin: object) -> None:
    told = Introduction.model_validate(
        introduction({"plugin_version": plugin, "protocol": PROTOCOL})
    )
    assert told.compatible
    assert told.message is None


@pytest.mark.parametrize(
    "params", [{"plugin_version": "99.1"}, {"plugin_version": ""}, {"protocol": 0}]
)
def test_a_client_that_does_not_fit_hears_what_to_do(params: dict[str, object]) -> None:
    told = Introduction.model_validate(introduction(params))
    assert not told.compatible
    assert told.message is not None
    assert told.message.endswith("update both, then restart the daemon")
