"""Settings: defaults, then the file, then the environment, then the command line.

Knows where settings come from and which are valid; not what they do.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lofi.device import Device, Placement
from lofi.errors import InvalidParams

APP = "lofi"
DEVICE_ALIASES = {"coreml": "metal"}


def _device(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.strip().lower()
    return DEVICE_ALIASES.get(name, name)


class Config(BaseModel):
    """Every setting, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    default_backend: Annotated[str, Field(min_length=1)] = "auto"
    """Name of a backend, or ``auto`` for the best one installed."""
    device: Annotated[Device, BeforeValidator(_device)] = Device.AUTO
    threads: Annotated[int, Field(ge=1, le=256)] | None = None
    """None leaves the number to the runtime."""

    @property
    def placement(self) -> Placement:
        """What of the machine a model may use."""
        return Placement(self.device, self.threads)


ENVIRONMENT = {
    "LOFI_BACKEND": "default_backend",
    "LOFI_DEVICE": "device",
    "LOFI_THREADS": "threads",
}

RULES = {
    "default_backend": "the name of a backend, or auto",
    "device": f"one of {', '.join(Device)}",
    "threads": "a whole number from 1 to 256",
}


def default_file() -> Path:
    """Where the settings file lies if the user wrote one."""
    return platformdirs.user_config_path(APP) / "config.toml"


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str] = os.environ,
    file: Path | None = None,
) -> Config:
    """The settings in force. Flags that are None count as not given.

    Raises:
        InvalidParams: a setting is unknown or invalid; the message names it and where it stands.
    """
    path = file or default_file()
    from_file = _read(path)
    from_environment = {
        key: environ[name] for name, key in ENVIRONMENT.items() if environ.get(name)
    }
    from_flags = {key: value for key, value in flags.items() if value is not None}
    sources: dict[str, str] = {key: str(path) for key in from_file}
    sources |= {key: name for name, key in ENVIRONMENT.items() if key in from_environment}
    sources |= {key: f"--{key.removeprefix('default_')}" for key in from_flags}
    try:
        return Config.model_validate({**from_file, **from_environment, **from_flags})
    except ValidationError as error:
        raise _explained(error, sources) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidParams(
            f"the settings file {path} cannot be read: {error}", hint="correct it or remove it"
        ) from None


def _explained(error: ValidationError, sources: Mapping[str, str]) -> InvalidParams:
    first = error.errors()[0]
    key = str(first["loc"][0])
    where = sources.get(key, "the settings")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, RULES, n=1)
        return InvalidParams(
            f"unknown setting {key!r} in {where}",
            hint=f"did you mean {near[0]!r}?" if near else f"settings are {', '.join(RULES)}",
        )
    return InvalidParams(f"{where}: {first['input']!r} is not valid", hint=f"use {RULES[key]}")
