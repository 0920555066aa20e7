"""The log: who writes what into it, how long it may become, and that it never gets in the way."""

import stat
from pathlib import Path

from fixtures.editor import Editor


def lines(editor: Editor) -> list[str]:
    return editor.log().splitlines()


def test_a_note_has_date_level_and_text(editor: Editor) -> None:
    editor.lua('require("lofi.log").warn("%d of %s", 2, "three")')
    (line,) = lines(editor)
    date, time, rest = line.split(" ", 2)
    assert (len(date), len(time), rest) == (10, 8, "warn 2 of three")


def test_a_note_that_does_not_fit_its_format_is_noted_all_the_same(editor: Editor) -> None:
    editor.lua('require("lofi.log").error("100 % of %d", {})')
    assert lines(editor)[0].endswith("error 100 % of %d")


def test_every_line_of_a_note_has_its_date(editor: Editor) -> None:
    editor.lua('require("lofi.log").error("%s", "one\\r\\ntwo")')
    assert [line.split(" ", 2)[2] for line in lines(editor)] == ["error one", "error two"]


def test_what_is_below_the_level_is_not_noted(editor: Editor) -> None:
    editor.lua(
        """
        local log = require("lofi.log")
        log.set_level("warn")
        log.debug("a") log.info("b") log.warn("c") log.error("d")
        log.set_level("off")
        log.error("e")
        log.append("f\\n")
        log.set_level("nonsense")
        log.error("g")
        """
    )
    assert [line[-1] for line in lines(editor)] == ["c", "d"]


def test_the_setting_is_the_level(editor: Editor) -> None:
    editor.lua(
        """
        require("lofi").setup({ log = { level = "error" } })
        require("lofi.log").warn("a")
        """
    )
    assert lines(editor) == []


def test_a_chunk_of_the_daemon_waits_for_the_end_of_its_line(editor: Editor) -> None:
    append = 'require("lofi.log").append(...)'
    editor.lua(append, "one\ntw")
    assert [line.split(" ", 2)[2] for line in lines(editor)] == ["daemon one"]
    editor.lua(append, "o\nthree")
    editor.lua(append)
    editor.lua(append)
    wanted = ["daemon one", "daemon two", "daemon three"]
    assert [line.split(" ", 2)[2] for line in lines(editor)] == wanted


def test_a_line_without_end_is_cut(editor: Editor) -> None:
    editor.lua('for _ = 1, 70 do require("lofi.log").append(("x"):rep(1024)) end')
    (line,) = lines(editor)
    assert line.endswith("x" * 65 * 1024)


def test_it_can_be_written_in_a_fast_event(editor: Editor) -> None:
    editor.lua(
        """
        local log, timer = require("lofi.log"), vim.uv.new_timer()
        timer:start(0, 0, function()
          fast = vim.in_fast_event()
          log.info("hello")
          timer:close()
          over = true
        end)
        """
    )
    editor.wait("over")
    assert editor.lua("return fast")
    assert lines(editor)[0].endswith("info hello")


def test_a_long_log_makes_room_and_leaves_one_older_one(editor: Editor) -> None:
    editor.lua(
        """
        local log = require("lofi.log")
        log.MAX_BYTES = 100
        for number = 1, 9 do log.info("number %d %s", number, ("x"):rep(60)) end
        """
    )
    folder = editor.home / "state" / "test"
    assert sorted(path.name for path in folder.glob("lofi.log*")) == ["lofi.log", "lofi.log.1"]
    assert "number 9" in (folder / "lofi.log").read_text()
    assert "number 7" in (folder / "lofi.log.1").read_text()


def test_only_its_user_reads_it(editor: Editor) -> None:
    editor.lua('require("lofi.log").info("a secret prompt")')
    path = Path(editor.lua('return require("lofi.log").path()'))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_its_last_lines_are_told(editor: Editor) -> None:
    tail = 'return require("lofi.log").tail(2)'
    assert editor.lua(tail) == []
    editor.lua(
        'for _, word in ipairs({ "one", "two", "three" }) do require("lofi.log").info(word) end'
    )
    assert [line.split(" ", 2)[2] for line in editor.lua(tail)] == ["info two", "info three"]


def test_a_log_that_cannot_be_written_is_a_problem_and_no_error(editor: Editor) -> None:
    path = Path(editor.lua('return require("lofi.log").path()'))
    path.mkdir(parents=True)
    problem = 'require("lofi.log").info("x") return require("lofi.log").problem()'
    assert "EISDIR" in editor.lua(problem)
    path.rmdir()
    assert editor.lua(problem) is None


def test_it_opens_at_its_end_and_is_not_to_be_written(editor: Editor) -> None:
    editor.command("Lofi log")
    assert editor.nvim.current.buffer[:] == lines(editor)
    editor.lua('for _ = 1, 50 do require("lofi.log").info("more") end')
    editor.command("close")
    editor.command("Lofi log")
    assert editor.lua("return { vim.bo.readonly, vim.fn.line('.'), vim.fn.line('$') }") == [
        True,
        51,
        51,
    ]
