"""Sound while the machine computes."""

import os
from pathlib import Path

import pytest

from fixtures.daemon import Daemon

SECONDS = 60
"""Of music, made on all cores while a track plays."""


@pytest.mark.slow
@pytest.mark.alone
def test_sound_does_not_stutter_while_a_model_computes(tmp_path: Path) -> None:
    jobs = os.cpu_count() or 2
    with Daemon(tmp_path / "home", settings={"nice": 15}) as daemon:
        track_id = daemon.make("steady", duration_sec=120)["track_id"]
        daemon.call("play", track_id=track_id)
        for seed in range(jobs):
            daemon.make("rain", duration_sec=SECONDS, backend="procedural", seed=seed)
        told = daemon.call("status")["playback"]
        assert told["mixed_sec"] > 1
        assert told["missing_ms"] == 0
