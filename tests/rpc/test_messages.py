"""Lines to messages and back. `corpus` holds lines by what must become of them."""

import ast
import inspect
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pydantic_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi import errors
from lofi.errors import InvalidParams, LofiError, QueueFull
from lofi.rpc import framing, messages
from lofi.rpc.framing import Lines, TooLong
from lofi.rpc.messages import Call, Fault, Notice, fault, notification, parse, reply

CORPUS = Path(__file__).with_name("corpus")
FAULTS = {
    "parse_error": messages.PARSE_ERROR,
    "invalid_request": messages.INVALID_REQUEST,
    "invalid_params": messages.INVALID_PARAMS,
}


def corpus(name: str) -> list[bytes]:
    lines = Lines().feed((CORPUS / f"{name}.txt").read_bytes())
    return [line for line in lines if isinstance(line, bytes)]


def strictly(line: bytes) -> dict[str, Any]:
    """What a parser that is not ours and forgives nothing reads in one whole line."""
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    value: dict[str, Any] = pydantic_core.from_json(line, allow_inf_nan=False)
    return value


def request(**members: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **members}).encode()


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name in FAULTS for line in corpus(name)]
)
def test_a_bad_line_is_refused_with_the_code_of_its_fault(name: str, line: bytes) -> None:
    what = parse(line)
    assert isinstance(what, Fault)
    assert what.code == FAULTS[name]
    assert what.answered
    assert what.data is None
    assert strictly(fault(what))["error"] == {"code": what.code, "message": what.message}


@pytest.mark.parametrize("line", corpus("parse_error"))
def test_what_cannot_be_read_has_no_id(line: bytes) -> None:
    what = parse(line)
    assert isinstance(what, Fault)
    assert strictly(fault(what))["id"] is None


@pytest.mark.parametrize("line", corpus("call"))
def test_a_good_call_is_understood(line: bytes) -> None:
    what = parse(line)
    assert isinstance(what, Call)
    plain = json.loads(line)
    assert what == Call(plain["id"], plain["method"], plain.get("params") or {})
    assert strictly(reply(what.id, {})) == {"jsonrpc": "2.0", "id": what.id, "result": {}}


@pytest.mark.parametrize("line", corpus("notice"))
def test_without_an_id_it_is_a_notice(line: bytes) -> None:
    plain = json.loads(line)
    assert parse(line) == Notice(plain["method"], plain.get("params") or {})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'["\\u0041",' + b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "a number is longer than 308 characters"),
        (b"-" + b"9" * 308, "a number is longer than 308 characters"),
        (b"0." + b"1" * 5000, "a number is longer than 308 characters"),
        (b'{"jsonrpc":"2.0","id":' + b"1" * 309 + b"}", "longer than 308 characters"),
        (b"1e999", "a number is too large"),
        (b"[NaN]", "NaN is not a number"),
        (b'["\\ud800"]', "an escape is half a surrogate pair"),
        (b"ab\xff", "byte 2 is not UTF-8"),
    ],
)
def test_the_extremes_are_refused_by_name(line: bytes, reason: str) -> None:
    what = parse(line)
    assert isinstance(what, Fault)
    assert what.code == messages.PARSE_ERROR
    assert reason in what.message


def test_a_line_over_the_limit_is_an_invalid_request() -> None:
    assert parse(TooLong(1024)) == Fault(None, -32600, "the line is longer than 1024 bytes")


def test_a_fault_repeats_the_id_it_could_read() -> None:
    what = parse(b'{"id":"seven","method":"ping"}')
    assert isinstance(what, Fault)
    assert what.id == "seven"


def test_an_id_that_is_none_is_not_repeated() -> None:
    what = parse(request(id=[7], method=1))
    assert isinstance(what, Fault)
    assert what.id is None


def test_a_notice_with_bad_params_is_refused_in_silence() -> None:
    what = parse(request(method="cancel", params=[1]))
    assert isinstance(what, Fault)
    assert what.code == messages.INVALID_PARAMS
    assert not what.answered


def test_a_fault_does_not_repeat_what_the_client_sent() -> None:
    line = b'{"jsonrpc":"2.0","id":1,"method":"generate","params":"secret words"}'
    for cut in range(len(line)):
        what = parse(line[:cut])
        assert isinstance(what, Fault)
        assert "secret" not in what.message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
IDS = st.none() | st.integers(-(2**200), 2**200) | st.text()
PARAMS = st.dictionaries(st.text(), JSON, max_size=4)


@given(IDS, st.text(), PARAMS, st.booleans())
def test_a_call_survives_the_trip(
    to: int | str | None, method: str, params: dict[str, Any], ascii_only: bool
) -> None:
    wire = {"jsonrpc": "2.0", "id": to, "method": method, "params": params}
    line = json.dumps(wire, ensure_ascii=ascii_only).encode()
    assert Lines().feed(line + b"\r\n") == [line]
    assert parse(line) == Call(to, method, params)


@given(IDS, JSON)
def test_a_reply_survives_the_trip(to: int | str | None, result: object) -> None:
    assert strictly(reply(to, result)) == {"jsonrpc": "2.0", "id": to, "result": result}


@given(st.text(), PARAMS)
def test_a_notification_survives_the_trip(method: str, params: dict[str, Any]) -> None:
    assert parse(notification(method, params)) == Notice(method, params)
    assert strictly(notification(method, params))["method"] == method


@given(JSON)
def test_any_json_is_accepted_or_refused(value: object) -> None:
    expect_a_documented_outcome(json.dumps(value).encode())


@given(st.binary(max_size=80))
def test_any_bytes_are_accepted_or_refused(line: bytes) -> None:
    expect_a_documented_outcome(line)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "method", "params"), JSON)))
def test_any_envelope_is_accepted_or_refused(members: dict[str, object]) -> None:
    expect_a_documented_outcome(request(**members))


def test_ten_thousand_damaged_lines_are_accepted_or_refused() -> None:
    outcomes = {expect_a_documented_outcome(line) for line in damaged(10_000)}
    assert outcomes == {Call, Notice, *FAULTS.values()}


def expect_a_documented_outcome(line: bytes) -> object:
    what = parse(line)
    if not isinstance(what, Fault):
        json.dumps(what, ensure_ascii=False, allow_nan=False).encode()
        return type(what)
    assert what.code in FAULTS.values()
    strictly(fault(what))
    return what.code


def damaged(count: int) -> Iterator[bytes]:
    chance = random.Random(20240229)  # noqa: S311 - the same damage each time
    seeds = [line for file in sorted(CORPUS.iterdir()) for line in corpus(file.stem)]
    spice = [b'"', b"{", b"}", b"[", b"]", b"\\", b"\\u", b"\\ud8", b"\xc0", b"\x00", b"1e9", b","]
    for _ in range(count):
        line = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 3)):
            start, end = sorted(chance.randint(0, len(line)) for _ in range(2))
            piece = chance.choice([b"", bytes([chance.randrange(256)]), chance.choice(spice)])
            line[start : min(end, start + 3)] = piece
        yield bytes(line)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [{"eta": float("-inf")}]])
def test_what_is_not_a_number_is_never_written(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        reply(1, value)
    with pytest.raises(ValueError, match="not JSON compliant"):
        notification("generation_progress", {"eta_sec": value})


def test_what_is_not_json_is_never_written() -> None:
    with pytest.raises(TypeError):
        reply(1, {"path": Path("/tmp")})  # noqa: S108 - a value that is not JSON


@pytest.mark.parametrize("line", [b"NaN\n", b'"\\ud800"\n', b'"\xff"\n', b"\xef\xbb\xbf1\n"])
def test_the_strict_parser_refuses_what_must_not_be_written(line: bytes) -> None:
    with pytest.raises(ValueError, match="line 1"):
        strictly(line)


def test_a_file_name_that_is_not_unicode_can_still_be_told() -> None:
    path = b"/music/caf\xe9.wav".decode("utf-8", errors="surrogateescape")
    assert strictly(reply(1, {"path": path}))["result"] == {"path": "/music/caf?.wav"}
    what = Fault.of(path, QueueFull(path))
    assert strictly(fault(what))["error"]["message"] == "/music/caf?.wav"


def test_line_breaks_inside_a_message_stay_inside_the_line() -> None:
    text = "one\ntwo\r\nthree\u2028four"
    assert strictly(fault(Fault(1, -32000, text)))["error"]["message"] == text


def test_an_error_of_the_application_says_its_name_and_its_remedy() -> None:
    error = QueueFull("the queue holds 10 jobs already", hint="cancel one")
    assert strictly(fault(Fault.of("a", error))) == {
        "jsonrpc": "2.0",
        "id": "a",
        "error": {
            "code": -32004,
            "message": "the queue holds 10 jobs already",
            "data": {"error_code": "QUEUE_FULL", "recovery": "cancel one"},
        },
    }


def test_details_are_told_where_there_are_some() -> None:
    what = Fault.of(1, QueueFull("full"), details="10 of 10")
    assert strictly(fault(what))["error"]["data"]["details"] == "10 of 10"


def test_an_error_of_the_protocol_carries_its_hint_in_the_message() -> None:
    what = Fault.of(1, InvalidParams("the seed -1 is out of range", hint="use 0 to 9"))
    assert what == Fault(1, -32602, "the seed -1 is out of range; use 0 to 9")
    assert Fault.of(1, InvalidParams("no")).message == "no"


def test_only_errors_of_the_application_carry_data() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    for kind in (each for each in kinds if issubclass(each, LofiError)):
        what = Fault.of(1, kind("x"), details="y")
        assert (what.data is None) == (kind.code <= -32100)
        strictly(fault(what))


@pytest.mark.parametrize("module", [framing, messages])
def test_the_protocol_touches_nothing_outside(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    pure = {"json", "math", "typing", "collections.abc", "lofi.errors", "lofi.rpc.framing"}
    assert imported <= pure


def test_the_first_answer_waits_for_no_heavy_import() -> None:
    heavy = {"pydantic", "numpy", "scipy", "soundfile", "onnxruntime"}
    script = "import sys, lofi.rpc.messages, lofi.rpc.outbox; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert heavy.isdisjoint(done.stdout.decode().split())
