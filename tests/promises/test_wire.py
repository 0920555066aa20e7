"""The wire between the daemon and a client that may do anything."""

import json
import os
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from fixtures.daemon import Daemon, Json, Refused, children, until
from promises.conftest import Start, slow
from promises.manifest import promise

CORPUS = Path(__file__).parent.parent / "rpc" / "corpus"
FAULTS = {"parse_error": -32700, "invalid_request": -32600, "invalid_params": -32602}


def strict(line: bytes) -> Json:
    """A message as a picky client reads it."""

    def refuse(name: str) -> NoReturn:
        raise ValueError(name)

    message: Json = json.loads(line.decode("utf-8"), parse_constant=refuse)
    assert message["jsonrpc"] == "2.0"
    assert len(message.keys() & {"method", "result", "error"}) == 1
    return message


def replies(daemon: Daemon, lines: list[bytes]) -> list[Json]:
    """What is answered to these lines, up to the ping after them."""
    before = len(daemon.said)
    daemon.send_raw(b"".join(line + b"\n" for line in lines))
    assert daemon.call("ping")["status"] == "ok"
    return [each for each in daemon.said[before:] if "method" not in each][:-1]


def corpus(name: str) -> list[bytes]:
    return (CORPUS / f"{name}.txt").read_bytes().splitlines()


@promise("wire:parse-error", "wire:one-reply", "wire:batch")
@pytest.mark.parametrize(("name", "code"), FAULTS.items())
def test_each_bad_line_is_one_fault_and_the_ping_after_it_is_served(
    shared: Daemon, name: str, code: int
) -> None:
    for line in filter(None, corpus(name)):
        (reply,) = replies(shared, [line])
        assert reply["error"]["code"] == code, line
        assert code != -32700 or reply["id"] is None


@promise("wire:encoding")
@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":1,"method":"ping\xff"}',
        b'{"jsonrpc":"2.0","id":1,"method":"\xc0\xae"}',
        b'{"jsonrpc":"2.0","id":1,"method":"\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}',
        '{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16").replace(b"\n", b" "),
        b'{"jsonrpc":"2.0","id":1,"method":"ping"}\0',
        b"\0" * 100,
        b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    ],
)
def test_text_in_another_encoding_is_refused(shared: Daemon, line: bytes) -> None:
    (reply,) = replies(shared, [line])
    assert reply["error"]["code"] == -32700


def flood(daemon: Daemon, mebibytes: int) -> int:
    """Send one line of that length, ending in what would be a job; growth of memory in KiB."""
    daemon.call("status")
    before, said = daemon.rss(), len(daemon.said)
    chunk = b"x" * (1 << 20)
    for _ in range(mebibytes):
        daemon.send_raw(chunk)
    tail = b'{"jsonrpc":"2.0","id":"in","method":"generate","params":{"prompt":"sleep"}}'
    replies(daemon, [tail])
    (fault,) = (each for each in daemon.said[said:] if "error" in each)
    assert fault["id"] is None
    assert fault["error"]["code"] == -32600
    assert daemon.call("queue_status")["current"] is None
    return daemon.peak() - before


@promise("wire:too-long", "wire:no-smuggling")
def test_a_line_of_64_mebibytes_is_one_fault_and_nothing_of_it_is_executed(daemon: Daemon) -> None:
    assert flood(daemon, 64) < 16 * 1024


@pytest.mark.slow
@promise("wire:too-long")
def test_so_is_a_line_of_two_gibibytes(daemon: Daemon) -> None:
    assert flood(daemon, 2048) < 16 * 1024


@promise("wire:numbers")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("NaN", -32700),
        ("Infinity", -32700),
        ("-Infinity", -32700),
        ("1e999", -32700),
        ("9" * 5000, -32700),
        ("18446744073709551616", -32602),
        ("-1", -32602),
        ("0.5", -32602),
        ('"7"', -32602),
        ("true", -32602),
        ("[7]", -32602),
    ],
)
def test_a_number_that_is_none_is_refused(shared: Daemon, number: str, code: int) -> None:
    line = '{"jsonrpc":"2.0","id":1,"method":"generate","params":{"prompt":"steady","seed":%s}}'
    before = len(shared.lines)
    (reply,) = replies(shared, [(line % number).encode()])
    assert reply["error"]["code"] == code
    assert [strict(each) for each in shared.lines[before:]]


@promise("wire:numbers")
@pytest.mark.parametrize("seed", [0, 2**32, 2**53 + 1, 2**64 - 1])
def test_a_large_number_comes_back_exactly(shared: Daemon, seed: int) -> None:
    assert shared.make(seed=seed, duration_sec=1)["seed"] == seed


@promise("wire:nesting")
@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'{"jsonrpc":"2.0","params":['])
def test_a_hundred_thousand_brackets_are_a_parse_error(shared: Daemon, bracket: bytes) -> None:
    (reply,) = replies(shared, [bracket * 100_000 if len(bracket) < 9 else bracket + b"[" * 99_999])
    assert reply["error"]["code"] == -32700


@promise("wire:params")
@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("generate", {}, -32602),
        ("generate", {"prompt": 7}, -32602),
        ("generate", {"prompt": None}, -32602),
        ("generate", {"prompt": "rain", "duration_sec": 30.5}, -32602),
        ("generate", {"prompt": "rain", "duration_sec": "30"}, -32602),
        ("generate", {"prompt": "rain", "duration_sec": 0}, -32005),
        ("generate", {"prompt": "rain", "duration_sec": -5}, -32005),
        ("generate", {"prompt": "rain", "duration_sec": 10**300}, -32005),
        ("generate", {"prompt": "rain", "priority": "urgent"}, -32602),
        ("generate", {"prompt": "rain", "backend": 3}, -32602),
        ("generate", {"prompt": "rain", "backend": "os"}, -32007),
        ("generate", {"prompt": "", "backend": "os"}, -32007),
        ("generate", {"prompt": " \t "}, -32006),
        ("generate", {"prompt": "x" * 1001}, -32006),
        ("generate", {"prompt": "", "duration_sec": -5}, -32006),
        ("cancel", {}, -32602),
        ("cancel", {"track_id": 7}, -32602),
        ("cancel", {"track_id": "0" * 16}, -32014),
        ("queue_move", {"track_id": "0" * 16}, -32602),
        ("queue_move", {"track_id": "0" * 16, "position": 1.5}, -32602),
        ("library_get", {"track_id": "0" * 16}, -32014),
        ("library_list", {"limit": 0}, -32602),
        ("library_list", {"limit": 1001}, -32602),
        ("library_list", {"sort": "size"}, -32602),
        ("library_export", {"track_id": "0" * 16, "format": "exe"}, -32602),
        ("library_favorite", {"track_id": "0" * 16, "favorite": "yes"}, -32602),
    ],
)
def test_bad_parameters_have_the_code_of_their_fault(
    shared: Daemon, method: str, params: Json, code: int
) -> None:
    refused = shared.refusal(method, **params)
    assert refused.code == code, refused
    assert ("data" in refused.error) == (code > -32100)


@promise("wire:foreign-params")
def test_parameters_nobody_knows_are_ignored(shared: Daemon) -> None:
    made = shared.make(duration_sec=1.0, scheduler="none", output="/etc/passwd", x={"y": [None]})
    assert made["duration_sec"] == 1.0
    assert shared.call("ping", no=1)["status"] == "ok"


@promise("wire:unknown")
def test_unknown_methods_are_refused_and_unknown_notices_are_not_answered(shared: Daemon) -> None:
    for name in ("nothing", "", "__class__", "generate ", "{0}", "%s", "../ping", "x" * 5000):
        refused = shared.refusal(name)
        assert refused.code == -32601
        assert len(refused.error["message"]) < 200
    line = b'{"jsonrpc":"2.0","method":"%s","params":{"track_id":"no"}}'
    assert replies(shared, [line % name for name in (b"nothing", b"cancel", b"ping")]) == []


@promise("wire:id")
@pytest.mark.parametrize("to", [None, 0, -1, 2**63, 10**300, "", "seven", "\u2028😀\n", "0" * 999])
def test_ids_come_back_as_sent(shared: Daemon, to: object) -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": to, "method": "ping"}).encode()
    (reply,) = replies(shared, [line])
    assert reply["id"] == to
    assert type(reply["id"]) is type(to)


def late(daemon: Daemon, ids: dict[int, str]) -> list[str]:
    """Jobs of which something was said before the call was answered."""
    answered: set[str] = set()
    found = []
    for message in daemon.said:
        if "method" not in message and message["id"] in ids:
            answered.add(message["result"]["track_id"])
        track = message.get("params", {}).get("track_id")
        if track is not None and track not in answered:
            found.append(track)
    return found


def generate_many(daemon: Daemon, count: int) -> dict[int, str]:
    """Ask for tracks, each twice, with little pause; the ids of the calls and of the tracks."""
    calls = {}
    for number in range(count):
        first, second = (
            daemon.ask("generate", prompt="steady", seed=number, duration_sec=1) for _ in "ab"
        )
        for call in (first, second):
            calls[call] = daemon.answer(call)["track_id"]
        daemon.hear("generation_complete", track_id=calls[first])
        third = daemon.ask("generate", prompt="steady", seed=number, duration_sec=1)
        calls[third] = daemon.answer(third)["track_id"]
    daemon.call("ping")
    return calls


@promise("wire:reply-first")
@pytest.mark.parametrize("count", [20, slow(500)])
def test_nothing_is_said_of_a_job_before_its_call_is_answered(daemon: Daemon, count: int) -> None:
    calls = generate_many(daemon, count)
    assert len(set(calls.values())) == count
    assert late(daemon, calls) == []


@promise("wire:reply-first")
def test_the_hit_of_a_finished_track_is_announced_after_the_reply(daemon: Daemon) -> None:
    first = daemon.make(seed=1, duration_sec=1)
    before = len(daemon.said)
    call = daemon.ask("generate", prompt="steady", seed=1, duration_sec=1)
    assert daemon.answer(call)["status"] == "complete"
    again = daemon.hear("generation_complete", after=before, track_id=first["track_id"])
    assert again == {**first, "generation_time_sec": 0, "created_at": again["created_at"]}
    reply, notification = daemon.said[before : before + 2]
    assert (reply.get("id"), notification.get("method")) == (call, "generation_complete")


@promise("wire:reply-order")
def test_replies_come_in_the_order_of_the_calls(shared: Daemon) -> None:
    methods = ("ping", "status", "nothing", "queue_status", "library_list", "cancel", "ping")
    calls = [shared.ask(method) for _ in range(20) for method in methods]
    shared.wait(lambda each: each.get("id") == calls[-1], "the last reply")
    answered = [each["id"] for each in shared.said if "method" not in each]
    assert [each for each in answered if each in calls] == calls


@promise("wire:responsive")
@pytest.mark.parametrize("word", [slow("slow"), "hang"])
def test_ten_thousand_pings_are_answered_during_a_job(daemon: Daemon, word: str) -> None:
    track = daemon.call("generate", prompt=word, duration_sec=1)["track_id"]
    daemon.hear("generation_progress", track_id=track, percent=45)
    ping = b'{"jsonrpc":"2.0","id":"p","method":"ping"}\n'
    daemon.send_raw(ping * 10_000)
    status = daemon.call("status")
    assert sum(each.get("id") == "p" for each in daemon.said) == 10_000
    assert word == "slow" or status["generation"]["track_id"] == track
    assert word == "slow" or not daemon.heard("generation_complete")


@promise("wire:responsive", "wire:one-reply")
def test_calls_are_answered_while_a_track_is_exported(daemon: Daemon) -> None:
    track = daemon.make(seed=1, duration_sec=120)["track_id"]
    exports = [daemon.ask("library_export", track_id=track, format="mp3") for _ in range(130)]
    ping = daemon.ask("ping")
    daemon.answer(ping)
    answered = [each["id"] for each in daemon.said if "method" not in each]
    assert exports[0] not in answered
    refused = [each for each in exports if each in answered]
    assert 20 <= len(refused) <= 30
    with pytest.raises(Refused, match="such calls wait already"):
        daemon.answer(refused[0])
    assert daemon.answer(exports[0])["path"].endswith(".mp3")


@promise("wire:burst")
@pytest.mark.parametrize("count", [2_000, slow(10_000)])
def test_of_thousands_of_requests_ten_are_taken(daemon: Daemon, count: int) -> None:
    first = daemon.call("generate", prompt="sleep", seed=0)["track_id"]
    daemon.hear("generation_progress", track_id=first, percent=45)
    before = daemon.rss()
    calls = {daemon.ask("generate", prompt="sleep", seed=1 + seed) for seed in range(count)}
    assert daemon.refusal("generate", prompt="sleep").code == -32004
    assert sum("result" in each for each in daemon.said if each.get("id") in calls) == 9
    codes = {each["error"]["data"]["error_code"] for each in daemon.said if "error" in each}
    assert codes == {"QUEUE_FULL"}
    assert daemon.rss() - before < 8 * 1024
    assert len(daemon.call("queue_status")["pending"]) == 9


@promise("wire:half-line")
def test_half_a_line_at_the_end_is_not_executed(start: Start) -> None:
    daemon = start()
    daemon.call("status")
    daemon.send_raw(b'{"jsonrpc":"2.0","id":"half","method":"ping"}')
    daemon.close_stdin()
    assert daemon.exit_code() == 0
    assert not any(each.get("id") == "half" for each in daemon.said)


@promise("wire:protocol-only")
def test_whatever_a_backend_prints_the_client_hears_only_protocol(daemon: Daemon) -> None:
    daemon.make("print", duration_sec=1)
    daemon.call("generate", prompt="raise")
    daemon.hear("generation_error")
    assert all(strict(line) for line in daemon.lines)
    said = daemon.stderr()
    for noise in ("printed by a backend", "echoed by a child", "the fake broke"):
        assert noise in said


@promise("wire:slow-reader")
@pytest.mark.parametrize("busy", [slow(False), True], ids=["idle", "busy"])
def test_a_client_that_does_not_read_is_left(start: Start, busy: bool) -> None:
    daemon = start(read=False)
    if busy:
        daemon.ask("generate", prompt="hang")
        assert until(lambda: bool(children(daemon.pid)))
    before = daemon.peak()
    assert daemon.process.stdin is not None
    os.set_blocking(daemon.process.stdin.fileno(), False)
    ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n' * 100
    sending = threading.Thread(target=insist, args=(daemon, ping))
    sending.start()
    peak = before
    while sending.is_alive():
        peak = max(peak, daemon.peak())
    sending.join()
    assert daemon.exit_code() == 0
    assert peak - before < 64 * 1024  # what it imports meanwhile included


def insist(daemon: Daemon, data: bytes) -> None:
    """Send and send until nobody is there."""
    assert daemon.process.stdin is not None
    try:
        while daemon.process.poll() is None:
            daemon.process.stdin.write(data)
    except BrokenPipeError:
        pass


@promise("wire:coalesced")
def test_a_slow_reader_hears_little_progress_and_every_end(start: Start) -> None:
    daemon = start(read=False)
    for seed in range(5):
        daemon.ask("generate", prompt="steady", seed=seed, duration_sec=1)
    daemon.ask("generate", prompt="raise")
    daemon.ask("generate", prompt="steady", seed=9, duration_sec=1)
    assert until(lambda: len(list((daemon.library / "tracks").glob("*.wav"))) == 6)
    daemon._reader.start()
    daemon.call("ping")
    daemon.hear("queue_changed", current=None, pending=[], after=len(daemon.said) - 2)
    assert len(daemon.heard("generation_complete")) == 6
    assert len(daemon.heard("generation_error")) == 1


@promise("wire:newest-last")
def test_the_last_word_on_the_queue_is_true(daemon: Daemon) -> None:
    for round_ in range(10):
        for seed in range(5):
            daemon.ask("generate", prompt="steady", seed=10 * round_ + seed, duration_sec=1)
        for seed in range(5):
            daemon.ask("queue_clear", seed=seed)
        assert until(lambda: daemon.call("queue_status")["current"] is None)
        now = daemon.call("queue_status")

        def told(now: Json = now) -> bool:
            return daemon.heard("queue_changed")[-1] == now

        assert until(told)


@promise("wire:fitting")
def test_a_client_of_another_version_is_told_what_to_do(shared: Daemon) -> None:
    same = shared.call("initialize")
    assert same["compatible"]
    assert shared.call("initialize", plugin_version=same["version"], protocol=1)["compatible"]
    for params in ({"plugin_version": "99.0.0"}, {"protocol": 2}):
        other = shared.call("initialize", **params)
        assert not other["compatible"]
        assert "update both" in other["message"]
    with pytest.raises(Refused):
        shared.call("cancel", track_id="nothing")
