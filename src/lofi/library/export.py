"""A track of the library brought to where its listener wants it, in the format asked for."""

import os
from contextlib import suppress
from pathlib import Path

import soundfile

from lofi import audiofile
from lofi.audiofile import Format, Target
from lofi.errors import TrackNotFound, WriteFailed
from lofi.library.entry import Entry
from lofi.library.shelf import Library
from lofi.track import Audio

TAGS = ("title", "artist", "software", "comment", "copyright")
BLOCK = 1 << 20


def export(library: Library, track_id: str, target: Target) -> Entry:
    """Write the track to ``target``, whole or not at all; tags go along. It counts as a use.

    Raises:
        TrackNotFound: it is not here.
        OutputExists: a file is there and may not be replaced.
        WriteFailed: the disk is full or refuses.
    """
    entry = library.find(track_id)
    if entry is None:
        raise TrackNotFound(f"no track in the library has the id {track_id}")
    audiofile.check(target)
    if target.format is Format.WAV:
        _copy(Path(entry.path), target)
    else:
        _convert(Path(entry.path), target)
    return entry


def _copy(source: Path, target: Target) -> None:
    part = audiofile.part_beside(target.path)
    try:
        with source.open("rb") as file, part.open("xb") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        audiofile.place(part, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WriteFailed(f"cannot write {target.path}: {reason}") from None
    finally:
        with suppress(OSError):
            part.unlink()


def _convert(source: Path, target: Target) -> None:
    try:
        with soundfile.SoundFile(source) as file:
            tags = {name: getattr(file, name) for name in TAGS}
            audio = Audio(file.read(dtype="float32", always_2d=True).T, file.samplerate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise WriteFailed(f"cannot read {source}: {error}") from None
    audiofile.write(audio, target, {name: text for name, text in tags.items() if text})
