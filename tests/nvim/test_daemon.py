"""The daemon's life as the editor sees it: found, started, spoken to, lost, started again."""

import os
import signal
import time
from pathlib import Path

import pytest

from fixtures.daemon import gone, until
from fixtures.editor import ROOT, Editor, Fake, Start

NOTES = "_G.notes = {} vim.notify = function(text) table.insert(_G.notes, text) end "
ASK = """
local method, count = ...
_G.answers = {}
for i = 1, count or 1 do
  require("lofi.daemon").request(method, nil, function(err, result)
    table.insert(_G.answers, { err and err.name, result })
  end)
end
"""


def notes(editor: Editor) -> list[str]:
    found: list[str] = editor.lua("return _G.notes")
    return found


def status(editor: Editor) -> str:
    now: str = editor.lua('return require("lofi.state").get().daemon.status')
    return now


def ready(editor: Editor) -> int:
    """Start it; its process."""
    editor.lua('require("lofi.daemon").start()')
    editor.wait('require("lofi.state").get().daemon.status == "ready"')
    pid: int = editor.lua('return require("lofi.state").get().daemon.pid')
    return pid


def test_it_is_started_when_it_is_needed_and_not_before(editor: Editor, fake: Fake) -> None:
    editor.lua(
        'require("lofi").state() require("lofi").is_generating() require("lofi").current_track()'
    )
    assert fake.births() == []
    assert status(editor) == "stopped"
    editor.lua(ASK, "ping")
    editor.wait("#_G.answers == 1")
    assert editor.lua("return _G.answers[1][2].status") == "ok"
    assert len(fake.births()) == 1


def test_it_is_told_the_versions_and_calls_wait_for_its_answer(editor: Editor, fake: Fake) -> None:
    editor.lua(ASK, "ping", 3)
    editor.wait("#_G.answers == 3")
    calls = [line["call"]["method"] for line in fake.lines() if "call" in line]
    assert calls[0] == "initialize"
    assert calls.count("ping") == 3
    version = (ROOT / "src/lofi/__init__.py").read_text().split('__version__ = "')[1].split('"')[0]
    assert fake.heard("initialize") == [{"plugin_version": version, "protocol": 1}]


def test_its_environment_carries_the_settings(start: Start, fake: Fake) -> None:
    editor = start(
        "puppet", settings={"device": "cpu", "daemon": {"env": {"LOFI_CACHE_MAX_MB": "99"}}}
    )
    ready(editor)
    env = fake.lines()[0]["env"]
    assert (env["LOFI_DEVICE"], env["LOFI_CACHE_MAX_MB"]) == ("cpu", "99")


@pytest.mark.parametrize("behaviour", ["stranger", "elder"])
def test_one_that_does_not_fit_is_refused_with_the_command_to_run(
    start: Start, fake: Fake, behaviour: str
) -> None:
    editor = start(behaviour)
    editor.lua(NOTES)
    editor.lua(ASK, "ping", 2)
    editor.wait("#_G.answers == 2 and #_G.notes == 1")
    assert editor.lua("return _G.answers") == [["DAEMON_INCOMPATIBLE"], ["DAEMON_INCOMPATIBLE"]]
    assert status(editor) == "failed"
    message = editor.lua('return require("lofi.state").get().daemon.message')
    assert "does not fit this plugin" in message
    assert ":Lofi install" in message
    (pid,) = fake.births()
    assert until(lambda: gone(pid))


def test_one_that_is_not_there_is_an_error_that_names_the_command(start: Start) -> None:
    editor = start(settings={"daemon": {"cmd": ["/no/such/lofi-daemon"]}})
    editor.lua(ASK, "ping", 2)
    editor.wait("#_G.answers == 2")
    assert editor.lua("return _G.answers[1][1]") == "DAEMON_SPAWN_FAILED"
    assert "/no/such/lofi-daemon" in editor.lua('return require("lofi.state").get().daemon.message')


def test_it_is_found_as_configured_then_installed_then_in_the_plugin_then_on_the_path(
    start: Start, tmp_path: Path
) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    on_path = bin_folder / "lofi-daemon"
    on_path.write_text("#!/bin/sh\n")
    on_path.chmod(0o755)
    editor = start(more={"PATH": f"{bin_folder}:{os.environ['PATH']}"})
    find = """
        local program = require("lofi.process").find(...)
        return { program.cmd, program.slow or false }
    """
    assert editor.lua(find, {"cmd": ["x", "y"]}) == [["x", "y"], False]
    editor.lua('require("lofi.install.place").plugin = ...', str(tmp_path))
    assert editor.lua(find, {}) == [[str(on_path)], False]
    for path, program, slow in (
        ("scripts/lofi-daemon", str(on_path), False),
        (".venv/bin/lofi-daemon", str(tmp_path / ".venv/bin/lofi-daemon"), False),
    ):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("#!/bin/sh\n")
        (tmp_path / path).chmod(0o755)
        assert editor.lua(find, {}) == [[program], slow]
    installed = editor.home / "data" / "test" / "lofi" / "venv" / "bin" / "lofi-daemon"
    installed.parent.mkdir(parents=True)
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    assert editor.lua(find, {}) == [[str(installed)], False]


def test_a_clone_that_is_not_set_up_yet_sets_itself_up(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "lofi-daemon"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    editor = start(more={"PATH": "/usr/bin:/bin"})
    editor.lua('require("lofi.install.place").plugin = ...', str(tmp_path))
    find = 'local program = require("lofi.process").find({}) return { program.cmd, program.slow }'
    assert editor.lua(find) == [[str(script)], True]


@pytest.mark.parametrize("code", [0, 1, 10, 9])
def test_one_that_dies_at_work_answers_all_and_comes_back_and_the_user_is_told_once(
    start: Start, fake: Fake, code: int
) -> None:
    editor = start("mortal", str(code))
    editor.lua(NOTES)
    editor.lua(
        """
        _G.answers = {}
        for i = 1, 5 do
          require("lofi").generate("rain", function(err)
            table.insert(_G.answers, err and err.name)
          end)
        end
        """
    )
    editor.wait("#_G.answers == 5")
    editor.wait('require("lofi.state").get().daemon.status == "ready" and #_G.notes == 1')
    assert editor.lua("return _G.answers") == ["DAEMON_EXITED"] * 5
    assert len(fake.births()) == 2
    how = "ended by signal 9" if code == 9 else f"ended with code {code}"
    assert notes(editor) == [f"lofi: the daemon {how}; it is back"]
    assert editor.lua('return require("lofi").is_generating()') is False


@pytest.mark.parametrize("code", [0, 1, 10])
def test_one_that_never_lives_is_tried_three_times_more_and_told_once(
    start: Start, fake: Fake, code: int
) -> None:
    editor = start("stillborn", str(code))
    editor.lua(NOTES)
    editor.lua(ASK, "ping", 2)
    editor.wait("#_G.notes > 0")
    assert len(fake.births()) == 4
    assert editor.lua("return _G.answers") == [["DAEMON_EXITED"], ["DAEMON_EXITED"]]
    assert status(editor) == "failed"
    (note,) = notes(editor)
    assert f"ended with code {code}" in note


def test_after_giving_up_a_new_wish_is_a_new_attempt(start: Start, fake: Fake) -> None:
    editor = start("stillborn", "1", settings={"daemon": {"restart": []}})
    editor.lua(NOTES)
    editor.lua(ASK, "ping")
    editor.wait("#_G.answers == 1")
    assert len(fake.births()) == 1
    editor.lua(ASK, "ping")
    editor.wait("#_G.answers == 1")
    assert len(fake.births()) == 2


def test_the_pauses_between_attempts_are_those_of_the_settings(editor: Editor) -> None:
    assert editor.lua('return require("lofi.config").defaults.daemon.restart') == [1, 2, 4]


def test_one_that_leaves_because_it_was_idle_is_not_missed(editor: Editor, fake: Fake) -> None:
    editor.lua(NOTES)
    ready(editor)
    editor.lua(ASK, "leave")
    editor.wait("require('lofi.state').get().daemon.status == 'stopped'")
    assert notes(editor) == []
    ready(editor)
    assert len(fake.births()) == 2


def test_one_that_is_killed_while_idle_is_started_again(editor: Editor, fake: Fake) -> None:
    editor.lua(NOTES)
    os.kill(ready(editor), signal.SIGKILL)
    editor.wait("#_G.notes == 1 and require('lofi.state').get().daemon.status == 'ready'")
    assert notes(editor) == ["lofi: the daemon ended by signal 9; it is back"]
    assert len(fake.births()) == 2


def test_the_exit_of_an_old_one_does_not_touch_the_new_one(editor: Editor, fake: Fake) -> None:
    first = ready(editor)
    editor.lua("_G.done = false require('lofi').restart(function(err) _G.done = err == nil end)")
    editor.wait("_G.done")
    second = editor.lua('return require("lofi.state").get().daemon.pid')
    assert first != second
    assert until(lambda: gone(first))
    editor.lua(ASK, "ping")
    editor.wait("#_G.answers == 1")
    assert editor.lua("return _G.answers[1][2].status") == "ok"
    assert status(editor) == "ready"
    assert fake.births() == [first, second]


def test_at_no_time_are_there_two(start: Start, fake: Fake) -> None:
    editor = start("puppet")
    for _ in range(4):
        ready(editor)
        editor.lua("_G.done = false require('lofi').restart(function() _G.done = true end)")
        editor.wait("_G.done")
        alive = [pid for pid in fake.births() if not gone(pid)]
        assert len(alive) == 1


def test_shutdown_ends_it_and_the_next_wish_starts_another(editor: Editor, fake: Fake) -> None:
    pid = ready(editor)
    editor.lua("_G.done = false require('lofi').shutdown(function(err) _G.done = err == nil end)")
    editor.lua(ASK, "ping")
    editor.wait("_G.done and #_G.answers == 1")
    assert editor.lua("return _G.answers[1][2].status") == "ok"
    assert gone(pid)
    assert len(fake.births()) == 2


def test_shutdown_without_one_is_done_already(editor: Editor, fake: Fake) -> None:
    editor.lua("_G.done = false require('lofi').shutdown(function(err) _G.done = err == nil end)")
    editor.wait("_G.done")
    assert fake.births() == []


def test_one_that_never_introduces_itself_is_ended_and_told_of(start: Start) -> None:
    editor = start("deaf", settings={"daemon": {"timeout": 0.1, "restart": []}})
    editor.lua(NOTES)
    editor.lua(ASK, "ping")
    pid = editor.lua('require("lofi.daemon").start() return require("lofi.state").get().daemon.pid')
    editor.wait("#_G.answers == 1")
    assert editor.lua("return _G.answers") == [["DAEMON_EXITED"]]
    assert until(lambda: gone(pid))


def test_one_that_never_answers_is_a_time_out(start: Start) -> None:
    editor = start("dumb")
    ready(editor)
    editor.lua('require("lofi.config").get().daemon.timeout = 0.1')
    editor.lua(ASK, "ping", 3)
    editor.wait("#_G.answers == 3")
    assert editor.lua("return _G.answers") == [["DAEMON_TIMEOUT"]] * 3


def test_fifty_who_wait_are_answered_when_it_is_killed(start: Start, fake: Fake) -> None:
    editor = start("dumb", settings={"daemon": {"restart": []}})
    editor.lua(NOTES)
    pid = ready(editor)
    editor.lua(ASK, "ping", 50)
    assert until(lambda: len(fake.heard("ping")) == 50)
    os.kill(pid, signal.SIGKILL)
    editor.wait("#_G.answers >= 50")
    assert editor.lua("return _G.answers") == [["DAEMON_EXITED"]] * 50


def test_messages_in_crumbs_and_noise_between_them_do_no_harm(start: Start) -> None:
    for behaviour in ("crumbs", "noise"):
        editor = start(behaviour, name=behaviour)
        editor.lua('_G.job = require("lofi").generate("añ♪ rain")')
        editor.wait("_G.job.done")
        assert editor.lua("return _G.job.track.prompt") == "añ♪ rain"


def test_lies_do_no_harm(start: Start) -> None:
    editor = start("liar")
    editor.lua(NOTES)
    editor.lua(ASK, "ping", 3)
    editor.wait("#_G.answers == 3")
    assert editor.lua("return _G.answers") == [["BAD_ANSWER"]] * 3
    editor.lua('_G.job = require("lofi").generate("rain", function() end)')
    editor.wait("_G.job.done")
    assert editor.lua("return _G.job.err.name") == "BAD_ANSWER"
    assert status(editor) == "ready"
    assert "Error" not in editor.messages()
    editor.lua('require("lofi").state()')


def test_its_last_words_are_in_the_log(start: Start) -> None:
    editor = start("stillborn", "1", settings={"daemon": {"restart": []}})
    editor.lua(NOTES)
    editor.lua(ASK, "ping")
    editor.wait("#_G.notes == 1")
    assert "no luck" in editor.log()
    assert "none at all" in notes(editor)[0]


def test_its_end_is_noticed_though_a_child_of_it_holds_the_streams(
    start: Start, fake: Fake
) -> None:
    editor = start("parent")
    editor.lua(NOTES)
    pid = ready(editor)
    (child,) = (line["child"] for line in fake.lines() if "child" in line)
    try:
        os.kill(pid, signal.SIGKILL)
        editor.wait("#_G.notes == 1 and require('lofi.state').get().daemon.status == 'ready'")
        assert not gone(child)
    finally:
        for line in fake.lines():
            if "child" in line:
                os.kill(line["child"], signal.SIGKILL)


def test_starting_and_ending_are_events(editor: Editor) -> None:
    editor.lua(
        """
        _G.heard = {}
        for _, name in ipairs({ "daemon_start", "daemon_exit", "daemon_error" }) do
          require("lofi").on(name, function(data)
            table.insert(_G.heard, { name, data.version, data.code, data.expected })
          end)
        end
        """
    )
    ready(editor)
    editor.lua("require('lofi').shutdown()")
    editor.wait("#_G.heard == 2")
    assert editor.lua("return _G.heard") == [
        ["daemon_start", "0.1.0"],
        ["daemon_exit", None, 0, True],
    ]


@pytest.mark.parametrize("behaviour", ["puppet", "dumb"])
def test_it_leaves_with_neovim(start: Start, behaviour: str) -> None:
    editor = start(behaviour)
    pid = ready(editor)
    editor.lua(ASK, "ping")
    assert editor.quit() == 0
    assert until(lambda: gone(pid), 1.0)


def test_it_leaves_when_neovim_is_killed(start: Start) -> None:
    editor = start("puppet")
    pid = ready(editor)
    editor.kill()
    assert until(lambda: gone(pid), 1.0)


def test_neovim_does_not_wait_for_one_that_will_not_leave(start: Start) -> None:
    editor = start("stubborn")
    pid = ready(editor)
    assert (
        editor.lua(
            """
        local before = vim.uv.hrtime()
        require("lofi.daemon").leave()
        return (vim.uv.hrtime() - before) / 1e6
        """
        )
        < 2000
    )
    assert editor.quit() == 0
    assert until(lambda: gone(pid), 1.0)


def test_quitting_while_it_is_about_to_be_started_again_starts_nothing(
    start: Start, fake: Fake
) -> None:
    editor = start("stillborn", "1", settings={"daemon": {"restart": [60]}})
    editor.lua(NOTES)
    editor.lua(ASK, "ping")
    editor.wait("require('lofi.state').get().daemon.status == 'restarting'")
    assert editor.quit() == 0
    assert len(fake.births()) == 1


def test_a_flood_does_not_take_the_editor_away(start: Start) -> None:
    editor = start("flood", "3000")
    editor.lua(
        """
        _G.reports = 0
        require("lofi").on("generation_progress", function() _G.reports = _G.reports + 1 end)
        _G.job = require("lofi").generate("rain")
        """
    )
    before = time.monotonic()
    answers = 0
    while not editor.lua("return _G.job.done"):
        answers += 1
        assert time.monotonic() - before < 10, editor.story()
    assert answers > 3
    assert editor.lua("return _G.reports") > 50
    assert editor.lua("return _G.job.track.prompt") == "rain"


def test_nothing_waits_in_a_fast_event(editor: Editor) -> None:
    """What the loop calls while nothing may be drawn or asked only puts messages aside."""
    assert editor.lua(
        """
        local inbox_in_fast, handled_in_fast = 0, 0
        local inbox = require("lofi.inbox")
        local new = inbox.new
        inbox.new = function(take)
          local it = new(function(message)
            if vim.in_fast_event() then handled_in_fast = handled_in_fast + 1 end
            take(message)
          end)
          local put = it.put
          it.put = function(message)
            if vim.in_fast_event() then inbox_in_fast = inbox_in_fast + 1 end
            put(message)
          end
          return it
        end
        local done
        require("lofi.daemon").request("ping", nil, function() done = not vim.in_fast_event() end)
        vim.wait(5000, function() return done ~= nil end, 5)
        return { inbox_in_fast > 0, handled_in_fast, done }
        """
    ) == [True, 0, True]
