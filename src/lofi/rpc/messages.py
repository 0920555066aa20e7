"""Lines to calls, notices and faults, and answers to lines: JSON-RPC 2.0, stricter than `json`.

Knows the envelope; not which methods exist or what their parameters mean.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, Self

from lofi.errors import LofiError
from lofi.rpc.framing import TooLong

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603

RESERVED = range(-32768, -32099)
"""Codes of JSON-RPC itself; an error with any other code is the application's."""

LONGEST_NUMBER = 308
"""Characters. A longer whole number is infinite to a client that keeps numbers as doubles."""

Id = int | str | None
Json = dict[str, Any]


class Call(NamedTuple):
    """A request that must be answered once."""

    id: Id
    method: str
    params: Json


class Notice(NamedTuple):
    """A request that must not be answered."""

    method: str
    params: Json


class Fault(NamedTuple):
    """Why a request is refused."""

    id: Id
    """None where the request does not say, or says something that is no id."""
    code: int
    message: str
    data: Mapping[str, str] | None = None
    """Only with a code of the application: ``error_code``, ``details``, ``recovery``."""
    answered: bool = True
    """False for a notification: its sender does not listen for an answer."""

    @classmethod
    def of(cls, to: Id, error: LofiError, details: str | None = None) -> Self:
        """What ``error`` is on the wire; where it may carry no data, a hint joins the message."""
        if error.code in RESERVED:
            hint = f"; {error.hint}" if error.hint != error.recovery else ""
            return cls(to, error.code, f"{error.message}{hint}")
        data = {"error_code": error.name, "recovery": error.hint}
        if details is not None:
            data["details"] = details
        return cls(to, error.code, error.message, data)


def parse(line: bytes | TooLong) -> Call | Notice | Fault:
    """What a line asks for. Never raises: whatever the line is, a ``Fault`` says what is wrong."""
    if isinstance(line, TooLong):
        return Fault(None, INVALID_REQUEST, f"the line is longer than {line.limit} bytes")
    try:
        value = _decoded(line)
    except RecursionError:
        return Fault(None, PARSE_ERROR, "not acceptable as JSON: nested too deeply")
    except ValueError as error:
        return Fault(None, PARSE_ERROR, f"not acceptable as JSON: {error}")
    if isinstance(value, list):
        return Fault(None, INVALID_REQUEST, "batches are not served: send one request a line")
    if not isinstance(value, dict):
        return Fault(None, INVALID_REQUEST, "a request is a JSON object")
    return _request(value)


def reply(to: Id, result: object) -> bytes:
    """The line that answers a call.

    Raises:
        TypeError: the result is not JSON.
        ValueError: it holds a NaN, an infinity, or itself.
    """
    return _line({"jsonrpc": "2.0", "id": to, "result": result})


def fault(what: Fault) -> bytes:
    """The line that refuses a call."""
    error: Json = {"code": what.code, "message": what.message}
    if what.data is not None:
        error["data"] = dict(what.data)
    return _line({"jsonrpc": "2.0", "id": what.id, "error": error})


def notification(method: str, params: Mapping[str, object]) -> bytes:
    """The line that tells a client something it did not ask.

    Raises:
        TypeError: the params are not JSON.
        ValueError: they hold a NaN, an infinity, or themselves.
    """
    return _line({"jsonrpc": "2.0", "method": method, "params": dict(params)})


def _request(value: Json) -> Call | Notice | Fault:
    to = value.get("id")
    if isinstance(to, bool) or not isinstance(to, Id):
        return Fault(None, INVALID_REQUEST, "the id is neither a whole number nor a string")
    if value.get("jsonrpc") != "2.0":
        return Fault(to, INVALID_REQUEST, 'a request says "jsonrpc":"2.0"')
    method = value.get("method")
    if not isinstance(method, str):
        return Fault(to, INVALID_REQUEST, "a request names its method in a string")
    called = "id" in value
    params = value.get("params", {})
    if params == []:  # an empty Lua table may be written either way
        params = {}
    if not isinstance(params, dict):
        return Fault(to, INVALID_PARAMS, "params is an object of named values", answered=called)
    return Call(to, method, params) if called else Notice(method, params)


def _decoded(line: bytes) -> object:
    text = _text(line)
    value: object = _DECODER.decode(text)
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None


def _refuse_surrogates(value: object) -> None:
    """Half a character, written as an escape, passes the decoder; no file or client can take it."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("an escape is half a surrogate pair") from None


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _int(digits: str) -> int:
    return int(_short(digits))


def _float(digits: str) -> float:
    value = float(_short(digits))
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


def _short(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number is longer than {LONGEST_NUMBER} characters")
    return digits


_DECODER = json.JSONDecoder(parse_int=_int, parse_float=_float, parse_constant=_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _line(value: Json) -> bytes:
    """One line of strict JSON; what UTF-8 cannot hold, as in some file names, becomes ``?``."""
    return _ENCODER.encode(value).encode("utf-8", errors="replace") + b"\n"
