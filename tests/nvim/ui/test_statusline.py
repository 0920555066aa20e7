"""The text for the status line: short, escaped, silent when nothing goes on, and cheap."""

from collections.abc import Callable

import pytest

from fixtures.editor import Editor, Fake, other_plugin
from fixtures.scenes import (
    BUSY,
    NIGHT_TRAIN,
    NOW,
    RADIO,
    Message,
    playback,
    playing,
    progress,
    queued,
    track,
)

Start = Callable[..., Editor]

SHOW = """
local messages, now, opts = ...
require("lofi.clock").now = function() return now end
require("lofi.clock").INTERVAL = 10
require("lofi.ui.pace").INTERVAL = 10
local state = require("lofi.state")
for _, message in ipairs(messages) do
  state.apply(message[1], message[2])
end
return require("lofi").statusline(opts)
"""


def text(editor: Editor, messages: list[Message], now: float = NOW, **opts: int) -> str:
    """What is shown once the messages have come."""
    shown: str = editor.lua(SHOW, [list(each) for each in messages], now, {"title": 30, **opts})
    return shown


@pytest.fixture
def bar(start: Start) -> Editor:
    """An editor without a studio, whose daemon never starts."""
    return start("puppet")


def test_nothing_going_on_is_nothing_shown_and_nothing_started(bar: Editor) -> None:
    assert text(bar, []) == ""
    assert bar.lua('return require("lofi").is_daemon_running()') is False


def test_it_says_what_plays_and_what_is_made(bar: Editor) -> None:
    assert text(bar, BUSY) == "▶ night train 0:18/0:30 · ● 58%% +2"


def test_paused_and_muted_are_seen(bar: Editor) -> None:
    still = playing(NIGHT_TRAIN, 18.0, state="paused", muted=True)
    still["position"]["playing"] = False
    assert text(bar, [("playback_changed", still)], NOW + 9) == "‖ night train 0:18/0:30 muted"


def test_the_radio_has_no_end_and_the_timer_counts_down(bar: Editor) -> None:
    assert text(bar, RADIO) == "▶ blue hour, second chorus · focus 18:20 · ● 35%% · ↓ 49%%"


def test_titles_are_cut_and_cannot_give_orders(bar: Editor) -> None:
    wild = track(1, "%{system('reboot')}%#Error#\n\x1b[31m 雨" + "x" * 100)
    shown = text(bar, [("playback_changed", playing(wild, 0.0))], title=20)
    assert bar.nvim.funcs.strdisplaywidth(shown.replace("%%", "%")) == len("▶ 0:00/0:30 ") + 20
    bar.command("set laststatus=2")
    bar.nvim.options["statusline"] = "%{%v:lua.require'lofi'.statusline()%}"
    drawn = bar.lua("return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str")
    assert drawn.startswith("▶ %{system('reboot')}")


def test_it_redraws_only_when_its_text_is_another_and_only_while_it_is_shown(bar: Editor) -> None:
    redraws = 'require("lofi.statusline").redraws'
    text(bar, [queued(16, "x", 0), progress(16, 5)])
    bar.lua("vim.wait(30)")
    before = bar.lua(f"return {redraws}")
    for step in range(20):
        bar.lua(
            "require('lofi.state').apply(...)",
            *progress(16, 5, current_step=step, eta_sec=float(step)),
        )
    bar.lua("vim.wait(30)")
    assert bar.lua(f"return {redraws}") == before
    bar.lua("require('lofi.state').apply(...)", *progress(16, 6))
    bar.wait(f"{redraws} == a + 1", before)
    bar.lua("require('lofi.state').apply(...)", *progress(16, 7))
    bar.lua("vim.wait(30)")
    assert bar.lua(f"return {redraws}") == before + 1  # nobody has looked since


def test_the_clock_stops_when_nobody_looks_any_more(bar: Editor) -> None:
    text(bar, [("playback_changed", playing(NIGHT_TRAIN, 1.0))])
    ticks = 'require("lofi.clock").ticks()'
    assert bar.lua(f"return {ticks}")
    bar.lua("local later = ... require('lofi.clock').now = function() return later end", NOW + 2)
    bar.wait(f"not {ticks}")


def test_a_text_asks_nobody_and_loads_nothing(bar: Editor, fake: Fake) -> None:
    text(bar, BUSY)
    requires_nothing_new = bar.lua(
        """
        local before = vim.tbl_count(package.loaded)
        local statusline = require("lofi").statusline
        for _ = 1, 1000 do statusline() end
        return vim.tbl_count(package.loaded) == before
        """
    )
    assert requires_nothing_new
    assert fake.births() == []


@pytest.fixture
def lualine(start: Start) -> Editor:
    """An editor with lualine and our component in it."""
    editor = start("puppet", flags=["--cmd", f"set runtimepath+={other_plugin('lualine')}"])
    editor.lua(
        """
        require("lualine").setup({
          options = { icons_enabled = false, component_separators = "", section_separators = "" },
          sections = { lualine_a = {}, lualine_b = {}, lualine_c = { { "lofi", title = 8 } },
            lualine_x = {}, lualine_y = {}, lualine_z = {} },
        })
        """
    )
    return editor


def lualine_text(editor: Editor) -> str:
    """What lualine shows."""
    drawn: str = editor.lua(
        """
        local line = require("lualine").statusline(true)
        return line and line ~= "" and vim.api.nvim_eval_statusline(line, {}).str or ""
        """
    )
    return drawn.strip()


def test_lualine_has_a_component(lualine: Editor) -> None:
    assert lualine_text(lualine) == ""
    text(lualine, BUSY)
    assert lualine_text(lualine) == "▶ night t… 0:18/0:30 · ● 58% +2"


def test_a_click_on_it_pauses(lualine: Editor) -> None:
    text(lualine, BUSY)
    line = lualine.lua('return require("lualine").statusline(true)')
    assert "@v:lua" in line
    lualine.lua(
        """
        local called = {}
        package.loaded["lofi"].toggle = function() table.insert(called, "toggle") end
        package.loaded["lofi"].next = function() table.insert(called, "next") end
        package.loaded["lofi"].studio = function() table.insert(called, "studio") end
        _G.called = called
        local component = require("lualine.components.lofi")({ self = { section = "c" } })
        for _, button in ipairs({ "l", "m", "r", "x" }) do
          component.options.on_click(1, button, "")
        end
        """
    )
    assert lualine.lua("return _G.called") == ["toggle", "next", "studio"]


def test_what_was_muted_while_stopped_is_nobodys_business(bar: Editor) -> None:
    assert text(bar, [("playback_changed", playback(muted=True))]) == ""
