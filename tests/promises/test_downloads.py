"""Downloads as an editor sees them, with a hub on loopback."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from fixtures.daemon import Daemon, until
from fixtures.hub import TOKEN, Hub, broken_off, flipped, noise, stalled
from lofi.hub.folder import Folder, State
from promises.manifest import promise

NAME = "musicgen-small-fp32"
"""What the settings choose for the backend."""
FILES = {"config.json": b"{}", "model.onnx": noise(400_000)}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(FILES) as running:
        yield running


@pytest.fixture
def daemon(hub: Hub, tmp_path: Path) -> Iterator[Daemon]:
    model = hub.model(name=NAME).model_copy(update={"backend": "musicgen"})
    with hub.serving(
        tmp_path / "manifests", model, home=tmp_path / "home", settings={"log_level": "debug"}
    ) as running:
        yield running


def folder(daemon: Daemon) -> Folder:
    return Folder(daemon.home / "models", NAME)


def came(model: Folder) -> int:
    """Bytes of a file that is on its way."""
    return sum(part.stat().st_size for part in model.path.glob("model.onnx.*.part"))


def stuck(daemon: Daemon, hub: Hub, after: int = 100_000) -> None:
    """A download that goes on only when the hub lets it."""
    hub.fault("model.onnx", stalled(after))
    daemon.call("download_backend", backend="musicgen", consent=True)
    assert until(lambda: came(folder(daemon)) >= after)


def status(daemon: Daemon) -> str:
    backends = daemon.call("get_backends")["backends"]
    return str(next(each["status"] for each in backends if each["type"] == "musicgen"))


@promise("weights:consent")
def test_nothing_is_fetched_without_consent_and_consent_is_remembered(
    daemon: Daemon, hub: Hub
) -> None:
    refused = daemon.refusal("download_backend", backend="musicgen")
    assert (refused.code, refused.name) == (-32012, "DOWNLOAD_CONSENT_REQUIRED")
    for part in ("0.00 GB", "CC-BY-NC-4.0", "Not for commercial use."):
        assert part in refused.error["message"]
    for consent in (True, False):
        reply = daemon.call("confirm_download", backend="musicgen", consent=consent)
        assert reply == {"accepted": consent}
    assert daemon.refusal("download_backend", model=NAME).code == -32012
    assert hub.seen == []
    daemon.call("confirm_download", backend="MusicGen", consent=True)
    assert daemon.call("download_backend", backend="musicgen")["status"] == "started"
    daemon.hear("download_complete", model=NAME)


@promise("weights:told")
def test_a_download_is_answered_at_once_and_then_told(daemon: Daemon, hub: Hub) -> None:
    assert status(daemon) == "not_installed"
    stuck(daemon, hub)
    daemon.call("ping")
    again = daemon.call("download_backend", backend="musicgen")
    assert (again["status"], again["started"]) == ("already_downloading", False)
    assert status(daemon) == "downloading"
    hub.released.set()
    end = daemon.hear("download_complete")
    assert end == {
        "backend": "musicgen",
        "model": NAME,
        "model_version": f"{NAME}-v1",
        "files_total": 2,
    }
    assert folder(daemon).state is State.INSTALLED
    done = daemon.call("download_backend", backend="musicgen")
    assert (done["status"], done["files_downloaded"]) == ("already_installed", 2)
    assert (done["already_installed"], done["size_bytes"]) == (True, 400_002)


@promise("weights:progress")
def test_progress_rises_to_the_end_and_comes_before_it(daemon: Daemon, hub: Hub) -> None:
    hub.fault("model.onnx", broken_off(150_000), flipped)
    daemon.call("download_backend", backend="musicgen", consent=True)
    daemon.hear("download_complete")
    told = daemon.heard("download_progress")
    for key in ("overall_percent", "bytes_downloaded", "files_completed"):
        assert all(earlier[key] <= later[key] for earlier, later in pairwise(told))
    assert told[-1]["overall_percent"] == 100
    assert told[-1]["bytes_downloaded"] == told[-1]["bytes_total"] == hub.size
    methods = [each.get("method") for each in daemon.said]
    assert (
        methods.index("download_complete")
        > len(methods) - methods[::-1].index("download_progress") - 1
    )


@promise("weights:cancel")
def test_a_download_can_be_given_up_and_goes_on_later(daemon: Daemon, hub: Hub) -> None:
    assert daemon.call("download_cancel", backend="musicgen") == {"cancelled": False}
    stuck(daemon, hub)
    assert daemon.call("download_cancel", backend="musicgen") == {"cancelled": True}
    assert daemon.hear("download_error")["code"] == "DOWNLOAD_CANCELLED"
    assert status(daemon) == "not_installed"
    daemon.call("download_backend", backend="musicgen")
    daemon.hear("download_complete")
    assert hub.sent == hub.size
    assert len(daemon.heard("download_error")) == 1


@promise("weights:bytes", "weights:told")
def test_a_download_that_fails_is_told_by_name_and_shown(daemon: Daemon, hub: Hub) -> None:
    hub.fault("model.onnx", flipped, flipped)
    daemon.call("download_backend", backend="musicgen", consent=True)
    error = daemon.hear("download_error")
    assert error["code"] == "MODEL_DOWNLOAD_FAILED"
    assert "model.onnx" in error["message"]
    assert error["recovery"]
    assert status(daemon) == "error"
    daemon.call("download_backend", backend="musicgen")
    daemon.hear("download_complete")


@promise("weights:meanwhile")
def test_tracks_are_made_during_a_download(daemon: Daemon, hub: Hub) -> None:
    stuck(daemon, hub)
    for seed in range(3):
        daemon.make(seed=seed)
    assert status(daemon) == "downloading"


@pytest.mark.slow
@promise("weights:meanwhile")
def test_a_daemon_that_downloads_is_not_idle(hub: Hub, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with hub.serving(tmp_path / "manifests", home=home, settings={"idle_timeout_sec": 1}) as daemon:
        hub.fault("model.onnx", stalled(1000))
        daemon.call("download_backend", model="tiny", consent=True)
        ticks = daemon.hear("download_progress", file_name="model.onnx")
        later = len(daemon.said)
        for _ in range(6):  # each of them at least a quarter of a second after the other
            ticks = daemon.wait(
                lambda each: each.get("method") == "download_progress", "progress", after=later
            )
            later = len(daemon.said)
        assert ticks
        assert daemon.process.poll() is None
        hub.released.set()
        daemon.hear("download_complete")
        assert daemon.exit_code() == 0


@promise("weights:resume")
def test_a_daemon_that_leaves_leaves_what_has_come(hub: Hub, tmp_path: Path) -> None:
    for times in (1, 2):
        with hub.serving(tmp_path / "manifests", home=tmp_path / "home") as daemon:
            hub.fault("model.onnx", stalled(100_000))
            daemon.call("download_backend", model="tiny", consent=True)
            model = Folder(daemon.home / "models", "tiny")
            assert until(lambda: came(model) >= times * 100_000)  # noqa: B023 - waited for here
            daemon.call("shutdown")
            assert daemon.exit_code() == 0
    with hub.serving(tmp_path / "manifests", home=tmp_path / "home") as daemon:
        hub.faults["model.onnx"].clear()
        daemon.call("download_backend", model="tiny")
        daemon.hear("download_complete")
    assert hub.sent <= 1.05 * hub.size


@promise("weights:token")
def test_the_token_is_in_no_log_and_no_message(daemon: Daemon, hub: Hub) -> None:
    hub.fault("model.onnx", broken_off(1000), flipped, flipped)
    daemon.call("download_backend", backend="musicgen", consent=True)
    daemon.hear("download_error")
    assert any(each.headers["Authorization"] for each in hub.seen)
    said = daemon.stderr() + json.dumps(daemon.said)
    assert TOKEN not in said
    assert "SIGNED" not in said


@promise("weights:names")
@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "INVALID_PARAMS"),
        ({"backend": "no-such"}, "INVALID_BACKEND"),
        ({"backend": "procedural"}, "INVALID_PARAMS"),
        ({"backend": 7}, "INVALID_PARAMS"),
        ({"model": "tinny"}, "INVALID_PARAMS"),
        ({"model": "../tiny"}, "INVALID_PARAMS"),
        ({"model": "/etc"}, "INVALID_PARAMS"),
        ({"model": NAME, "consent": "yes"}, "INVALID_PARAMS"),
    ],
)
def test_what_is_no_model_is_refused(daemon: Daemon, params: dict[str, object], name: str) -> None:
    for method in ("download_backend", "download_cancel", "confirm_download"):
        given = {"consent": True, **params}
        if method == "download_cancel" and params.keys() >= {"consent"}:
            continue
        error = daemon.refusal(method, **given).error
        assert error.get("data", {}).get("error_code", "INVALID_PARAMS") == name
