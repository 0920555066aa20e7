"""One model from a hub that behaves, then from hubs that do not."""

import gzip
import itertools
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.hub import (
    COMMIT,
    TOKEN,
    Fault,
    Hub,
    announcing,
    answering,
    broken_off,
    flipped,
    noise,
    reset,
    sending,
    stalled,
    whole,
)
from hub.conftest import FILES, Waits
from lofi import manifest
from lofi.errors import LofiError, ModelDownloadFailed
from lofi.hub import folder as folders
from lofi.hub.download import download
from lofi.hub.folder import Folder, State
from lofi.hub.patience import Terms
from lofi.hub.progress import Step
from lofi.manifest import Manifest

MODEL = "sub/model.onnx"
Make = Callable[..., Terms]


class Get:
    """Downloads the model of a hub into a folder."""

    def __init__(self, hub: Hub, root: Path, terms: Terms) -> None:
        self.hub, self.root, self.terms = hub, root, terms
        self.folder = Folder(root, "tiny")

    def __call__(self, model: Manifest | None = None) -> list[Step]:
        model = model or self.hub.model()
        return list(download(model, self.root, self.terms, self.hub.url))

    def fails(self, model: Manifest | None = None) -> LofiError:
        with pytest.raises(ModelDownloadFailed) as caught:
            self(model)
        assert self.folder.state is not State.INSTALLED
        return caught.value

    def holds(self) -> None:
        """Everything is there, right, and nothing else is."""
        for path, content in self.hub.files.items():
            assert (self.folder.path / Path(path).name).read_bytes() == content, path
        names = {Path(path).name for path in self.hub.files} | {manifest.NAME}
        assert {each.name for each in self.folder.path.iterdir()} == names
        assert self.folder.state is State.INSTALLED

    def part(self, path: str = MODEL) -> Path:
        (found,) = self.folder.path.glob(f"{Path(path).name}.*.part")
        return found


@pytest.fixture
def get(hub: Hub, tmp_path: Path, terms: Make) -> Get:
    return Get(hub, tmp_path / "models", terms())


def test_a_model_is_whole_and_its_manifest_says_what_it_is(get: Get, hub: Hub) -> None:
    assert get.folder.state is State.ABSENT
    get(hub.model(exact=False))
    get.holds()
    known = get.folder.installed
    assert known is not None
    assert known.revision == COMMIT
    assert known.exact
    assert [file.sha256 for file in known.files] == [file.sha256 for file in hub.model().files]
    assert hub.sent == hub.size


def test_all_questions_after_the_first_are_about_one_commit(get: Get, hub: Hub) -> None:
    get(hub.model(exact=False))
    revisions = [each.path.split("/")[4] for each in hub.seen if each.server == "hub"]
    assert revisions == ["main", *[COMMIT] * (len(revisions) - 1)]


def test_small_files_without_a_sha256_are_held_against_gits(tmp_path: Path, terms: Make) -> None:
    with Hub(FILES, large=False) as hub:
        get = Get(hub, tmp_path, terms())
        hub.fault(MODEL, flipped)
        get(hub.model(exact=False))
        get.holds()
        assert len(hub.fetched(MODEL)) == 2


def test_an_installed_model_is_not_asked_for_again(get: Get, hub: Hub) -> None:
    get()
    asked = len(hub.seen)
    steps = get()
    assert len(hub.seen) == asked
    assert steps[-1].total_percent == 100


def test_progress_never_falls_and_ends_at_the_end(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, broken_off(100_000), whole, flipped)
    steps = get(hub.model(exact=False))
    for earlier, later in itertools.pairwise(steps):
        assert earlier.total_done <= later.total_done
        assert earlier.files_done <= later.files_done
        assert earlier.total_percent <= later.total_percent
        assert earlier.name != later.name or earlier.done <= later.done
    assert [step.total_percent for step in steps].count(100) == 1
    last = steps[-1]
    assert (last.total_percent, last.percent) == (100, 100)
    assert (last.total_done, last.files_done) == (hub.size, last.files)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_it_goes_on_where_it_was_left(get: Get, hub: Hub, share: float) -> None:
    hub.fault(MODEL, stalled(int(share * 300_000)))
    steps = download(hub.model(), get.root, get.terms, hub.url)
    for step in steps:
        if step.name == "model.onnx" and step.done >= int(share * 300_000):
            break
    steps.close()
    assert get.folder.state is State.PARTIAL
    get()
    get.holds()
    assert hub.sent == hub.size


def test_a_part_that_is_complete_is_only_checked(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, broken_off(0))
    get.terms = Terms(attempts=1, spare=0)
    get.fails()
    get.part().write_bytes(FILES[MODEL])
    before = len(hub.fetched(MODEL))
    get()
    get.holds()
    assert len(hub.fetched(MODEL)) == before


@pytest.mark.parametrize("junk", [b"x" * 299_999, b"x" * 300_000, b"x" * 400_000])
def test_a_part_with_wrong_bytes_costs_one_transfer(get: Get, hub: Hub, junk: bytes) -> None:
    hub.fault(MODEL, broken_off(0))
    get.terms = Terms(attempts=1, spare=0)
    get.fails()
    get.part().write_bytes(junk)
    get()
    get.holds()
    assert hub.sent <= hub.size + 1


def test_a_range_that_is_ignored_starts_the_file_over(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, broken_off(200_000), whole)
    get()
    get.holds()
    assert hub.fetched(MODEL)[-1].headers["Range"] == "bytes=200000-"


def test_going_on_names_the_content_that_was_begun(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, broken_off(200_000))
    get()
    (_first, second) = (each for each in hub.fetched(MODEL) if each.server == "store")
    assert second.headers["If-Range"].startswith('"')
    get.holds()


def test_a_range_that_is_refused_starts_the_file_over(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, broken_off(200_000), answering(416))
    get()
    get.holds()


def test_a_range_from_elsewhere_is_not_appended(get: Get, hub: Hub) -> None:
    def elsewhere(reply: object, content: bytes) -> None:
        vars(reply)["body"] = content[5:]
        vars(reply)["headers"] |= {
            "Content-Range": f"bytes 5-{len(content) - 1}/{len(content)}",
            "Content-Length": str(len(content) - 5),
        }

    hub.fault(MODEL, broken_off(200_000), elsewhere)
    get()
    get.holds()


def test_one_wrong_byte_is_noticed_and_fetched_again(
    get: Get, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.fault(MODEL, flipped)
    get()
    get.holds()
    assert "model.onnx" in caplog.text
    assert "wrong bytes" in caplog.text


def test_wrong_bytes_twice_are_an_error_that_names_the_file(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, flipped, flipped)
    assert MODEL in get.fails().message
    assert {each.name for each in get.folder.path.iterdir()} == {"config.json"}
    assert len([each for each in hub.fetched(MODEL) if each.server == "store"]) == 2


def test_a_file_that_changes_on_the_way_is_fetched_anew(get: Get, hub: Hub) -> None:
    other = sending(noise(300_000, 9), ETag='"other"')
    hub.fault(MODEL, broken_off(150_000), other)
    get()
    get.holds()


def test_a_file_that_stays_changed_is_an_error(get: Get, hub: Hub) -> None:
    other = sending(noise(300_000, 9), ETag='"other"')
    hub.fault(MODEL, broken_off(150_000), other, other)
    assert "wrong bytes" in get.fails().message


def test_a_hub_with_another_file_is_refused_before_the_first_byte(get: Get, hub: Hub) -> None:
    model = hub.model()
    hub.files[MODEL] = noise(300_000, 9)
    assert "another" in get.fails(model).message
    assert hub.sent == 0


BROKEN = {
    "ended early": broken_off(1000),
    "torn down": reset(1000),
    "torn down at once": reset(0),
    "too short": sending(noise(1000)),
    "too long": sending(noise(300_001)),
    "announced too short": announcing(299_999),
    "announced too long": announcing(300_001),
    "too many requests": answering(429),
    "server error": answering(500),
    "bad gateway": answering(502),
    "unavailable": answering(503),
    "signature expired": answering(403),
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_once_is_mended(get: Get, hub: Hub, waits: Waits, fault: Fault) -> None:
    hub.fault(MODEL, fault)
    get()
    get.holds()
    assert 0 < sum(waits) <= 2


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_what_stays_broken_ends_after_five_attempts(
    get: Get, hub: Hub, waits: Waits, fault: Fault
) -> None:
    hub.fault(MODEL, *[fault] * 5)
    assert "gave up after 5 attempts" in get.fails().message
    assert 10 <= sum(waits) <= 15
    get()
    get.holds()


def test_whoever_asks_us_to_wait_is_waited_for(get: Get, hub: Hub, waits: Waits) -> None:
    date = {"Date": "Sat, 01 Jan 2000 00:00:00 GMT", "Retry_After": "Sat, 01 Jan 2000 00:00:40 GMT"}
    hub.fault(MODEL, answering(429, Retry_After="17"), answering(503, **date))
    get()
    assert sum(waits) == pytest.approx(57)


def test_whoever_asks_for_an_hour_is_not(get: Get, hub: Hub, waits: Waits) -> None:
    hub.fault(MODEL, answering(429, Retry_After="3600"))
    assert "3600 s" in get.fails().message
    assert waits == []


def test_questions_are_asked_again_too(get: Get, hub: Hub) -> None:
    hub.heads.extend([answering(503), answering(429)])
    get()
    get.holds()


def test_a_connection_that_stalls_is_dropped(get: Get, hub: Hub, terms: Make) -> None:
    hub.fault(MODEL, stalled(1000), stalled(0))
    get.terms = terms(stall=0.3)
    get()
    get.holds()


def test_nobody_need_wait_for_a_connection_that_stalls(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, stalled(1000))
    steps = download(hub.model(), get.root, get.terms, hub.url)
    seen = 0
    for step in steps:
        seen += step.name == "model.onnx" and step.done == 1000
        if seen == 3:  # ticks go on although nothing comes
            break
    steps.close()
    assert get.part().stat().st_size == 1000


PAGES = {
    "a page": sending(b"<!DOCTYPE html><html>sign in</html>", Content_Type="text/html"),
    "a page by its words": sending(b"\n<HTML><body>"),
    "a page by its type": sending(b"sign in", Content_Type="text/html; charset=utf-8"),
    "a pointer": sending(b"version https://git-lfs.github.com/spec/v1\noid sha256:00"),
    "compressed": sending(gzip.compress(noise(300_000)), Content_Encoding="gzip"),
}


@pytest.mark.parametrize("fault", PAGES.values(), ids=PAGES.keys())
def test_pages_and_pointers_are_refused_at_once(
    get: Get, hub: Hub, waits: Waits, fault: Fault
) -> None:
    hub.fault(MODEL, broken_off(1000), fault)
    error = get.fails()
    assert MODEL in error.message or "compressed" in error.message
    assert error.hint
    assert sum(waits) <= 1
    assert get.part().stat().st_size == 1000
    get()
    get.holds()


def test_an_empty_body_is_no_file(get: Get, hub: Hub) -> None:
    hub.fault(MODEL, *[sending(b"")] * 5)
    assert "0 bytes" in get.fails().message


@pytest.mark.parametrize(
    ("status", "word"), [(401, "HF_TOKEN"), (403, "HF_TOKEN"), (404, "removed"), (400, "")]
)
def test_a_refusal_of_the_hub_is_said_at_once(
    get: Get, hub: Hub, waits: Waits, status: int, word: str
) -> None:
    hub.heads.append(answering(status))
    error = get.fails()
    assert "config.json" in error.message
    assert word in error.hint
    assert waits == []


def test_a_page_instead_of_an_answer_is_refused(tmp_path: Path, terms: Make) -> None:
    with Hub(FILES, large=False) as hub:
        hub.heads.append(sending(b"", Content_Type="text/html"))
        assert "web page" in Get(hub, tmp_path, terms()).fails().message


def test_the_token_goes_to_the_hub_and_nobody_else(
    get: Get, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub.fault(MODEL, broken_off(1000), *[answering(500)] * 5)
    error = get.fails()
    authorised = {each.server for each in hub.seen if each.headers["Authorization"]}
    assert authorised == {"hub"}
    assert {each.server for each in hub.seen} == {"hub", "store"}
    said = caplog.text + error.message + str(error.hint)
    assert TOKEN not in said
    assert "SIGNED" not in said


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://["])
def test_redirects_to_nowhere_are_refused(get: Get, hub: Hub, waits: Waits, place: str) -> None:
    hub.fault(MODEL, answering(302, Location=place))
    message = get.fails().message
    assert "unsafe address" in message or "circles" in message
    assert waits == []


def test_redirects_in_circles_are_refused(get: Get, hub: Hub) -> None:
    hub.heads.extend([answering(302, Location="")] * 20)
    assert "circles" in get.fails().message


def test_a_disk_too_small_is_said_before_the_first_byte(get: Get, hub: Hub, terms: Make) -> None:
    get.terms = terms(spare=1 << 60)
    error = get.fails()
    assert "GB more" in error.message
    assert "GB are free" in error.message
    assert hub.sent == 0


def test_parts_of_other_revisions_go_after_a_day(get: Get) -> None:
    get.folder.create()
    old = get.folder.path / "model.onnx.000000000000.part"
    new = get.folder.path / "model.onnx.111111111111.part"
    for part in (old, new):
        part.write_bytes(b"x")
    now = new.stat().st_mtime
    os.utime(old, (now, now - folders.GRACE - 60))
    get()
    assert not old.exists()
    assert new.exists()


def test_files_that_were_put_there_by_hand_are_taken(get: Get, hub: Hub) -> None:
    get.folder.create()
    for path, content in FILES.items():
        (get.folder.path / Path(path).name).write_bytes(content)
    get()
    get.holds()
    assert hub.seen == []


def test_a_wrong_file_that_was_put_there_by_hand_is_replaced(get: Get) -> None:
    get.folder.create()
    (get.folder.path / "model.onnx").write_bytes(b"x" * 300_000)
    get()
    get.holds()


def test_a_newer_version_replaces_what_is_different(get: Get, hub: Hub) -> None:
    get()
    hub.files = {"config.json": FILES["config.json"], "new.onnx": noise(1000, 3)}
    hub.faults["new.onnx"] = hub.faults[MODEL]
    sent = hub.sent
    get(hub.model().model_copy(update={"version": 2}))
    get.holds()
    assert hub.sent - sent == 1000


def test_a_folder_that_cannot_be_written_is_named(get: Get) -> None:
    get.root.write_text("")
    with pytest.raises(ModelDownloadFailed, match="models"):
        get()


def test_a_link_in_the_place_of_a_part_is_not_followed(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.fault(MODEL, broken_off(0))
    get.terms = Terms(attempts=1, spare=0)
    get.fails()
    part = get.part()
    part.unlink()
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    part.symlink_to(outside)
    get.fails()
    assert outside.read_bytes() == b"mine"
