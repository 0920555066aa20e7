"""Jobs: each callback once, with what became of it, whatever comes in whatever order."""

import pytest

from fixtures.daemon import until
from fixtures.editor import Editor, Fake, Start

MAKE = """
_G.calls = {}
_G.job = require("lofi").generate(..., function(err, track)
  local name, prompt = err and err.name or "", track and track.prompt or ""
  table.insert(_G.calls, { name, prompt, vim.in_fast_event() })
end)
"""
SAID = """
_G.said = false
require("lofi.daemon").request("say", { messages = { ... } }, function() _G.said = true end)
"""
SAY = """
require("lofi.daemon").request("say", { messages = ... }, function() end)
"""


def complete(number: int, prompt: str = "rain") -> dict[str, object]:
    params = {"track_id": f"00000000000000{number:02x}", "path": "/x.wav", "prompt": prompt}
    return {"method": "generation_complete", "params": params}


def queued(editor: Editor, count: int = 1) -> None:
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == a', count)


@pytest.mark.parametrize("behaviour", ["polite", "backwards", "crumbs"])
def test_the_callback_comes_once_with_the_track(start: Start, behaviour: str) -> None:
    editor = start(behaviour)
    editor.lua(MAKE, "rain")
    editor.wait("_G.job.done")
    editor.lua('require("lofi.daemon").request("ping", nil, function() _G.later = true end)')
    editor.wait("_G.later")
    assert editor.lua("return _G.calls") == [["", "rain", False]]
    assert editor.lua("return { _G.job.id, _G.job.track.track_id }") == ["0000000000000000"] * 2
    assert editor.lua('return require("lofi").is_generating()') is False
    assert editor.lua('return require("lofi").last_track().prompt') == "rain"


def test_the_callback_never_comes_before_generate_returns(editor: Editor) -> None:
    assert (
        editor.lua(
            """
        local inside = false
        require("lofi").generate("", function() inside = true end)
        return inside
        """
        )
        is False
    )


def test_it_generates_from_the_call_to_the_last_end(editor: Editor) -> None:
    is_on = 'return require("lofi").is_generating()'
    assert editor.lua(is_on) is False
    assert editor.lua('require("lofi").generate("one") ' + is_on) is True
    editor.lua('require("lofi").generate("two")')
    queued(editor, 2)
    assert editor.lua(is_on) is True
    editor.lua(SAY, [complete(0)])
    editor.wait('require("lofi.state").get().jobs["0000000000000000"].status == "complete"')
    assert editor.lua(is_on) is True
    editor.lua(SAY, [complete(1)])
    editor.wait('require("lofi").is_generating() == false')


def test_two_who_ask_for_the_same_track_both_hear(editor: Editor) -> None:
    editor.lua(
        """
        _G.heard = {}
        local generation = require("lofi.generation")
        local request = require("lofi.daemon").request
        require("lofi.daemon").request = function(method, params, cb)
          if method ~= "generate" then return request(method, params, cb) end
          local result = { track_id = "00000000000000aa", status = "queued", position = 0 }
          request("hold", { result = result }, cb)
        end
        for i = 1, 2 do
          generation.generate("rain", function(err, track)
            table.insert(_G.heard, { i, track and track.path })
          end)
        end
        """
    )
    queued(editor)
    editor.lua(SAY, [complete(0xAA)])
    editor.wait("#_G.heard == 2")
    assert editor.lua("return _G.heard") == [[1, "/x.wav"], [2, "/x.wav"]]


def test_a_completion_of_another_track_does_not_end_this_job(editor: Editor) -> None:
    editor.lua(MAKE, "rain")
    queued(editor)
    editor.lua(SAY, [complete(0x77)])
    editor.wait('require("lofi.state").get().jobs["0000000000000077"] ~= nil')
    assert editor.lua("return { _G.job.done, #_G.calls }") == [False, 0]


def test_the_start_is_told_before_the_end(start: Start) -> None:
    editor = start("polite")
    editor.lua(
        """
        _G.heard = {}
        for name in pairs(require("lofi.events").names) do
          if name:find("^generation") then
            require("lofi").on(name, function()
              table.insert(_G.heard, (name:gsub("generation_", "")))
            end)
          end
        end
        """
        + MAKE,
        "rain",
    )
    editor.wait("_G.job.done")
    heard = editor.lua("return _G.heard")
    assert heard[:2] == ["queued", "start"]
    assert set(heard[2:-1]) == {"progress"}
    assert heard[-1] == "complete"


def test_a_failed_job_says_why_and_what_to_do(editor: Editor) -> None:
    editor.lua(MAKE, "rain")
    queued(editor)
    why = {"code": "MODEL_INFERENCE_FAILED", "message": "it crashed", "recovery": "try again"}
    failed = {"track_id": "0000000000000000", **why}
    editor.lua(SAY, [{"method": "generation_error", "params": failed}])
    editor.wait("_G.job.done")
    assert editor.lua("return _G.job.err") == {
        "code": -32003,
        "name": "MODEL_INFERENCE_FAILED",
        "message": "it crashed",
        "hint": "try again",
    }
    assert editor.lua("return #_G.calls") == 1
    assert editor.lua('return require("lofi.state").get().last_error.message') == "it crashed"


def test_a_refused_job_says_why(editor: Editor) -> None:
    editor.lua(
        """
        local request = require("lofi.daemon").request
        require("lofi.daemon").request = function(method, params, cb)
          local data = { error_code = "QUEUE_FULL", recovery = "wait" }
          request("fail", { code = -32004, message = "full", data = data }, cb)
        end
        """
        + MAKE,
        "rain",
    )
    editor.wait("_G.job.done")
    assert editor.lua("return { _G.job.err.code, _G.job.err.hint, #_G.calls }") == [
        -32004,
        "wait",
        1,
    ]


def test_a_job_is_cancelled_by_its_handle(editor: Editor, fake: Fake) -> None:
    editor.lua(MAKE, "rain")
    queued(editor)
    editor.lua("_G.job:cancel(function(err, result) _G.answer = result.cancelled end)")
    editor.wait("_G.job.done and _G.answer")
    assert editor.lua("return _G.calls") == [["GENERATION_CANCELLED", "", False]]
    assert fake.heard("cancel") == [{"track_id": "0000000000000000"}]


def test_a_job_may_be_cancelled_before_the_daemon_has_answered(editor: Editor, fake: Fake) -> None:
    editor.lua(MAKE + "_G.job:cancel()", "rain")
    editor.wait("_G.job.done")
    assert editor.lua("return _G.calls") == [["GENERATION_CANCELLED", "", False]]
    assert len(fake.heard("cancel")) == 1


def test_cancelling_what_has_ended_is_told(start: Start) -> None:
    editor = start("polite")
    editor.lua(MAKE, "rain")
    editor.wait("_G.job.done")
    editor.lua("_G.job:cancel(function(err) _G.why = err.name end)")
    editor.wait("_G.why == 'ALREADY_COMPLETE'")


def test_cancelling_nothing_is_told_and_starts_no_daemon(editor: Editor, fake: Fake) -> None:
    editor.lua('require("lofi").cancel(nil, function(err) _G.why = err.name end)')
    editor.wait("_G.why == 'NOTHING_TO_CANCEL'")
    assert fake.births() == []


def test_a_script_may_wait_for_a_job(start: Start) -> None:
    editor = start("polite")
    assert editor.lua(
        """
        local called = false
        local job = require("lofi").generate("rain", function() called = true end)
        return { job:wait(5000), called, job.track.prompt }
        """
    ) == [True, True, "rain"]
    assert (
        start("puppet", name="second").lua('return require("lofi").generate("x"):wait(50)') is False
    )


def test_the_id_is_told_as_soon_as_it_is_known(editor: Editor) -> None:
    editor.lua(
        'require("lofi").generate({ prompt = "rain", on_start = function(id) _G.id = id end })'
    )
    editor.wait("_G.id == '0000000000000000'")


def test_a_callback_that_fails_is_told_and_harms_nobody(start: Start) -> None:
    editor = start("polite")
    editor.lua(
        """
        _G.notes = {}
        vim.notify = function(text) table.insert(_G.notes, text) end
        require("lofi").generate("one", function() error("oops") end)
        _G.job = require("lofi").generate("two", function() _G.fine = true end)
        """
    )
    editor.wait("_G.fine and #_G.notes > 0")
    assert editor.lua(
        """
        return vim.iter(_G.notes):any(function(note)
          return note:find("a callback failed", 1, true) ~= nil
        end)
        """
    )


def test_what_is_left_out_comes_from_the_settings(start: Start, fake: Fake) -> None:
    defaults = {"duration": 45, "style": "Classic Lofi Hip Hop", "seed": 9}
    editor = start("puppet", settings={"defaults": defaults, "backend": "musicgen"})
    editor.lua(
        'require("lofi").generate("piano") require("lofi").generate({ style = "", prompt = "tea" })'
    )
    assert until(lambda: len(fake.heard("generate")) == 2)
    first, second = fake.heard("generate")
    assert first == {
        "prompt": "classic lofi hip hop, piano",
        "duration_sec": 45,
        "seed": 9,
        "backend": "musicgen",
    }
    assert second["prompt"] == "tea"


def test_the_short_and_the_long_names_mean_the_same(editor: Editor, fake: Fake) -> None:
    editor.lua(
        """
        require("lofi").generate({ prompt = "a", duration = 60, steps = 9, guidance = 7, seed = 1 })
        require("lofi").generate({
          prompt = "a", duration_sec = 60, inference_steps = 9, guidance_scale = 7, seed = 1
        })
        """
    )
    assert until(lambda: len(fake.heard("generate")) == 2)
    first, second = fake.heard("generate")
    assert first == second


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1])
def test_a_seed_survives_the_way(editor: Editor, fake: Fake, seed: int) -> None:
    editor.lua('require("lofi").generate({ prompt = "rain", seed = ... })', seed)
    assert until(lambda: len(fake.heard("generate")) == 1)
    sent = fake.heard("generate")[0]["seed"]
    assert sent == seed
    assert isinstance(sent, int)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nil", "a prompt or a table of options is wanted, not nil"),
        ("3", "a prompt or a table of options is wanted, not number"),
        ('""', "there is no prompt"),
        ('"   "', "there is no prompt"),
        ("{}", "there is no prompt"),
        ("{ prompt = 3 }", "generate.prompt = 3 is not valid: use text"),
        ('{ prompt = "x", duraton = 3 }', "there is no generate.duraton; did you mean duration?"),
        ('{ prompt = "x", seed = 1.5 }', "generate.seed = 1.5 is not valid"),
        ('{ prompt = "x", seed = 2 ^ 32 }', "generate.seed = 4294967296 is not valid"),
        ('{ prompt = "x", duration_sec = "long" }', 'generate.duration_sec = "long" is not valid'),
        ('{ prompt = "x", priority = "urgent" }', 'generate.priority = "urgent" is not valid'),
        ('{ prompt = "a\\255b" }', "generate cannot be sent: it is not UTF-8"),
        ('{ prompt = "x", guidance_scale = 0 / 0 }', "generate.guidance_scale ="),
    ],
)
def test_a_wrong_request_is_an_error_of_ours(editor: Editor, what: str, message: str) -> None:
    editor.lua(f'_G.job = require("lofi").generate({what}, function(err) _G.err = err end)')
    editor.wait("_G.job.done and _G.err ~= nil")
    assert message in editor.lua("return _G.err.message")


def test_an_error_without_a_callback_is_shown(editor: Editor) -> None:
    editor.lua(
        """
        _G.notes = {}
        vim.notify = function(text) table.insert(_G.notes, text) end
        require("lofi").generate("")
        """
    )
    editor.wait("#_G.notes == 1")
    assert editor.lua("return _G.notes[1]") == (
        "lofi: there is no prompt (describe the music in a few words)"
    )


def silent(editor: Editor, *problem: str) -> None:
    playback: dict[str, object] = {"state": "stopped", "volume": 0.5}
    if problem:
        playback["problem"] = dict(zip(("message", "recovery"), problem, strict=True))
    editor.lua(SAID, {"method": "playback_changed", "params": playback})
    editor.wait("_G.said")


def test_why_a_finished_track_is_not_heard_is_told_once(start: Start) -> None:
    editor = start("polite", settings={"ui": {"progress": "none", "notify": False}})
    editor.lua("_G.notes = {} vim.notify = function(text) table.insert(_G.notes, text) end")
    silent(editor)
    for _ in range(2):
        editor.lua(MAKE, "rain")
        editor.wait("_G.job.done")
    assert editor.lua("return _G.notes") == []
    silent(editor, "there is no audio device", "tracks are kept: :Lofi export")
    for _ in range(2):
        editor.lua(MAKE, "rain")
        editor.wait("_G.job.done")
    editor.wait("#_G.notes == 1")
    assert editor.lua("return _G.notes") == [
        "lofi: not played: there is no audio device (tracks are kept: :Lofi export)"
    ]


def test_silence_that_is_wanted_is_not_excused(start: Start) -> None:
    ui = {"progress": "none", "notify": False}
    editor = start("polite", settings={"ui": ui, "player": {"autoplay": False}})
    editor.lua("_G.notes = {} vim.notify = function(text) table.insert(_G.notes, text) end")
    silent(editor, "there is no audio device", "tracks are kept")
    editor.lua(MAKE, "rain")
    editor.wait("_G.job.done")
    assert editor.lua("return _G.notes") == []
