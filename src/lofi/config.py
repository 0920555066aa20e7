"""Settings: defaults, then the file, then the environment, then the command line.

Knows where settings come from and which are valid; not what they do.
"""

import difflib
import logging
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lofi.device import Device, Placement
from lofi.errors import InvalidParams

APP = "lofi"
OUTPUTS = (
    *("auto", "miniaudio", "paplay", "pw-cat", "aplay", "ffplay", "mpv", "play"),
    *("null", "none"),
)
"""What sound can leave through: ``auto`` tries what is there, ``null`` plays to nowhere."""
DEVICE_ALIASES = {"coreml": "metal"}

logger = logging.getLogger(__name__)


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _device(value: object) -> object:
    name = _lower(value)
    return DEVICE_ALIASES.get(name, name) if isinstance(name, str) else name


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except (OSError, RuntimeError) as error:  # the current folder is gone, or there is no home
        raise ValueError(str(error)) from None


def plain(name: str) -> str:
    """The name of a backend without what people write in different ways."""
    return name.strip().lower().replace("-", "").replace("_", "")


def _model(text: str) -> str:
    """The name of a model as it is, a path made absolute."""
    is_path = text[0] in ".~" or os.sep in text
    return str(_absolute(Path(text))) if is_path else text


Folder = Annotated[Path, AfterValidator(_absolute)]
Model = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,4096}$"), AfterValidator(_model)]
Command = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,4096}$")]
Seconds = Annotated[int, Field(ge=0, le=86_400)]


class Config(BaseModel):
    """Every setting, checked. Each field's description is the rule shown when it is broken."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    default_backend: str = Field(
        "auto", min_length=1, description="the name of a backend, or auto for the best installed"
    )
    device: Annotated[Device, BeforeValidator(_device)] = Field(
        Device.AUTO, description=f"one of {', '.join(Device)} (coreml means metal)"
    )
    threads: int | None = Field(
        None, ge=1, le=256, description="a whole number from 1 to 256; unset: the runtime's choice"
    )
    cache_path: Folder = Field(
        default_factory=lambda: platformdirs.user_cache_path(APP),
        description="the folder that holds the library",
    )
    cache_max_mb: int = Field(
        500, ge=10, le=1_000_000, description="megabytes of tracks to keep, 10 to 1000000"
    )
    cache_max_tracks: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="how many tracks to keep, 1 to 1000000; unset: no limit",
    )
    models_path: Folder = Field(
        default_factory=lambda: platformdirs.user_data_path(APP) / "models",
        description="the folder that models are installed in",
    )
    musicgen_model: Model = Field(
        "musicgen-small-fp32",
        description="the name of an installed model, or the path of a folder that holds one",
    )
    ace_step_model: Model = Field(
        "ace-step-v1",
        description="the name of an installed model, or the path of a folder that holds one",
    )
    model_dir: Folder | None = Field(
        None,
        description="a folder with the model for the backend in use; unset: the installed one",
    )
    export_path: Folder = Field(
        default_factory=lambda: platformdirs.user_music_path() / APP,
        description="the folder that exported tracks go to",
    )
    queue_capacity: int = Field(
        10, ge=1, le=100, description="jobs at a time, the running one included, 1 to 100"
    )
    unload_after_sec: Seconds = Field(
        300, description="seconds a model may lie idle in memory, 0 to 86400; 0: for ever"
    )
    idle_timeout_sec: Seconds = Field(
        300, description="seconds the daemon may lie idle before it leaves, 0 to 86400; 0: for ever"
    )
    step_timeout_sec: int = Field(
        600, ge=1, le=86_400, description="seconds one step may take before it counts as hanging"
    )
    nice: int = Field(
        15, ge=0, le=19, description="how far inference steps behind other programs, 0 to 19"
    )
    player: Command | None = Field(
        None,
        description="a command that plays WAV from its standard input; unset: audio_output says",
    )
    volume: float = Field(
        0.7, ge=0, le=1, description="how loud playing begins, 0 to 1, until another is remembered"
    )
    crossfade_sec: float = Field(
        2.0, ge=0, le=12, description="seconds from one track to the next, 0 to 12; 0: no gap"
    )
    audio_output: Annotated[str, BeforeValidator(_lower)] = Field(
        "auto",
        pattern=f"^({'|'.join(OUTPUTS)})$",
        description=f"what plays: one of {', '.join(OUTPUTS)}",
    )
    audio_device: str | None = Field(
        None,
        pattern=r"^[^\x00-\x1f]{1,1000}$",
        description="the name of an audio device; unset: the system's choice",
    )
    autoplay: bool = Field(
        False, description="true or false: whether a finished track is played if nothing plays"
    )
    log_level: Annotated[str, BeforeValidator(_lower)] = Field(
        "warning",
        pattern="^(debug|info|warning|error)$",
        description="one of debug, info, warning, error",
    )
    log_file: Folder | None = Field(
        None, description="a file for the log besides standard error; unset: none"
    )

    @property
    def placement(self) -> Placement:
        """What of the machine a model may use."""
        return Placement(self.device, self.threads)

    def weights(self, backend: str) -> Path | None:
        """Where the weights of a backend lie, by its name; None where no setting says."""
        if self.model_dir is not None and plain(self.default_backend) in {"auto", plain(backend)}:
            return self.model_dir
        model: str | None = getattr(self, f"{backend}_model", None)
        return None if model is None else self.models_path / model  # which may be absolute itself


ENVIRONMENT = {
    "LOFI_BACKEND": "default_backend",
    "LOFI_MODEL_PATH": "musicgen_model",  # older names: the newer ones below go before them
    "LOFI_ACE_STEP_MODEL_PATH": "ace_step_model",
    **{f"LOFI_{key.upper()}": key for key in Config.model_fields if key != "default_backend"},
}
FLAGS = {"default_backend": "--backend"}


class Settings(NamedTuple):
    """The settings in force, and where each came from."""

    config: Config
    origins: Mapping[str, str]
    """By key: a file, a variable, an option, or ``default``."""


class _Source(NamedTuple):
    name: Callable[[str], str]
    """How a key of this source is called when something is wrong with it."""
    values: Mapping[str, Any]


def default_file() -> Path:
    """Where the settings file lies if the user wrote one."""
    return platformdirs.user_config_path(APP) / "config.toml"


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str] = os.environ,
    file: Path | None = None,
    *,
    lenient: bool = False,
) -> Settings:
    """The settings in force. Flags that are None and variables that are empty count as not given.

    Args:
        flags: from the command line, by key.
        environ: the environment.
        file: the settings file; by default the user's.
        lenient: a bad setting is logged and left at its default, for a daemon that must start.

    Raises:
        InvalidParams: a setting is unknown or invalid; the message names it and where it stands.
    """
    path = file or default_file()
    variables = {key: name for name, key in ENVIRONMENT.items() if environ.get(name)}
    sources = [
        _Source(lambda key: f"{key} in {path}", _read(path, lenient=lenient)),
        _Source(
            variables.__getitem__,
            {key: environ[name] for key, name in variables.items()},
        ),
        _Source(
            lambda key: FLAGS.get(key, f"--{key.replace('_', '-')}"),
            {key: value for key, value in flags.items() if value is not None},
        ),
    ]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Config.model_fields, "default")
    for source in sources:
        for key, value in source.values.items():
            problem = _problem(source.name(key), key, value)
            if problem is None:
                values[key] = value
                origins[key] = source.name(key)
            elif lenient:
                logger.warning("%s (%s); ignored", problem.message, problem.hint)
            else:
                raise problem
    return Settings(Config.model_validate(values), origins)


def _problem(where: str, key: str, value: object) -> InvalidParams | None:
    if key not in Config.model_fields:
        near = difflib.get_close_matches(key, Config.model_fields, n=1)
        hint = (
            f"did you mean {near[0]!r}?" if near else f"settings: {', '.join(Config.model_fields)}"
        )
        return InvalidParams(f"unknown setting {where}", hint=hint)
    try:
        Config.model_validate({key: value})
    except ValidationError:
        rule = Config.model_fields[key].description
        return InvalidParams(f"{where}: {value!r} is not valid", hint=f"use {rule}")
    return None


def _read(path: Path, *, lenient: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        if lenient:
            logger.warning("the settings file %s cannot be read: %s; ignored", path, error)
            return {}
        raise InvalidParams(
            f"the settings file {path} cannot be read: {error}", hint="correct it or remove it"
        ) from None
