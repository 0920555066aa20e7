"""Sound to a file that is either whole or absent.

Knows formats, tags and how to write safely; not what the sound is or why it is kept.
"""

import errno
import io
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import soundfile

from lofi import id3, keepsake
from lofi.errors import InvalidParams, OutputExists, WriteFailed
from lofi.keepsake import Keepsake
from lofi.track import Audio


class Format(StrEnum):
    """The kinds of file that can be written, by their usual suffix."""

    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"
    MP3 = "mp3"


SUBTYPES = {
    Format.WAV: "PCM_16",
    Format.FLAC: "PCM_24",
    Format.OGG: "VORBIS",
    Format.MP3: "MPEG_LAYER_III",
}

NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links answer."""


class Target(NamedTuple):
    """Where a sound shall go."""

    path: Path
    format: Format
    replace: bool = False
    """Whether a file that is already there may go."""


def choose_format(path: Path, name: str | None) -> Format:
    """The format for a file: the one asked for, else the one its suffix says.

    Raises:
        InvalidParams: the format is unknown, or the two disagree.
    """
    formats = ", ".join(Format)
    suffix = path.suffix.lower().removeprefix(".")
    if name is not None and name.lower() not in set(Format):
        raise InvalidParams(f"unknown format {name!r}", hint=f"use one of: {formats}")
    if name is None and suffix not in set(Format):
        raise InvalidParams(
            f"cannot tell a format from the name {path.name!r}",
            hint=f"end it in one of: {formats}; or give --format",
        )
    chosen = Format(name.lower() if name is not None else suffix)
    if suffix in set(Format) and suffix != chosen:
        raise InvalidParams(
            f"the name {path.name!r} says {suffix}, the format {chosen}",
            hint=f"rename it to {path.stem}.{chosen}, or give --format {suffix}",
        )
    return chosen


def check(target: Target) -> None:
    """Find out whether ``target`` can be written, before any work is done; leaves no trace.

    Raises:
        OutputExists: a file is there and may not be replaced.
        WriteFailed: the folder is missing or closed to us, or the path is a folder.
    """
    try:
        _check_place(target)
        part = part_beside(target.path)
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        raise _explained(error, target.path) from None


def _check_place(target: Target) -> None:
    path, folder = target.path, target.path.parent
    if path.is_dir():
        raise WriteFailed(f"{path} is a folder", hint="give the name of a file in it")
    if not folder.is_dir():
        raise WriteFailed(f"the folder {folder} does not exist", hint="create it first")
    if not target.replace and os.path.lexists(path):
        raise OutputExists(f"{path} already exists")


def write(audio: Audio, target: Target, tags: Mapping[str, str]) -> None:
    """Write ``audio`` beside its final name, then move it there in one step.

    Args:
        audio: samples beyond [-1, 1] are clipped.
        target: a final symbolic link is replaced, not followed.
        tags: ``title``, ``artist``, ``comment`` ... as libsndfile names them.

    Raises:
        OutputExists: a file appeared there meanwhile and may not be replaced.
        WriteFailed: the disk is full or refuses.
    """
    part = part_beside(target.path)
    encode(audio, part, target.format, tags)
    place(part, target)


def part_beside(path: Path) -> Path:
    """A name, not yet taken, for a file on its way to ``path``."""
    return path.with_name(f".lofi-{secrets.token_hex(6)}.part")


def encode(
    audio: Audio, part: Path, form: Format, tags: Mapping[str, str], left: Keepsake | None = None
) -> None:
    """Bring a whole file to the disk under a name nobody looks for, or nothing.

    Args:
        audio: samples beyond [-1, 1] are clipped.
        part: where.
        form: how.
        tags: as ``write``.
        left: what a model leaves in the file; only WAV takes it.

    Raises:
        WriteFailed: the disk is full or refuses.
    """
    try:
        with part.open("xb") as file:
            head, content = _encoded(audio, form, tags)
            if left is not None and form is Format.WAV:
                content = memoryview(keepsake.attached(bytes(content), left))
            file.writelines([head, content])
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise _explained(error, part.parent.absolute()) from None
        raise


def place(part: Path, target: Target) -> None:
    """Give a whole file its final name in one step; the part is gone in any case.

    Raises:
        OutputExists: a file appeared there meanwhile and may not be replaced.
        WriteFailed: the disk refuses.
    """
    try:
        if target.replace:
            part.replace(target.path)
        else:
            _link(part, target.path)
        _sync(target.path.parent)
    except FileExistsError:
        raise OutputExists(f"{target.path} already exists") from None
    except OSError as error:
        raise _explained(error, target.path) from None
    finally:
        with suppress(OSError):
            part.unlink()


def _encoded(audio: Audio, form: Format, tags: Mapping[str, str]) -> tuple[memoryview, memoryview]:
    """The file in memory, in two parts: libsndfile hides why a write to the disk failed, and may
    hide that."""
    frames = audio.samples.T
    memory = io.BytesIO()
    try:
        with soundfile.SoundFile(
            memory, "w", audio.sample_rate, frames.shape[1], SUBTYPES[form], format=form.upper()
        ) as file:
            for name, value in () if form is Format.MP3 else tags.items():
                setattr(file, name, value)
            file.write(frames)
    except soundfile.LibsndfileError as error:
        raise WriteFailed(f"cannot encode {form}: {error}", hint="use --format wav") from None
    head = id3.tag(tags) if form is Format.MP3 else b""
    return memoryview(head), memory.getbuffer()


def _link(part: Path, path: Path) -> None:
    """Give ``part`` its final name unless that is taken: unlike a rename, a link never replaces."""
    try:
        path.hardlink_to(part)
    except OSError as error:
        if error.errno not in NO_LINKS or os.path.lexists(path):
            raise
        part.replace(path)


def _sync(folder: Path) -> None:
    """Bring a new name to the disk too, so that it survives a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explained(error: OSError, path: Path) -> WriteFailed:
    reason = (error.strerror or str(error)).lower()
    hints = {
        errno.ENOSPC: "free some space or choose another disk",
        errno.EFBIG: "raise the file size limit or ask for a shorter track",
        errno.EACCES: "choose a folder you may write to",
        errno.EROFS: "choose a folder that is not read-only",
        errno.ENAMETOOLONG: "choose a shorter name",
    }
    return WriteFailed(f"cannot write {path}: {reason}", hint=hints.get(error.errno or 0))
