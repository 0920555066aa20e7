"""Where settings come from, and what is said about a wrong one."""

import logging
from pathlib import Path

import pytest

from lofi import config
from lofi.config import Config
from lofi.device import Device
from lofi.errors import InvalidParams


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_any_source_the_defaults_hold(file: Path) -> None:
    settings = config.load({}, {}, file)
    assert settings.config == Config()
    assert set(settings.origins.values()) == {"default"}


def test_flags_beat_environment_beats_file(file: Path) -> None:
    file.write_text('default_backend = "from-file"\nthreads = 1\ndevice = "cpu"\n')
    environ = {"LOFI_THREADS": "2", "LOFI_DEVICE": "CUDA"}
    settings = config.load({"device": "metal", "threads": None}, environ, file)
    assert settings.config == Config(default_backend="from-file", threads=2, device=Device.METAL)
    assert settings.origins["default_backend"] == f"default_backend in {file}"
    assert settings.origins["threads"] == "LOFI_THREADS"
    assert settings.origins["device"] == "--device"
    assert settings.origins["nice"] == "default"


def test_every_setting_can_come_from_the_environment(file: Path) -> None:
    assert set(config.ENVIRONMENT.values()) == set(Config.model_fields)
    assert config.load({}, {"LOFI_NICE": "3"}, file).config.nice == 3


def test_coreml_is_another_name_for_metal(file: Path) -> None:
    assert config.load({"device": " CoreML"}, {}, file).config.device is Device.METAL


def test_an_empty_variable_counts_as_not_set(file: Path) -> None:
    assert config.load({}, {"LOFI_THREADS": ""}, file).config.threads is None


def test_paths_may_start_at_home(file: Path) -> None:
    assert config.load({}, {"LOFI_CACHE_PATH": "~/x"}, file).config.cache_path == Path.home() / "x"


def test_a_path_that_leads_nowhere_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = tmp_path / "lost"
    lost.mkdir()
    monkeypatch.chdir(lost)
    lost.rmdir()
    with pytest.raises(InvalidParams, match="LOFI_CACHE_PATH: 'here' is not valid"):
        config.load({}, {"LOFI_CACHE_PATH": "here"}, file)
    with pytest.raises(InvalidParams, match="LOFI_CACHE_PATH"):
        config.load({}, {"LOFI_CACHE_PATH": "~nobody-of-this-name/x"}, file)


@pytest.mark.parametrize("threads", ["abc", "0", "257", "1.5", "-1"])
def test_a_wrong_value_is_named_with_its_source_and_the_rule(file: Path, threads: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        config.load({}, {"LOFI_THREADS": threads}, file)
    assert caught.value.message == f"LOFI_THREADS: {threads!r} is not valid"
    assert "1 to 256" in caught.value.hint


def test_a_wrong_value_is_named_even_where_a_better_one_wins(file: Path) -> None:
    file.write_text("threads = 1000\n")
    with pytest.raises(InvalidParams, match=r"threads in .*config\.toml: 1000 is not valid"):
        config.load({"threads": "2"}, {}, file)


def test_an_unknown_setting_is_named_with_the_nearest(file: Path) -> None:
    file.write_text("thread = 2\n")
    with pytest.raises(InvalidParams) as caught:
        config.load({}, {}, file)
    assert caught.value.message == f"unknown setting thread in {file}"
    assert caught.value.hint == "did you mean 'threads'?"


@pytest.mark.parametrize("content", [b"= broken", b"\xff\xfe", b'a = "'])
def test_an_unreadable_file_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidParams, match="settings file"):
        config.load({}, {}, file)


def test_a_lenient_reader_keeps_what_is_right_and_logs_what_is_wrong(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text("thread = 2\nnice = 3\n")
    with caplog.at_level(logging.WARNING):
        settings = config.load({}, {"LOFI_DEVICE": "toaster"}, file, lenient=True)
    assert settings.config == Config(nice=3)
    assert "unknown setting thread" in caplog.text
    assert "LOFI_DEVICE: 'toaster' is not valid" in caplog.text
    file.write_bytes(b"= broken")
    assert config.load({}, {}, file, lenient=True).config == Config()


def test_a_model_is_the_name_of_one_installed_or_a_path(file: Path, tmp_path: Path) -> None:
    def weights(**values: str) -> Path | None:
        return config.load({"models_path": "/models", **values}, {}, file).config.weights(
            "musicgen"
        )

    assert weights() == Path("/models/musicgen-small-fp32")
    assert weights(musicgen_model="own") == Path("/models/own")
    assert weights(musicgen_model=str(tmp_path)) == tmp_path
    assert weights(musicgen_model="~/mine") == Path.home() / "mine"
    assert weights(musicgen_model="./mine") == Path.cwd() / "mine"
    with pytest.raises(InvalidParams, match="musicgen-model"):
        weights(musicgen_model="")


def test_a_backend_without_a_setting_has_no_weights() -> None:
    assert Config().weights("procedural") is None


def test_a_model_folder_is_for_the_backend_in_use() -> None:
    folder = Path("/own")
    assert Config(model_dir=folder).weights("musicgen") == folder
    assert Config(model_dir=folder, default_backend="Music-Gen").weights("musicgen") == folder
    other = Config(model_dir=folder, models_path=Path("/m"), default_backend="other")
    assert other.weights("musicgen") == Path("/m/musicgen-small-fp32")


def test_the_newer_name_of_a_variable_goes_before_the_older(file: Path) -> None:
    environ = {"LOFI_MODEL_PATH": "/old"}
    assert config.load({}, environ, file).config.musicgen_model == "/old"
    settings = config.load({}, {"LOFI_MUSICGEN_MODEL": "/new", **environ}, file)
    assert settings.config.musicgen_model == "/new"
    assert settings.origins["musicgen_model"] == "LOFI_MUSICGEN_MODEL"


def test_each_neural_backend_has_its_own_setting_and_variables(file: Path) -> None:
    def weights(environ: dict[str, str]) -> Path | None:
        found = config.load({"models_path": "/models"}, environ, file).config
        assert found.weights("musicgen") == Path("/models/musicgen-small-fp32")
        return found.weights("ace_step")

    assert weights({}) == Path("/models/ace-step-v1")
    assert weights({"LOFI_ACE_STEP_MODEL_PATH": "/old"}) == Path("/old")
    assert weights({"LOFI_ACE_STEP_MODEL_PATH": "/old", "LOFI_ACE_STEP_MODEL": "/new"}) == Path(
        "/new"
    )


def test_every_setting_has_a_rule_to_show() -> None:
    assert all(field.description for field in Config.model_fields.values())
