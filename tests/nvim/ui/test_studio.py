"""The studio as one uses it: windows, keys, the cursor, and how seldom it is drawn."""

from collections.abc import Callable

import pytest

from fixtures.editor import Editor, Fake
from fixtures.scenes import (
    BUSY,
    CAPACITY,
    NIGHT_TRAIN,
    NOW,
    SHELF,
    playing,
    progress,
    queued,
    track_id,
)
from fixtures.screen import settle, stage, tell, watch

Start = Callable[..., Editor]

STUDIO = 'require("lofi.ui.studio")'


@pytest.fixture
def studio(editor: Editor) -> Editor:
    """An open one, in the middle of work."""
    return opened(editor)


def opened(editor: Editor) -> Editor:
    """Its studio open, in the middle of work."""
    watch(editor)
    stage(editor, BUSY, NOW)
    editor.command("Lofi")
    tell(editor, BUSY)
    editor.wait('shown():find("58%%") and shown():find("lullaby")')
    return editor


def press(editor: Editor, keys: str) -> None:
    """As if typed, and done with when this returns."""
    editor.lua('vim.api.nvim_feedkeys(vim.keycode(...), "mtx", false)', keys)


def go_to(editor: Editor, words: str) -> None:
    """Put the cursor on the row with the words."""
    editor.lua('vim.fn.search(..., "w")', words)


def row(editor: Editor) -> str:
    """The id of the row under the cursor."""
    found: str = editor.lua(f"return {STUDIO}.current().desk:row().id")
    return found


def windows(editor: Editor) -> int:
    """How many there are."""
    count: int = editor.lua("return #vim.api.nvim_list_wins()")
    return count


def test_lofi_opens_the_studio_and_closes_it(editor: Editor) -> None:
    editor.command("Lofi")
    assert windows(editor) == 3
    editor.command("Lofi")
    assert windows(editor) == 1


@pytest.mark.parametrize("layout", ["float", "right", "bottom"])
def test_q_closes_both_windows_and_leaves_no_buffer_behind(start: Start, layout: str) -> None:
    editor = start("puppet", settings={"ui": {"layout": layout}})
    before = editor.lua("return #vim.api.nvim_list_bufs()")
    editor.command("Lofi")
    press(editor, "q")
    assert windows(editor) == 1
    assert editor.lua("return #vim.api.nvim_list_bufs()") == before


@pytest.mark.parametrize("window", ["list", "prompt"])
def test_the_two_windows_close_together(editor: Editor, window: str) -> None:
    editor.command("Lofi")
    editor.lua(f"vim.api.nvim_win_close({STUDIO}.current().windows[...], true)", window)
    editor.wait("#vim.api.nvim_list_wins() == 1")
    assert editor.lua(f"return {STUDIO}.current() == nil")


def test_the_studio_moves_to_the_tab_page_where_it_is_asked_for(editor: Editor) -> None:
    editor.command("Lofi")
    editor.command("tabnew")
    editor.command("Lofi")
    assert windows(editor) == 4
    here = "vim.api.nvim_win_get_tabpage({}) == vim.api.nvim_get_current_tabpage()"
    assert editor.lua("return " + here.format(f"{STUDIO}.current().windows.list"))


BORDERS = ["none", "shadow", "single", "double", "bold", "solid", "", ["+", "-"], ["x"], "nonsense"]


def test_any_border_will_do(editor: Editor) -> None:
    for border in BORDERS:
        editor.lua('require("lofi").setup({ ui = { border = ..., width = 0.9 } })', border)
        editor.command("Lofi")
        assert windows(editor) == 3
        press(editor, "g?")
        assert windows(editor) == 4
        press(editor, "qq")
        editor.wait("#vim.api.nvim_list_wins() == 1")


def test_neovims_own_border_is_taken_where_there_is_one(editor: Editor) -> None:
    if not editor.nvim.funcs.exists("&winborder"):
        editor.command("Lofi")
        assert corner(editor) == "╭"
        return
    editor.command("set winborder=double")
    editor.command("Lofi")
    assert corner(editor) == "╔"


def corner(editor: Editor) -> str:
    """The upper left one of the frame."""
    found: str = editor.lua(
        f"""
        local border = vim.api.nvim_win_get_config({STUDIO}.current().windows.prompt).border
        return type(border[1]) == "table" and border[1][1] or border[1]
        """
    )
    return found


@pytest.mark.parametrize("layout", ["float", "right", "bottom"])
def test_a_screen_that_is_hardly_one_is_no_trouble(start: Start, layout: str) -> None:
    editor = opened(start("puppet", settings={"ui": {"layout": layout}}))
    for columns, lines in [(12, 8), (200, 60)]:
        editor.command(f"set columns={columns} lines={lines}")
        editor.command("doautocmd VimResized")
        editor.wait(f"{STUDIO}.current():is_still()")
    assert editor.messages() == ""


def test_a_studio_that_is_the_last_window_gives_way_to_an_empty_one(start: Start) -> None:
    editor = start("puppet", settings={"ui": {"layout": "right"}})
    editor.command("Lofi")
    editor.command("only")
    press(editor, "q")
    editor.wait("#vim.api.nvim_list_wins() == 1")
    assert editor.nvim.current.buffer.options["filetype"] == ""
    assert editor.nvim.current.line == ""


def test_the_cursor_begins_on_what_plays(editor: Editor) -> None:
    editor.command("Lofi")
    assert row(editor) == "now"


def test_leaving_neovim_with_the_studio_open_is_no_trouble(editor: Editor) -> None:
    editor.command("Lofi")
    assert editor.quit() == 0


def test_dd_cancels_a_job(studio: Editor, fake: Fake) -> None:
    go_to(studio, "coffee shop at dawn")
    press(studio, "dd")
    studio.wait('not shown():find("coffee shop at dawn  ")')
    assert fake.heard("cancel") == [{"track_id": track_id(17)}]


def test_dd_deletes_a_track_the_second_time(studio: Editor, fake: Fake) -> None:
    go_to(studio, "lullaby")
    press(studio, "dd")
    studio.wait('shown():find("dd again deletes tape hiss lullaby")')
    assert fake.heard("library_delete") == []
    press(studio, "dd")
    settle(studio)
    assert fake.heard("library_delete") == [{"track_id": track_id(2)}]


def test_going_elsewhere_keeps_the_track(studio: Editor, fake: Fake) -> None:
    go_to(studio, "lullaby")
    press(studio, "dd")
    studio.wait('shown():find("dd again")')
    press(studio, "j")
    studio.lua('vim.cmd.doautocmd("CursorMoved")')
    studio.wait('not shown():find("dd again")')
    press(studio, "k")
    press(studio, "dd")
    studio.wait('shown():find("dd again")')
    assert fake.heard("library_delete") == []


KEYS = {
    "<CR>": ("lullaby", "play", {"track_id": track_id(2)}),
    "p": ("lullaby", "toggle", {}),
    "s": ("lullaby", "stop", {}),
    ">": ("lullaby", "next", {}),
    "<": ("lullaby", "previous", {}),
    "<Right>": ("lullaby", "seek", {"offset_sec": 5}),
    "<Left>": ("lullaby", "seek", {"offset_sec": -5}),
    "+": ("lullaby", "volume_set", {"delta": 0.05}),
    "-": ("lullaby", "volume_set", {"delta": -0.05}),
    "m": ("lullaby", "mute", {}),
    "f": ("lullaby", "library_favorite", {"track_id": track_id(2), "favorite": True}),
    "x": ("lullaby", "library_export", {"track_id": track_id(2)}),
    "c": ("lullaby", "cancel", {"track_id": track_id(16)}),
    "<M-k>": ("図書館", "queue_move", {"track_id": track_id(18), "position": 1}),
    "<M-j>": ("dawn  ", "queue_move", {"track_id": track_id(17), "position": 2}),
    "r": ("lullaby", "radio_start", {"prompt": "tape hiss lullaby"}),
    "w": ("lullaby", "keep", {}),
    ")": ("lullaby", "radio_steer", {"like": "more"}),
    "(": ("lullaby", "radio_steer", {"like": "less"}),
    "}": ("lullaby", "radio_steer", {"intensity": 0.6}),
    "{": ("lullaby", "radio_steer", {"intensity": 0.4}),
    "t": ("lullaby", "timer_start", {}),
    "a": (
        "lullaby",
        "generate",
        {"prompt": "tape hiss lullaby", "duration_sec": 60, "backend": "procedural"},
    ),
}


def test_each_key_asks_for_what_its_help_says(studio: Editor, fake: Fake) -> None:
    for key, (words, method, params) in KEYS.items():
        before = len(fake.heard(method))
        go_to(studio, words)
        press(studio, key)
        settle(studio)
        heard = fake.heard(method)[before:]
        assert heard == [params], key


def test_enter_on_the_track_that_plays_pauses_it(studio: Editor, fake: Fake) -> None:
    go_to(studio, "▶★ night train")
    press(studio, "<CR>")
    settle(studio)
    assert fake.heard("play") == []
    assert len(fake.heard("toggle")) == 1


def test_the_keys_are_the_users(start: Start) -> None:
    editor = start("puppet", settings={"keys": {"dd": False, "<cr>": False, "D": "remove"}})
    opened(editor)
    maps = editor.lua(
        f"""
        local found = {{}}
        for _, map in ipairs(vim.api.nvim_buf_get_keymap({STUDIO}.current().list.buf, "n")) do
          found[map.lhs] = map.desc
        end
        return found
        """
    )
    assert "dd" not in maps
    assert "<CR>" not in maps
    assert maps["D"].startswith("Lofi: cancel a job")
    press(editor, "g?")
    page = editor.nvim.current.buffer[:]
    assert any(line.startswith("   D ") for line in page)
    assert not any(line.startswith("   dd") for line in page)


def test_a_key_may_be_a_function_that_gets_the_row(editor: Editor) -> None:
    editor.lua(
        'require("lofi").setup({ keys = { Z = function(row) _G.got = row.item.prompt end } })'
    )
    opened(editor)
    go_to(editor, "lullaby")
    press(editor, "Z")
    assert editor.lua("return _G.got") == "tape hiss lullaby"


def test_an_action_that_there_is_not_is_named(editor: Editor) -> None:
    watch(editor)
    editor.lua('require("lofi").setup({ keys = { Z = "dance" } })')
    editor.command("Lofi")
    editor.wait('shown():find("there is no action dance")')


def test_the_help_names_every_key_and_no_other(studio: Editor) -> None:
    press(studio, "g?")
    page = "\n".join(studio.nvim.current.buffer[:])
    keys = studio.lua('return vim.tbl_keys(require("lofi.ui.keys").list)')
    assert all(f" {key} " in page for key in keys)
    press(studio, "q")
    assert windows(studio) == 3


def test_every_key_does_something_that_there_is(bench: Editor) -> None:
    assert (
        bench.lua(
            """
        local keys, wrong = require("lofi.ui.keys"), {}
        local function names(list)
          local found = {}
          for _, each in ipairs(list) do
            if type(each) == "table" then found[each.name] = true end
          end
          return found
        end
        local doing = names(require("lofi.ui.actions").list)
        local typing = names(require("lofi.ui.typing").list)
        for _, what in pairs(keys.list) do
          if not doing[what] then table.insert(wrong, what) end
        end
        for _, what in pairs(keys.prompt) do
          if not typing[what] then table.insert(wrong, what) end
        end
        return wrong
        """
        )
        == []
    )


def test_the_cursor_stays_on_its_row_when_others_come_and_go(studio: Editor) -> None:
    go_to(studio, "lullaby")
    assert row(studio) == f"track:{track_id(2)}"
    tell(studio, [queued(number, f"more {number}", number) for number in range(30, 40)])
    studio.wait('shown():find("more 39")')
    assert row(studio) == f"track:{track_id(2)}"
    tell(
        studio,
        [("generation_cancelled", {"track_id": track_id(30), "at_step": 0, "total_steps": 0})],
    )
    studio.wait('not shown():find("more 30")')
    assert row(studio) == f"track:{track_id(2)}"


def test_a_thousand_messages_are_drawn_a_few_times(studio: Editor) -> None:
    before = studio.lua(f"return {STUDIO}.drawn")
    took = studio.lua(
        """
        require("lofi.ui.pace").INTERVAL = 100
        local state, began = require("lofi.state"), vim.uv.hrtime()
        for at = 1, 1000 do
          state.apply("generation_progress", { track_id = "0000000000000010", state = "generating",
            percent = at % 100, current_step = at, total_steps = 1000, eta_sec = at })
          vim.wait(0)
        end
        return (vim.uv.hrtime() - began) / 1e9
        """
    )
    drawn = studio.lua(f"return {STUDIO}.drawn") - before
    assert drawn <= 10 * took + 2


def test_what_looks_the_same_is_not_drawn_again(studio: Editor) -> None:
    studio.lua("vim.wait(30)")
    before = studio.lua(f"return {STUDIO}.drawn")
    tell(studio, [("library_changed", {"reason": "favorite", "track_ids": []}), CAPACITY])
    studio.lua(f"{STUDIO}.current():redraw() vim.wait(30)")
    assert studio.lua(f"return {STUDIO}.drawn") == before


def test_nothing_is_drawn_and_no_clock_runs_while_nobody_looks(studio: Editor) -> None:
    assert studio.lua('return require("lofi.clock").ticks()')
    studio.command("tabnew")
    before = studio.lua(f"return {STUDIO}.drawn")
    tell(studio, [progress(16, 77)])
    studio.wait('not require("lofi.clock").ticks()')
    assert studio.lua(f"return {STUDIO}.drawn") == before
    studio.command("tabclose")
    studio.wait('shown():find("77%%")')
    assert studio.lua('return require("lofi.clock").ticks()')


def test_the_clock_runs_only_while_time_changes_what_is_shown(editor: Editor) -> None:
    ticks = 'require("lofi.clock").ticks()'
    watch(editor)
    editor.command("Lofi")
    editor.wait('shown():find("night train")')
    assert not editor.lua(f"return {ticks}")
    editor.lua("require('lofi.state').apply('playback_status', ...)", playing(NIGHT_TRAIN, 1.0))
    editor.wait(ticks)
    still = playing(NIGHT_TRAIN, 1.0, state="paused")
    still["position"]["playing"] = False
    editor.lua("require('lofi.state').apply('playback_status', ...)", still)
    editor.wait(f"not {ticks}")
    editor.lua("require('lofi.state').apply('playback_status', ...)", playing(NIGHT_TRAIN, 2.0))
    editor.wait(ticks)
    editor.command("Lofi")
    assert not editor.lua(f"return {ticks}")


def test_the_position_goes_on_by_itself(studio: Editor) -> None:
    studio.command("Lofi")
    studio.lua('require("lofi.clock").INTERVAL = 10')
    studio.command("Lofi")
    assert "0:18 / 0:30" in studio.lua("return shown()")
    studio.lua("local now = ... require('lofi.clock').now = function() return now end", NOW + 7)
    studio.wait('shown():find("0:25 / 0:30")')


def test_a_daemon_that_is_not_there_is_told_of_in_place(start: Start) -> None:
    editor = start(settings={"daemon": {"cmd": ["/nowhere/lofi-daemon"]}})
    watch(editor)
    editor.command("Lofi")
    editor.wait('shown():find("lofi%-daemon")')
    assert editor.nvim.api.get_mode()["blocking"] is False


def test_an_answer_that_is_an_error_is_shown_in_place_until_the_next_key(studio: Editor) -> None:
    no_sound = {
        "code": -32018,
        "message": "no audio device was found",
        "data": {"error_code": "AUDIO_DEVICE_ERROR", "recovery": "connect one"},
    }
    studio.lua(
        'require("lofi.daemon").request("script", ..., function() _G.scripted = true end)',
        {"errors": {"play": no_sound}},
    )
    studio.wait("_G.scripted")
    go_to(studio, "lullaby")
    press(studio, "<CR>")
    studio.wait('shown():find("no audio device was found") and shown():find("→ connect one")')
    press(studio, "]]")
    studio.wait('not shown():find("no audio device")')


def test_a_failed_job_is_asked_for_again_as_it_was(studio: Editor, fake: Fake) -> None:
    failed = {"track_id": track_id(16), "code": "X", "message": "no luck", "recovery": ""}
    tell(studio, [("generation_error", failed)])
    studio.wait('shown():find("no luck")')
    go_to(studio, "✗ rainy window")
    press(studio, "a")
    studio.wait('not shown():find("no luck")')
    settle(studio)
    asked = fake.heard("generate")[-1]
    assert asked["seed"] == 7
    assert asked["prompt"] == "rainy window, mellow piano, vinyl crackle"


def test_a_dismissed_failure_stays_away_when_the_studio_is_opened_again(studio: Editor) -> None:
    failed = {"track_id": track_id(16), "code": "X", "message": "no luck", "recovery": ""}
    tell(studio, [("generation_error", failed)])
    studio.wait('shown():find("no luck")')
    go_to(studio, "✗ rainy window")
    press(studio, "dd")
    studio.wait('not shown():find("no luck")')
    studio.command("Lofi")
    studio.command("Lofi")
    studio.wait('shown():find("lullaby") and not shown():find("no luck")')


def test_y_yanks_what_one_would_paste(studio: Editor) -> None:
    go_to(studio, "lullaby")
    press(studio, "yy")
    assert studio.nvim.funcs.getreg('"') == "tape hiss lullaby"
    press(studio, "yp")
    assert studio.nvim.funcs.getreg('"') == f"/music/{track_id(2)}.wav"


def test_sections_are_jumped_to(studio: Editor) -> None:
    press(studio, "gg")
    press(studio, "]]")
    assert studio.nvim.current.line.startswith(" queue")
    press(studio, "]]")
    assert studio.nvim.current.line.startswith(" library")
    press(studio, "[[")
    assert studio.nvim.current.line.startswith(" queue")


def test_groups_are_links_that_a_colour_scheme_may_replace(studio: Editor) -> None:
    groups = studio.lua('return vim.tbl_keys(require("lofi.ui.highlight").links)')
    studio.command("highlight LofiBar guifg=#ff0000")
    studio.command("highlight clear | colorscheme default")
    for group in groups:
        assert (
            studio.lua("return vim.api.nvim_get_hl(0, { name = ... }).link ~= nil", group)
            or group == "LofiBar"
        )
    used = studio.lua(
        """
        local found = {}
        local scan = vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })
        for _, mark in ipairs(scan) do
          if mark[4].hl_group then found[mark[4].hl_group] = true end
        end
        return vim.tbl_keys(found)
        """
    )
    assert set(used) <= set(groups)


def test_the_buffer_belongs_to_a_filetype_that_users_may_hook(editor: Editor) -> None:
    editor.lua(
        'vim.api.nvim_create_autocmd("FileType", { pattern = "lofi", callback = function(event)'
        ' vim.keymap.set("n", "q", "<Nop>", { buffer = event.buf, desc = "mine" }) end })'
    )
    editor.command("Lofi")
    assert editor.nvim.current.buffer.options["filetype"] == "lofi"
    assert editor.lua('return vim.fn.maparg("q", "n", false, true).desc') == "mine"
    assert editor.nvim.current.buffer.options["modifiable"] is False


def test_the_library_is_asked_for_once(studio: Editor, fake: Fake) -> None:
    settle(studio)
    assert len(fake.heard("library_list")) == 1
    assert SHELF[1]["total"] == studio.lua('return require("lofi.state").get().library.total')
