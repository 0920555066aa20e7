"""What is remembered from one day to the next."""

from pathlib import Path

import pytest

from lofi.playback.memory import Memory


def test_the_volume_is_remembered_but_never_silence(tmp_path: Path) -> None:
    path = tmp_path / "new" / "player.json"
    assert Memory(path).volume() is None
    Memory(path).keep_volume(0.3)
    Memory(path).keep_volume(0.0)
    assert Memory(path).volume() == 0.3
    assert [each.name for each in path.parent.iterdir()] == ["player.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"volume": 0}', '{"volume": true}', '{"volume": 2}', "[" * 100_000]
)
def test_what_cannot_be_a_volume_is_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / "player.json").write_text(text)
    assert Memory(tmp_path / "player.json").volume() is None


def test_where_the_disk_refuses_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Memory(tmp_path / "file" / "player.json").keep_volume(0.5)
    assert Memory(tmp_path / "file" / "player.json").volume() is None
    Memory(None).keep_volume(0.5)
    assert Memory(None).volume() is None
