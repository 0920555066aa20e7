"""Everything that can go wrong by name, as a user and a client of the daemon will meet it.

::

    LofiError                        INTERNAL_ERROR            -32603
    ├── MethodNotFound               METHOD_NOT_FOUND          -32601
    ├── InvalidParams                INVALID_PARAMS            -32602
    ├── ModelNotFound                MODEL_NOT_FOUND           -32000
    ├── ModelLoadFailed              MODEL_LOAD_FAILED         -32001
    ├── ModelDownloadFailed          MODEL_DOWNLOAD_FAILED     -32002
    │   └── DownloadCancelled        DOWNLOAD_CANCELLED        -32002
    ├── ModelInferenceFailed         MODEL_INFERENCE_FAILED    -32003
    ├── QueueFull                    QUEUE_FULL                -32004
    ├── InvalidDuration              INVALID_DURATION          -32005
    ├── InvalidPrompt                INVALID_PROMPT            -32006
    ├── InvalidBackend               INVALID_BACKEND           -32007
    ├── BackendNotInstalled          BACKEND_NOT_INSTALLED     -32008
    ├── InvalidInferenceSteps        INVALID_INFERENCE_STEPS   -32009
    ├── InvalidGuidanceScale         INVALID_GUIDANCE_SCALE    -32010
    ├── InvalidScheduler             INVALID_SCHEDULER         -32011
    ├── DownloadConsentRequired      DOWNLOAD_CONSENT_REQUIRED -32012
    ├── GenerationCancelled          GENERATION_CANCELLED      -32013
    ├── TrackNotFound                TRACK_NOT_FOUND           -32014
    ├── AlreadyComplete              ALREADY_COMPLETE          -32015
    ├── WriteFailed                  CACHE_WRITE_ERROR         -32016
    │   └── OutputExists             OUTPUT_EXISTS             -32016
    ├── BackendNotReady              BACKEND_NOT_READY         -32017
    ├── AudioDeviceError             AUDIO_DEVICE_ERROR        -32018
    └── AudioPlaybackError           AUDIO_PLAYBACK_ERROR      -32019

Numbers and names are the wire contract's. This module knows nothing else of the program.
"""

from typing import ClassVar


class LofiError(Exception):
    """The root: a failure that can be explained to the person who met it.

    The message says what was wrong, ``hint`` what would be right.
    """

    code: ClassVar[int] = -32603
    name: ClassVar[str] = "INTERNAL_ERROR"
    recovery: ClassVar[str] = "this is a fault in lofi: please report it with the log"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint if hint is not None else self.recovery


class MethodNotFound(LofiError):
    """No method has this name."""

    code = -32601
    name = "METHOD_NOT_FOUND"
    recovery = "doc/protocol.md lists the methods"


class InvalidParams(LofiError):
    """A parameter has the wrong type or an impossible value."""

    code = -32602
    name = "INVALID_PARAMS"
    recovery = "see `lofi-daemon --help`"


class ModelNotFound(LofiError):
    """Model files are not where they were said to be."""

    code = -32000
    name = "MODEL_NOT_FOUND"
    recovery = "download the model or correct the model folder"


class ModelLoadFailed(LofiError):
    """Model files are there and cannot be used, or the asked device cannot."""

    code = -32001
    name = "MODEL_LOAD_FAILED"
    recovery = "check free memory, then download the model again"


class ModelDownloadFailed(LofiError):
    """The network, the hub or the disk ended a download."""

    code = -32002
    name = "MODEL_DOWNLOAD_FAILED"
    recovery = "check the network and free disk space, then try again: the download continues"


class DownloadCancelled(ModelDownloadFailed):
    """A download was given up on request."""

    name = "DOWNLOAD_CANCELLED"
    recovery = "what has come stays; ask again to go on from there"


class ModelInferenceFailed(LofiError):
    """A model broke, or made something that is not sound."""

    code = -32003
    name = "MODEL_INFERENCE_FAILED"
    recovery = "try a shorter duration, another seed or --device cpu"


class QueueFull(LofiError):
    """As many jobs wait as are allowed to."""

    code = -32004
    name = "QUEUE_FULL"
    recovery = "wait for a track to finish, or cancel one"


class InvalidDuration(LofiError):
    """The duration is outside what the backend can make."""

    code = -32005
    name = "INVALID_DURATION"
    recovery = "give the duration in whole seconds"


class InvalidPrompt(LofiError):
    """The prompt is empty, too long or holds control characters."""

    code = -32006
    name = "INVALID_PROMPT"
    recovery = "describe the music in 1 to 1000 characters"


class InvalidBackend(LofiError):
    """No backend has this name."""

    code = -32007
    name = "INVALID_BACKEND"
    recovery = "`lofi-daemon backends` lists them"


class BackendNotInstalled(LofiError):
    """The backend exists, its model files do not."""

    code = -32008
    name = "BACKEND_NOT_INSTALLED"
    recovery = "`lofi-daemon models` lists what can be installed"


class InvalidInferenceSteps(LofiError):
    """The number of diffusion steps is out of range."""

    code = -32009
    name = "INVALID_INFERENCE_STEPS"
    recovery = "use 1 to 200 steps; 60 is the default"


class InvalidGuidanceScale(LofiError):
    """The guidance scale is out of range."""

    code = -32010
    name = "INVALID_GUIDANCE_SCALE"
    recovery = "use a guidance scale from 1 to 30"


class InvalidScheduler(LofiError):
    """No scheduler has this name."""

    code = -32011
    name = "INVALID_SCHEDULER"
    recovery = "use euler, heun or pingpong"


class DownloadConsentRequired(LofiError):
    """A download needs the user's yes first."""

    code = -32012
    name = "DOWNLOAD_CONSENT_REQUIRED"
    recovery = "confirm the download"


class GenerationCancelled(LofiError):
    """The job was given up on request."""

    code = -32013
    name = "GENERATION_CANCELLED"
    recovery = "nothing was written; ask again to start over"


class TrackNotFound(LofiError):
    """No job and no finished track has this id."""

    code = -32014
    name = "TRACK_NOT_FOUND"
    recovery = "list the library to see which tracks exist"


class AlreadyComplete(LofiError):
    """The job had finished before it could be cancelled."""

    code = -32015
    name = "ALREADY_COMPLETE"
    recovery = "the finished track is in the library"


class WriteFailed(LofiError):
    """A finished sound could not be put on disk."""

    code = -32016
    name = "CACHE_WRITE_ERROR"
    recovery = "free some space or choose another folder"


class OutputExists(WriteFailed):
    """The output file is already there."""

    name = "OUTPUT_EXISTS"
    recovery = "choose another name, or --force to replace it"


class BackendNotReady(LofiError):
    """The backend is still loading or downloading."""

    code = -32017
    name = "BACKEND_NOT_READY"
    recovery = "wait until it is ready"


class AudioDeviceError(LofiError):
    """There is nothing to play sound with, or it has gone."""

    code = -32018
    name = "AUDIO_DEVICE_ERROR"
    recovery = "connect a device or start the sound server; tracks are made and kept without one"


class AudioPlaybackError(LofiError):
    """A sound cannot be read."""

    code = -32019
    name = "AUDIO_PLAYBACK_ERROR"
    recovery = "the file may be damaged: make the track again"


def _tree(root: type[LofiError]) -> dict[str, type[LofiError]]:
    below = (_tree(child) for child in root.__subclasses__())
    return {root.name: root} | {name: cls for branch in below for name, cls in branch.items()}


BY_NAME = _tree(LofiError)
"""Every error by its name, as it travels between processes."""
