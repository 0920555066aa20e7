"""Framing, ids, time-outs: the pure half of the wire."""

import json
import random

import pytest

from fixtures.editor import Editor

LINE = """
local rpc = require("lofi.rpc")
local written, late, told, problems, answers = {}, {}, {}, {}, {}
local it = rpc.new({
  write = function(line) table.insert(written, line) end,
  after = function(ms, fn)
    local entry = { ms = ms, fn = fn, off = false }
    table.insert(late, entry)
    return function() entry.off = true end
  end,
  notified = function(method, params) table.insert(told, { method, params }) end,
  problem = function(text) table.insert(problems, text) end,
})
local function note(name)
  return function(err, result) table.insert(answers, { name, err and err.name, result }) end
end
"""


@pytest.mark.parametrize("cut", range(8))
def test_lines_arrive_whole_wherever_the_chunks_end(bench: Editor, cut: int) -> None:
    messages = [
        {"method": "one", "params": {"text": "añ♪ 𝄞 rainy"}},
        {"method": "two", "params": {}},
        {"method": "three", "params": {"text": "x" * 3000}},
    ]
    stream = "\n\n".join(json.dumps(each, ensure_ascii=False) for each in messages) + "\r\n"
    data = stream.encode() + b"\n"
    draw = random.Random(cut)  # noqa: S311 - cuts, not secrets
    chunks = []
    while data:
        size = draw.choice([1, 2, 3, 7, 500])
        chunks.append(data[:size])
        data = data[size:]
    told, problems = bench.lua(
        LINE + "for _, chunk in ipairs(...) do it.feed(chunk) end return { told, problems }", chunks
    )
    assert [name for name, _ in told] == ["one", "two", "three"]
    assert [params["text"] for _, params in (told[0], told[2])] == ["añ♪ 𝄞 rainy", "x" * 3000]
    assert problems == []


def test_a_line_of_a_mebibyte_arrives(bench: Editor) -> None:
    assert (
        bench.lua(
            LINE
            + """
            local params = { text = ("x"):rep(2 ^ 20) }
            local line = vim.json.encode({ method = "long", params = params }) .. "\\n"
            for at = 1, #line, 65536 do it.feed(line:sub(at, at + 65535)) end
            return #told[1][2].text
            """
        )
        == 2**20
    )


def test_a_line_that_never_ends_does_not_fill_the_memory(bench: Editor) -> None:
    assert bench.lua(
        """
        local lines, problems = {}, {}
        local feed = require("lofi.rpc").lines(
          function(line) table.insert(lines, line) end,
          function(text) table.insert(problems, text) end,
          1000
        )
        for _ = 1, 20 do feed(("x"):rep(100)) end
        feed("\\nnext\\n")
        return { lines, problems }
        """
    ) == [["next"], ["a line of 2000 bytes was left out"]]


@pytest.mark.parametrize("garbage", ["oops", "[1,2]x", "3", '"text"', "null", "{", "\x00"])
def test_garbage_between_lines_is_reported_and_passed_over(bench: Editor, garbage: str) -> None:
    told, problems = bench.lua(
        LINE + 'it.feed(... .. "\\n" .. [[{"method":"fine"}]] .. "\\n") return { told, problems }',
        garbage,
    )
    assert [name for name, _ in told] == ["fine"]
    assert len(problems) == 1


def test_each_call_has_an_id_of_its_own_and_empty_parameters_are_an_object(bench: Editor) -> None:
    written = bench.lua(
        LINE
        + """
        it:request("a", nil, note("a"), 1)
        it:request("b", {}, note("b"), 1)
        it:request("c", { seed = 4294967295, x = vim.NIL, list = { 1 } }, note("c"), 1)
        return written
        """
    )
    assert all(line.endswith("\n") for line in written)
    calls = [json.loads(line) for line in written]
    assert [call["id"] for call in calls] == [1, 2, 3]
    assert [call["params"] for call in calls] == [
        {},
        {},
        {"seed": 4294967295, "x": None, "list": [1]},
    ]
    assert {call["jsonrpc"] for call in calls} == {"2.0"}


def test_an_answer_reaches_who_asked_once(bench: Editor) -> None:
    assert bench.lua(
        LINE
        + """
        it:request("a", nil, note("a"), 1)
        it:request("b", nil, note("b"), 1)
        it.feed([[{"id":2,"result":{"x":null,"y":1}}]] .. "\\n")
        it.feed([[{"id":2,"result":{}}]] .. "\\n")
        local full = { code = -32004, message = "full", data = { error_code = "QUEUE_FULL" } }
        it.feed(vim.json.encode({ id = 1, error = full }) .. "\\n")
        return { answers, #problems, it:waiting(), late[1].off, late[2].off }
        """
    ) == [[["b", None, {"y": 1}], ["a", "QUEUE_FULL"]], 1, 0, True, True]


def test_an_answer_that_does_not_come_is_a_time_out_and_one_that_comes_late_is_passed_over(
    bench: Editor,
) -> None:
    assert bench.lua(
        LINE
        + """
        it:request("slow", nil, note("slow"), 2.5)
        local ms = late[1].ms
        late[1].fn()
        it.feed([[{"id":1,"result":{}}]] .. "\\n")
        return { ms, answers }
        """
    ) == [2500, [["slow", "DAEMON_TIMEOUT"]]]


def test_a_cancelled_request_is_answered_so(bench: Editor) -> None:
    assert bench.lua(
        LINE
        + """
        local id = it:request("a", nil, note("a"), 1)
        it:cancel(id)
        it:cancel(id)
        return answers
        """
    ) == [["a", "REQUEST_CANCELLED"]]


def test_at_the_end_everyone_who_waits_is_answered_once_and_in_order(bench: Editor) -> None:
    answers = bench.lua(
        LINE
        + """
        for i = 1, 50 do it:request("m", nil, note(i), 1) end
        local err = require("lofi.errors").new("DAEMON_EXITED", "gone")
        it:fail(err)
        it:fail(err)
        return answers
        """
    )
    assert answers == [[number, "DAEMON_EXITED"] for number in range(1, 51)]


def test_a_callback_that_fails_harms_nobody(bench: Editor) -> None:
    assert bench.lua(
        LINE
        + """
        it:request("bad", nil, function() error("oops") end, 1)
        it:request("good", nil, note("good"), 1)
        it:fail(require("lofi.errors").new("DAEMON_EXITED", "gone"))
        local told = problems[1]:find("the callback of bad failed", 1, true) ~= nil
        return { #answers, #problems, told }
        """
    ) == [1, 1, True]


@pytest.mark.parametrize(
    "params",
    [
        "{ x = 0 / 0 }",
        "{ x = math.huge }",
        "{ x = print }",
        '{ x = "\\255" }',
        '{ x = "\\237\\160\\128" }',
    ],
)
def test_what_cannot_be_sent_is_an_error_and_not_sent(bench: Editor, params: str) -> None:
    assert bench.lua(
        LINE
        + f'it:request("m", {params}, note("m"), 1) return {{ answers, #written, it:waiting() }}'
    ) == [[["m", "INVALID_PARAMS"]], 0, 0]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (b"plain", True),
        ("añ♪𝄞".encode(), True),
        ("\U0010ffff".encode(), True),
        (b"\x80", False),
        (b"a\xc3", False),
        (b"\xc0\xaf", False),
        (b"\xe0\x80\x80", False),
        (b"\xed\xa0\x80", False),
        (b"\xf4\x90\x80\x80", False),
        (b"\xf0\x9d\x84", False),
    ],
)
def test_what_is_utf_8(bench: Editor, text: bytes, valid: bool) -> None:
    assert bench.lua('return require("lofi.rpc").is_utf8(...)', text) is valid


def test_an_error_of_the_daemon_keeps_its_number_name_and_hint(bench: Editor) -> None:
    wire = {
        "code": -32004,
        "message": "full",
        "data": {"error_code": "QUEUE_FULL", "recovery": "wait"},
    }
    assert bench.lua('return require("lofi.errors").from_wire(...)', wire) == {
        "code": -32004,
        "name": "QUEUE_FULL",
        "message": "full",
        "hint": "wait",
    }


@pytest.mark.parametrize(
    "wire", ['"text"', "3", "{}", '{ code = "x", message = {}, data = 3 }', "true"]
)
def test_an_error_without_sense_is_an_error_all_the_same(bench: Editor, wire: str) -> None:
    err = bench.lua(f'return require("lofi.errors").from_wire({wire})')
    assert isinstance(err["code"], int)
    assert isinstance(err["message"], str)
