"""How jobs and downloads are shown: natively, by fidget, by notices, or not."""

import pytest

from fixtures.daemon import until
from fixtures.editor import Editor, Start

FIDGET = """
_G.seen = {}
package.loaded["fidget"] = {}
package.loaded["fidget.progress"] = { handle = { create = function(opts)
  table.insert(_G.seen, { "create", opts.title, opts.cancellable })
  return {
    report = function(_, props)
      table.insert(_G.seen, { "report", props.percentage, props.message })
    end,
    finish = function() table.insert(_G.seen, { "finish" }) end,
    cancel = function() table.insert(_G.seen, { "cancel" }) end,
  }
end } }
"""
NOTIFY = """
_G.seen = {}
vim.notify = function(text, level, opts)
  table.insert(_G.seen, { text, level, opts and opts.id, opts and opts.replace })
  return { id = #_G.seen }
end
"""


def shown(start: Start, progress: str, *behaviour: str, **settings: object) -> Editor:
    ui = {"progress": progress, **settings}
    return start(*(behaviour or ("polite",)), settings={"ui": ui})


def make(editor: Editor, prompt: str = "rain") -> None:
    editor.lua('_G.job = require("lofi").generate(..., function() end)', prompt)
    editor.wait("_G.job.done")


def test_the_newest_neovim_shows_progress_by_itself(start: Start) -> None:
    editor = shown(start, "auto", "flood", "20")
    if not editor.lua('return vim.fn.has("nvim-0.12") == 1'):
        assert editor.lua(
            'return require("lofi.sinks").choose("auto") == require("lofi.sinks").notify'
        )
        return
    editor.lua(
        """
        _G.seen = {}
        vim.api.nvim_create_autocmd("Progress", { pattern = "lofi", callback = function(event)
          table.insert(_G.seen, { event.data.percent, event.data.status, event.data.id })
        end })
        """
    )
    make(editor)
    seen = editor.lua("return _G.seen")
    assert seen[0][:2] == [0, "running"]
    assert seen[-1][:2] == [100, "success"]
    assert len({identity for _, _, identity in seen}) == 1


def test_a_cancel_of_the_message_cancels_the_job(start: Start) -> None:
    editor = shown(start, "auto", "puppet")
    if not editor.lua('return vim.fn.has("nvim-0.12") == 1'):
        assert (
            editor.lua('return pcall(vim.api.nvim_echo, { { "x" } }, false, { kind = "progress" })')
            is False
        )
        return
    editor.lua(
        """
        local function note(event) _G.id = event.data.id end
        vim.api.nvim_create_autocmd("Progress", { pattern = "lofi", once = true, callback = note })
        _G.job = require("lofi").generate("rain", function(err) _G.err = err end)
        """
    )
    editor.wait("_G.id ~= nil")
    editor.lua(
        """
        local data = { id = _G.id, status = "cancel" }
        vim.api.nvim_exec_autocmds("Progress", { pattern = "lofi", data = data })
        """
    )
    editor.wait("_G.job.done")
    assert editor.lua("return _G.err.name") == "GENERATION_CANCELLED"


@pytest.mark.parametrize("columns", [20, 40, 80])
@pytest.mark.parametrize(
    "option", ["ruler", "noruler noshowcmd", "laststatus=0 ruler", "cmdheight=0"]
)
def test_no_message_stops_the_editor_until_a_key_is_pressed(
    start: Start, columns: int, option: str
) -> None:
    editor = shown(start, "auto")
    editor.command(f"set {option}")
    editor.nvim.ui_attach(columns, 10)
    editor.lua(
        """
        for i = 1, 3 do
          require("lofi").generate(("a very long prompt, "):rep(9) .. i, function() end)
        end
        _G.job = require("lofi").generate("last", function() end)
        """
    )
    assert until(lambda: not blocked(editor) and editor.lua("return _G.job.done"))
    editor.lua(
        """
        require("lofi.notice").aside(("long "):rep(60), "warn")
        vim.schedule(function() _G.last = true end)
        """
    )
    assert until(lambda: not blocked(editor) and editor.lua("return _G.last"))
    assert not blocked(editor)


def test_neovims_own_notifier_is_told_from_others(start: Start) -> None:
    editor = start("puppet")
    assert editor.lua('return require("lofi.notice").is_plain()') is True
    assert (
        editor.lua('vim.notify = function() end return require("lofi.notice").is_plain()') is False
    )


def blocked(editor: Editor) -> bool:
    """Whether it waits for a key."""
    mode = editor.nvim.api.get_mode()
    assert not mode["blocking"], mode
    return False


def test_fidget_is_shown_the_same(start: Start) -> None:
    editor = shown(start, "fidget", "flood", "20")
    editor.lua(FIDGET)
    make(editor)
    seen = editor.lua("return _G.seen")
    assert seen[0] == ["create", "rain", True]
    assert seen[-1] == ["finish"]
    assert sum(each[0] == "create" for each in seen) == 1
    percents = [each[1] for each in seen if each[0] == "report"]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_a_notifier_that_can_is_asked_to_replace(start: Start) -> None:
    editor = shown(start, "notify", "flood", "20")
    editor.lua(NOTIFY + 'package.loaded["notify"] = {}')
    make(editor)
    seen = editor.lua("return _G.seen")
    assert "finished" in seen[-1][0]
    assert {each[2] for each in seen} == {"lofi 0000000000000000"}
    assert [bool(each[3]) for each in seen[1:]] == [True] * (len(seen) - 1)


def test_a_notifier_that_cannot_hears_of_the_beginning_and_the_end(start: Start) -> None:
    editor = shown(start, "notify", "flood", "20")
    editor.lua(NOTIFY)
    make(editor)
    assert [each[0] for each in editor.lua("return _G.seen")] == [
        "0% rain",
        "rain · 0:30, finished",
    ]


def test_on_a_narrow_screen_the_prompt_makes_room_for_how_it_stands(start: Start) -> None:
    editor = shown(start, "notify")
    editor.lua("vim.o.columns = 50")
    make(editor, "rainy night on the long road home, with mellow rhodes")
    last = editor.messages().splitlines()[-1]
    assert last.startswith("lofi: rainy n")
    assert last.endswith("… · 0:30, finished")


def test_what_the_radio_has_made_is_not_announced_unless_somebody_waits_for_it(
    start: Start,
) -> None:
    editor = shown(start, "notify")
    editor.lua(NOTIFY)
    make(editor)
    about = {"track_id": "00000000000000aa", "prompt": "for the radio", "background": True}
    path = {"path": "/tracks/a.wav", "duration_sec": 30}
    editor.lua(
        """
        local about, path, take = ..., select(2, ...), require("lofi.notifications").take
        take("generation_queued", about)
        take("generation_start", about)
        take("generation_progress", { track_id = about.track_id, percent = 50 })
        take("generation_complete", vim.tbl_extend("force", about, path))
        require("lofi.state").apply("generate", { track_id = about.track_id, status = "queued" })
        take("generation_start", { track_id = about.track_id, prompt = "wanted" })
        """,
        about,
        path,
    )
    told = [each[0] for each in editor.lua("return _G.seen")]
    assert not [text for text in told if "radio" in text]
    assert told[-1] == "0% wanted"


def test_quiet_is_quiet(start: Start) -> None:
    editor = shown(start, "none", notify=False)
    editor.lua(NOTIFY)
    make(editor)
    assert editor.lua("return _G.seen") == []
    assert editor.messages() == ""


def test_quiet_may_still_tell_of_a_finished_track(start: Start) -> None:
    editor = shown(start, "none")
    editor.lua(NOTIFY)
    make(editor)
    editor.wait("#_G.seen == 1")
    assert editor.lua("return _G.seen[1][1]") == "lofi: rain · 0:30, finished"


def test_a_failure_is_told_once_with_what_to_do(start: Start) -> None:
    for progress in ("notify", "none"):
        editor = start("puppet", settings={"ui": {"progress": progress}}, name=progress)
        editor.lua(NOTIFY + '_G.job = require("lofi").generate("rain")')
        editor.wait("_G.job.id ~= nil")
        why = {"code": "MODEL_INFERENCE_FAILED", "message": "it crashed", "recovery": "try again"}
        failed = {"track_id": "0000000000000000", **why}
        editor.lua(
            "require('lofi.daemon').request('say', { messages = { ... } }, function() end)",
            {"method": "generation_error", "params": failed},
        )
        editor.wait("_G.job.done")
        told = [each[0] for each in editor.lua("return _G.seen") if "it crashed" in each[0]]
        assert len(told) == 1, told
        assert "try again" in told[0]


def test_pictures_are_no_closer_than_a_fifth_of_a_second_and_the_end_is_always_shown(
    start: Start,
) -> None:
    editor = shown(start, "fidget", "flood", "2000")
    editor.lua(FIDGET)
    before = editor.lua("return vim.uv.hrtime()")
    make(editor)
    seconds = (editor.lua("return vim.uv.hrtime()") - before) / 1e9
    reports = editor.lua(
        "return vim.iter(_G.seen):filter(function(e) return e[1] == 'report' end):totable()"
    )
    assert len(reports) <= 3 + seconds / 0.2
    assert reports[-1][:2] == ["report", 100]


def test_a_download_is_shown_and_ends(start: Start) -> None:
    editor = shown(start, "fidget", "puppet")
    editor.lua(FIDGET + 'require("lofi.progress").begin()')
    half = {"backend": "musicgen", "overall_percent": 49, "bytes_downloaded": 1118004186}
    half |= {"bytes_total": 2251406668, "phase": "fetching"}
    messages = [
        {"method": "download_progress", "params": half},
        {"method": "download_complete", "params": {"backend": "musicgen"}},
    ]
    editor.lua(
        "require('lofi.daemon').request('say', { messages = ... }, function() _G.said = true end)",
        messages,
    )
    editor.wait("_G.said")
    seen = editor.lua("return _G.seen")
    assert seen[0][1] == "musicgen"
    assert seen[1] == ["report", 49, "fetching, 1.1 GB of 2.3 GB"]
    assert seen[-1] == ["finish"]


@pytest.mark.parametrize("prompt", ["a\x1b[31mb", "100% %s rain", "日本語" * 40])
def test_prompts_are_shown_escaped(start: Start, prompt: str) -> None:
    editor = shown(start, "notify")
    editor.lua(NOTIFY)
    editor.lua(
        'require("lofi.notifications").take("generation_start", { track_id = "a", prompt = ... })',
        prompt,
    )
    editor.lua('require("lofi.progress").begin()')
    editor.lua(
        """
        local track = { track_id = "a", prompt = ... }
        require("lofi.notifications").take("generation_complete", track)
        """,
        prompt,
    )
    text = editor.lua("return _G.seen[1][1]")
    assert "\x1b" not in text
    assert len(text) < 90
