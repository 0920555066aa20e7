"""What the plugin costs Neovim: at startup, in the statusline, under load, and on leaving."""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from fixtures.daemon import environment, gone, until
from fixtures.editor import ROOT, VERSIONS, Editor, Fake, neovim

SOURCED = 500
DRAWN = 5_000
ANSWERS = 2_000
RATE = 1_000
"""Notifications a second."""
QUITS = 10

SOURCE = """
local took = {}
for i = 1, select(2, ...) do
  vim.g.loaded_lofi = nil
  local before = vim.uv.hrtime()
  vim.cmd.source((...))
  took[i] = (vim.uv.hrtime() - before) / 1e6
end
return took
"""
STATUSLINE = """
local took, statusline = {}, require("lofi").statusline
for i = 1, ... do
  local before = vim.uv.hrtime()
  statusline()
  took[i] = (vim.uv.hrtime() - before) / 1e6
end
return took
"""
TICK = """
_G.longest, _G.last = 0, vim.uv.hrtime()
_G.timer = _G.timer or assert(vim.uv.new_timer())
_G.timer:start(1, 1, vim.schedule_wrap(function()
  local now = vim.uv.hrtime()
  _G.longest, _G.last = math.max(_G.longest, (now - _G.last) / 1e6), now
end))
"""
GENERATE = """
_G.reports = 0
require("lofi").on("generation_progress", function() _G.reports = _G.reports + 1 end)
_G.job = require("lofi").generate({ prompt = "slow rain", duration = 600 }, function() end)
"""


def row(name: str, value: str) -> None:
    """One line of the table."""
    print(f"{name:<58}{value:>22}", flush=True)


def spread(took: Sequence[float]) -> str:
    """Median and the worst of a hundred."""
    return f"{statistics.median(took):.3f} / {statistics.quantiles(took, n=100)[98]:.3f} ms"


def answers(editor: Editor) -> list[float]:
    """Milliseconds of each, one after the other."""
    took = []
    for _ in range(ANSWERS):
        began = time.monotonic()
        editor.nvim.eval("1")
        took.append(1000 * (time.monotonic() - began))
    return took


@contextmanager
def real(which: str) -> Iterator[Editor]:
    """A Neovim whose daemon is the one people run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "world").mkdir()
        world = environment(home / "world", {"backend": "procedural", "nice": 15})
        env = {name: value for name, value in world.items() if name.startswith(("LOFI", "HOME"))}
        cmd = [sys.executable, "-m", "lofi", "--daemon"]
        with Editor(neovim(which), home / "editor", {"daemon": {"cmd": cmd, "env": env}}) as editor:
            yield editor


def at_work(editor: Editor) -> None:
    """Begin a long track, and wait until it is being made."""
    editor.lua(GENERATE)
    editor.wait("_G.reports > 0", seconds=60)


def small_things(which: str) -> None:
    """What costs even those who do not use it."""
    with real(which) as editor:
        took = editor.lua(SOURCE, f"{ROOT}/plugin/lofi.lua", SOURCED)
        row("sourcing plugin/lofi.lua, p50 / p99", spread(took))
        row("statusline, nothing going on, p50 / p99", spread(editor.lua(STATUSLINE, DRAWN)))
        row("answer at rest, p50 / p99", spread(answers(editor)))
        at_work(editor)
        row("statusline during a job, p50 / p99", spread(editor.lua(STATUSLINE, DRAWN)))
        editor.lua(TICK)
        row("answer during a job, p50 / p99", spread(answers(editor)))
        row("longest stall of the main loop meanwhile", f"{editor.lua('return _G.longest'):.1f} ms")


def flood(which: str) -> None:
    """Beside a daemon that tells of everything."""
    with tempfile.TemporaryDirectory() as folder:
        fake = Fake(Path(folder))
        settings = {"daemon": {"cmd": fake.command("stream", str(RATE))}}
        with Editor(neovim(which), Path(folder) / "editor", settings) as editor:
            at_work(editor)
            editor.lua(TICK)
            began, before = time.monotonic(), editor.lua("return _G.reports")
            took = answers(editor)
            heard = editor.lua("return _G.reports") - before
            rate = heard / (time.monotonic() - began)
            row(f"answer under {rate:,.0f} notifications a second, p50 / p99", spread(took))
            stall = editor.lua("return _G.longest")
            row("longest stall of the main loop meanwhile", f"{stall:.1f} ms")


def quits(which: str) -> None:
    """From ``:qa!`` during a job to the end of Neovim, and to that of the daemon."""
    left, ended = [], []
    for _ in range(QUITS):
        with real(which) as editor:
            at_work(editor)
            pid = editor.lua('return require("lofi.state").get().daemon.pid')
            began = time.monotonic()
            editor.quit()
            left.append(1000 * (time.monotonic() - began))
            until(lambda pid=pid: gone(pid))  # type: ignore[misc]
            ended.append(1000 * (time.monotonic() - began))
    row(f":qa during a job, {QUITS} times, median / max", _most(left))
    row("until the daemon is gone, median / max", _most(ended))


def _most(took: Sequence[float]) -> str:
    return f"{statistics.median(took):.0f} / {max(took):.0f} ms"


SECTIONS: dict[str, Callable[[str], None]] = {
    "small": small_things,
    "flood": flood,
    "quits": quits,
}


def main(arguments: Sequence[str]) -> None:
    """Every section, or those that are named, on each Neovim."""
    parser = argparse.ArgumentParser(prog="scripts/bench nvim", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help="by default all")
    chosen = parser.parse_args(arguments).sections or list(SECTIONS)
    for which in VERSIONS:
        row(f"Neovim, the {which} that is tested on", neovim(which).parent.parent.name)
        for section in chosen:
            SECTIONS[section](which)
