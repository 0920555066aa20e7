"""Where settings come from, and what is said about a wrong one."""

from pathlib import Path

import pytest

from lofi import config
from lofi.device import Device
from lofi.errors import InvalidParams


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_any_source_the_defaults_hold(file: Path) -> None:
    assert config.load({}, {}, file) == config.Config()


def test_flags_beat_environment_beats_file(file: Path) -> None:
    file.write_text('default_backend = "from-file"\nthreads = 1\ndevice = "cpu"\n')
    environ = {"LOFI_THREADS": "2", "LOFI_DEVICE": "CUDA"}
    settings = config.load({"device": "metal", "threads": None}, environ, file)
    assert settings == config.Config(default_backend="from-file", threads=2, device=Device.METAL)


def test_coreml_is_another_name_for_metal(file: Path) -> None:
    assert config.load({"device": " CoreML"}, {}, file).device is Device.METAL


def test_an_empty_variable_counts_as_not_set(file: Path) -> None:
    assert config.load({}, {"LOFI_THREADS": ""}, file).threads is None


@pytest.mark.parametrize("threads", ["abc", "0", "257", "1.5", "-1"])
def test_a_wrong_value_is_named_with_its_source_and_the_rule(file: Path, threads: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        config.load({}, {"LOFI_THREADS": threads}, file)
    assert caught.value.message == f"LOFI_THREADS: {threads!r} is not valid"
    assert "1 to 256" in caught.value.hint


def test_an_unknown_setting_is_named_with_the_nearest(file: Path) -> None:
    file.write_text("thread = 2\n")
    with pytest.raises(InvalidParams) as caught:
        config.load({}, {}, file)
    assert "'thread'" in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.hint == "did you mean 'threads'?"


@pytest.mark.parametrize("content", [b"= broken", b"\xff\xfe", b'a = "'])
def test_an_unreadable_file_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidParams, match="settings file"):
        config.load({}, {}, file)


def test_every_setting_has_a_rule_to_show(file: Path) -> None:
    del file
    assert set(config.RULES) == set(config.Config.model_fields)
    assert set(config.ENVIRONMENT.values()) <= set(config.RULES)
