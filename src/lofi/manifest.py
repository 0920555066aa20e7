"""Models that can be installed: their files, where these come from, and under which licence.

Knows what a manifest may say; not how anything is downloaded. A folder that carries its manifest
under ``NAME`` is a model that was completely installed, or exported.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lofi.errors import InvalidParams

NAME = "manifest.toml"
"""The manifest inside the folder of a model, which is written last."""
OTHERS = ("styles.toml",)
"""What lies beside the program's manifests and is none."""

DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever its suffix."""
RESERVED = re.compile(rf"{re.escape(NAME)}|.*\.(part|lock)", re.IGNORECASE)
"""Names in a model's folder that mean something else."""
LARGEST = 2**50


def _no_device(name: str) -> str:
    if DEVICES.fullmatch(name) or name.endswith("."):
        raise ValueError(f"{name!r} is no safe name")
    return name


def _ordinary(name: str) -> str:
    if RESERVED.fullmatch(name):
        raise ValueError(f"{name!r} is reserved")
    return name


def _segments(path: str) -> str:
    for segment in path.split("/"):
        _no_device(segment)
    return path


_SAFE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
Safe = Annotated[str, Field(pattern=rf"^{_SAFE}$"), AfterValidator(_no_device)]
"""A name that is one plain file or folder on every system."""
Local = Annotated[Safe, AfterValidator(_ordinary)]
Below = Annotated[str, Field(pattern=rf"^{_SAFE}(/{_SAFE}){{0,9}}$"), AfterValidator(_segments)]
"""A path below a repository; no part of it can lead out."""
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,500}$")]
Bytes = Annotated[int, Field(ge=1, le=LARGEST)]


class Licence(BaseModel):
    """What one may do with a model."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Line
    """As SPDX calls it."""
    url: Annotated[Line, Field(pattern=r"^https://")]
    note: Line
    """The terms that matter most, in a plain sentence."""


class File(BaseModel):
    """One file of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: Below
    """In the repository."""
    name: Local
    """In the model's folder."""
    size: Bytes | None = None
    """Bytes, where they are known beforehand."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    about: Bytes | None = None
    """Roughly how many bytes, where ``size`` is unknown."""

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.size is None and self.about is None:
            raise ValueError("neither size nor about is given")
        return self

    @property
    def bytes(self) -> int:
        """How large it is, as far as is known."""
        return self.size or self.about or 0


class Manifest(BaseModel):
    """One model."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Local
    backend: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """The kind of model it is."""
    title: Line
    summary: Line
    repo: Annotated[Below, Field(pattern=r"^[^/]+(/[^/]+)?$")]
    """``owner/name`` on the hub."""
    revision: Safe
    """A commit; or a branch, which is resolved to its commit when a download begins."""
    version: int = Field(ge=1)
    """Raised when other files are meant by the same name."""
    licence: Licence
    files: Annotated[tuple[File, ...], Field(min_length=1, max_length=100, strict=False)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for names in ([file.name for file in self.files], [file.path for file in self.files]):
            if len({name.casefold() for name in names}) < len(names):
                raise ValueError("two files are the same but for upper and lower case")
        return self

    @property
    def model_version(self) -> str:
        """The name with its version: ``musicgen-small-fp32-v1``."""
        return f"{self.name}-v{self.version}"

    @property
    def bytes(self) -> int:
        """How large all files are together, as far as is known."""
        return sum(file.bytes for file in self.files)

    @property
    def exact(self) -> bool:
        """Whether ``bytes`` is no estimate."""
        return all(file.size is not None for file in self.files)


def default_folder() -> Path:
    """The program's own manifests: inside an installed package, beside ``src`` in a checkout."""
    package = Path(__file__).parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parents[1] / "models"


def load(folder: Path | None = None) -> Mapping[str, Manifest]:
    """Every model of a folder by its name, the smallest of each backend first.

    Args:
        folder: the program's own if none is given.

    Raises:
        InvalidParams: a manifest cannot be read, is wrong, or is named otherwise than its file.
    """
    return _default() if folder is None else _every(folder)


def read(path: Path) -> Manifest:
    """The manifest in this file.

    Raises:
        InvalidParams: it cannot be read, or says something that is not allowed.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Manifest.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the manifest"
        raise _wrong(path, f"{where}: {first['msg']}") from None
    except (OSError, ValueError) as error:  # tomllib's and the decoder's are ValueErrors
        raise _wrong(path, str(error)) from None


def written(manifest: Manifest) -> str:
    """The text of a manifest, as ``read`` takes it."""
    table = manifest.model_dump(exclude_none=True)
    licence, files = table.pop("licence"), table.pop("files")
    lines = [*_pairs(table), "", "[licence]", *_pairs(licence)]
    for file in files:
        lines += ["", "[[files]]", *_pairs(file)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    """Text and whole numbers are written in TOML as in JSON."""
    for key, value in table.items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


@cache
def _default() -> Mapping[str, Manifest]:
    return _every(default_folder())


def _every(folder: Path) -> Mapping[str, Manifest]:
    found = [_named(path) for path in folder.glob("*.toml") if path.name not in OTHERS]
    found.sort(key=lambda each: (each.backend, each.bytes, each.name))
    return MappingProxyType({each.name: each for each in found})


def _named(path: Path) -> Manifest:
    manifest = read(path)
    if manifest.name != path.stem:
        raise _wrong(path, f"it calls itself {manifest.name!r}")
    return manifest


def _wrong(path: Path, reason: str) -> InvalidParams:
    return InvalidParams(f"the manifest {path}: {reason}", hint="correct the manifest")
