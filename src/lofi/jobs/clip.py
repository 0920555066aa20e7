"""Existing sound that a track starts from: taken in with a job, the same when its turn comes."""

import hashlib
from pathlib import Path

import soundfile

from lofi.errors import InvalidParams
from lofi.track import Clip

LEAST_SECONDS = 1


def of(path: Path) -> Clip:
    """The sound in a file.

    Raises:
        InvalidParams: there is no file, it cannot be read as sound, or it is shorter than 1 s.
    """
    try:
        found = soundfile.info(path)
        digest = _digest(path)
    except OSError as error:
        raise InvalidParams(f"cannot read {path}: {_reason(error)}", hint=_HINT) from None
    except soundfile.LibsndfileError:
        reason = "it is no sound that can be read" if path.is_file() else "there is no such file"
        raise InvalidParams(f"cannot read {path}: {reason}", hint=_HINT) from None
    if found.frames < LEAST_SECONDS * found.samplerate:
        raise InvalidParams(f"{path} is shorter than a second", hint="give a longer piece")
    return Clip(path=str(path.absolute()), sha256=digest)


def check(clip: Clip) -> None:
    """Make sure that a clip is still what it was when it was asked for.

    Raises:
        InvalidParams: its file has gone or changed.
    """
    try:
        same = _digest(Path(clip.path)) == clip.sha256
    except OSError as error:
        raise InvalidParams(f"cannot read {clip.path}: {_reason(error)}", hint=_HINT) from None
    if not same:
        raise InvalidParams(
            f"{clip.path} has changed since this track was asked for", hint="ask for it again"
        )


_HINT = "give a WAV, FLAC, Ogg or MP3 file"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
