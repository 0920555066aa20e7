"""The styles of lofi as the catalogue file declares them; knows no backend and no sound."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from lofi.errors import InvalidParams

TAG_LINE_LIMIT = 256
"""Characters of a caption; a model that reads tags may cut off what is beyond."""


class Category(StrEnum):
    """The shelves of the catalogue."""

    CORE = "core"
    SEASONAL = "seasonal"
    THEMATIC = "thematic"
    INSTRUMENTAL = "instrumental"
    VOCAL = "vocal"


Text = Annotated[str, Field(pattern=r"^\S(?:[^\n\r\t]{0,62}\S)?$")]
Tag = Annotated[str, Field(pattern=r"^[^\s,A-Z](?:[^,A-Z\n\r\t]{0,62}[^\s,A-Z])?$")]
Tags = Annotated[tuple[Tag, ...], Field(strict=False)]  # TOML has arrays, not tuples
Moods = Annotated[tuple[Tag, ...], Field(strict=False, min_length=1)]
Bpm = Annotated[int, Field(ge=40, le=140)]


def _rising(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] >= value[1]:
        raise ValueError(f"{value[0]} is not below {value[1]}")
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


TempoRange = Annotated[tuple[Bpm, Bpm], Field(strict=False), AfterValidator(_rising)]
_TAG_LISTS = ("base_tags", "instruments", "production")


class _Entry(BaseModel):
    """One table of the file; None is a field it leaves to its parents."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Text
    category: Annotated[Category, Field(strict=False)]
    extends: Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(strict=False)] = ()
    base_tags: Tags = ()
    instruments: Tags = ()
    production: Tags = ()
    mood_options: Moods | None = None
    tempo_range: TempoRange | None = None
    atmosphere: Tag | None = None
    vocal_type: Tag | None = None


class Style(BaseModel):
    """One style with everything it inherits."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    """``CORE-01``."""
    name: Text
    category: Category
    base_tags: Annotated[Tags, Field(min_length=1)]
    """Genre first, then what else marks the style."""
    instruments: Tags
    production: Tags
    mood_options: Moods
    """A track takes one of them."""
    tempo_range: TempoRange
    """Beats per minute, both ends included, within 40 to 140."""
    atmosphere: Tag | None = None
    vocal_type: Tag | None = None

    @property
    def slug(self) -> str:
        """The name as one word: ``rainy-day-lofi``."""
        return _slug(self.name)


def default_path() -> Path:
    """The program's own catalogue: inside an installed package, beside ``src`` in a checkout."""
    package = Path(__file__).parent
    installed = package / "models" / "styles.toml"
    return installed if installed.exists() else package.parents[1] / "models" / "styles.toml"


def load(path: Path | None = None) -> Mapping[str, Style]:
    """The styles by id, in the order of the file, which is the program's own if none is given.

    Raises:
        InvalidParams: the file cannot be read, or a style in it is wrong; says which and where.
    """
    return _default() if path is None else _read(path)


def find(text: str) -> Style | None:
    """The style with this id, name or slug; case, punctuation and a final "lofi" do not matter."""
    wanted = _slug(text)
    return next(
        (style for style in load().values() if wanted and wanted in _handles(style)),
        None,
    )


def named(text: str) -> Style:
    """The same, which must be there.

    Raises:
        InvalidParams: it is not; the hint names the nearest.
    """
    style = find(text)
    if style is not None:
        return style
    slugs = [each.slug for each in load().values()]
    handles = {word: slug for slug in slugs for word in (*slug.split("-"), slug)}
    close = difflib.get_close_matches(_slug(text), handles, n=3)
    near = " or ".join(dict.fromkeys(handles[each] for each in close))
    hint = f"did you mean {near}?" if near else "`lofi-daemon styles` lists them"
    raise InvalidParams(f"there is no style {text[:60]!r}", hint=hint)


def tag_line(style: Style, mood: str, bpm: int, limit: int = TAG_LINE_LIMIT) -> str:
    """The caption of a track in this style: tags joined by ", ", each whole and once.

    The order is genre and signature, mood, instruments, tempo, production, atmosphere, vocals. What
    does not fit ``limit`` characters is left out: first production, then atmosphere, mood and
    vocals, at last instruments and signature, always the later tag first; genre and tempo stay.
    """
    groups = (
        (style.base_tags, 1),
        ((mood,), 4),
        (style.instruments, 2),
        ((f"{bpm} bpm",), 0),
        (style.production, 6),
        ((style.atmosphere,) if style.atmosphere else (), 5),
        ((style.vocal_type,) if style.vocal_type else (), 3),
    )
    expendable: dict[str, int] = {}
    for tags, rank in groups:
        for tag in tags:
            expendable.setdefault(tag, rank)
    expendable[style.base_tags[0]] = 0
    while len(", ".join(expendable)) > limit and any(expendable.values()):
        del expendable[max(reversed(expendable), key=expendable.__getitem__)]
    return ", ".join(expendable)


@cache
def _default() -> Mapping[str, Style]:
    return _read(default_path())


def _read(path: Path) -> Mapping[str, Style]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidParams(f"the style catalogue {path} cannot be read: {error}") from error
    entries = {name: _entry(name, table) for name, table in tables.items()}
    fields = {name: _resolved(name, entries) for name in entries}
    return MappingProxyType(
        {name: _style(name, fields[name]) for name in fields if not name.startswith("_")}
    )


def _entry(name: str, table: object) -> _Entry:
    try:
        return _Entry.model_validate(table)
    except ValidationError as error:
        raise _complaint(name, error) from error


def _style(name: str, fields: Mapping[str, Any]) -> Style:
    try:
        return Style.model_validate({"id": name, **fields})
    except ValidationError as error:
        raise _complaint(name, error) from error


def _resolved(
    name: str, entries: Mapping[str, _Entry], chain: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The fields of one table with those of its ancestors."""
    path = (*chain, name)
    if name in chain:
        raise InvalidParams(f"style {path[0]}: the parents go in a circle: {' -> '.join(path)}")
    if name not in entries:
        raise InvalidParams(f"style {path[0]}: no such parent: {' -> '.join(path)}")
    entry = entries[name]
    parents = [_resolved(parent, entries, path) for parent in entry.extends]
    own = entry.model_dump(exclude={"extends", *_TAG_LISTS}, exclude_none=True)
    fields: dict[str, Any] = {}
    for source in (*parents, own):
        fields.update(source)
    for key in _TAG_LISTS:
        fields[key] = _merged(getattr(entry, key), [parent[key] for parent in parents])
    return fields


def _merged(own: tuple[str, ...], inherited: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    dropped = {tag[1:] for tag in own if tag.startswith("-")}
    kept = [tag for tag in own if not tag.startswith("-")]
    for tags in inherited:
        kept += [tag for tag in tags if tag not in dropped]
    return tuple(dict.fromkeys(kept))


def _complaint(name: str, error: ValidationError) -> InvalidParams:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the table"
    return InvalidParams(
        f"style {name}: {where}: {first['msg']}", hint="correct the style catalogue"
    )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", text.casefold()))


def _handles(style: Style) -> set[str]:
    return {_slug(style.id), style.slug, style.slug.removesuffix("-lofi")}
