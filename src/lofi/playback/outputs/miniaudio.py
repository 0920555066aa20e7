"""Sound through PyPI's ``miniaudio``: the system's own devices, without any other program.

The package is not there on every platform, and takes a moment to import.
"""

import ctypes
import importlib.util
import logging
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lofi.errors import AudioDeviceError, InvalidParams
from lofi.playback.outputs.output import Device, Pull
from lofi.sound.pcm import SAMPLE_RATE

if TYPE_CHECKING:
    import miniaudio

NAME = "miniaudio"
PERIOD_MS = 60
"""What a device asks for at a time; it holds three of them, which must outlast whoever holds the
interpreter."""
PATIENCE = PERIOD_MS / 2_000
"""Seconds that the device's thread may wait for sound: at the beginning it asks for all three
periods at once."""
FRAME_BYTES = 8
SILENT_SECONDS = 2.0
"""After which a device that asks for nothing is gone."""

logger = logging.getLogger(__name__)


def present() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec(NAME) is not None


class MiniaudioOutput:
    """One device."""

    name = NAME

    def __init__(
        self, device: str | None = None, backends: "Sequence[miniaudio.Backend] | None" = None
    ) -> None:
        """None is the system's own choice."""
        self.device = device
        self._backends = list(backends) if backends else None
        self._open: miniaudio.PlaybackDevice | None = None
        self._asked = 0.0
        """When the device asked for sound."""
        self._broken: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why it plays no longer."""
        if self._broken is not None:
            return self._broken
        if self._open is not None and time.monotonic() - self._asked > SILENT_SECONDS:
            return "the device takes no more sound"
        return None

    def start(self, pull: Pull) -> None:
        """Open the device.

        Raises:
            AudioDeviceError: there is none, or not this one.
        """
        miniaudio = _imported()
        try:
            chosen = None if self.device is None else self._found(miniaudio)
            self._open = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=SAMPLE_RATE,
                buffersize_msec=PERIOD_MS,
                device_id=chosen,
                backends=self._backends,
                app_name="lofi",
            )
            if self._open.backend == "Null" and self._backends is None:
                raise miniaudio.MiniaudioError("there is no sound system")
            self._asked = time.monotonic()
            frames = self._frames(pull)
            next(frames)
            self._open.start(frames)
        except miniaudio.MiniaudioError as error:
            self.close()
            raise AudioDeviceError(f"{NAME}: {_words(error)}") from None

    def close(self) -> None:
        """Let go of the device."""
        device, self._open = self._open, None
        if device is not None:
            device.close()

    def _frames(self, pull: Pull) -> Generator[bytes, int, None]:
        """What the device's own thread takes; an error must not end in it."""
        count = yield b""
        while True:
            self._asked = time.monotonic()
            try:
                sound = pull(count, PATIENCE).T.tobytes()
            except Exception as error:
                logger.exception("no sound could be had")
                self._broken = f"{type(error).__name__}: {error}"
                sound = bytes(count * FRAME_BYTES)
            count = yield sound

    def _found(self, miniaudio: Any) -> Any:  # noqa: ANN401 - the package has no types
        for each in miniaudio.Devices(self._backends or []).get_playbacks():
            if each["name"] == self.device:
                return each["id"]
        raise AudioDeviceError(f"{NAME}: there is no device {self.device!r}")


def devices() -> list[Device]:
    """Those that the system has.

    Raises:
        AudioDeviceError: it cannot be asked.
    """
    miniaudio = _imported()
    try:
        found = _listing(miniaudio).get_playbacks()
    except miniaudio.MiniaudioError as error:
        raise AudioDeviceError(f"{NAME}: {_words(error)}") from None
    return [Device(each["name"], each["is_default"], _rate(each)) for each in found]


def check(name: str) -> None:
    """Raise unless there is such a device.

    Raises:
        InvalidParams: there is none of this name.
        AudioDeviceError: nobody knows.
    """
    names = [device.name for device in devices()]
    if name not in names:
        raise InvalidParams(
            f"there is no audio device {name[:100]!r}",
            hint=f"there are: {', '.join(names)}" if names else "there is none at all",
        )


def _listing(miniaudio: Any) -> Any:  # noqa: ANN401 - the package has no types
    """What lists devices, and which of them is the system's choice."""

    class Devices(miniaudio.Devices):  # type: ignore[misc] # no types
        def _get_info(self, device_type: object, info: Any) -> dict[str, Any]:  # noqa: ANN401
            found: dict[str, Any] = super()._get_info(device_type, info)
            return found | {"is_default": bool(info.isDefault)}

    return Devices()


def _rate(device: dict[str, Any]) -> int | None:
    rates = [each["samplerate"] for each in device.get("formats", ()) if each["samplerate"]]
    return SAMPLE_RATE if SAMPLE_RATE in rates else next(iter(rates), None)


def _imported() -> Any:  # noqa: ANN401 - the package has no types
    try:
        import miniaudio
    except (ImportError, OSError) as error:
        raise AudioDeviceError(f"{NAME}: {error}") from None
    _hush_alsa()
    return miniaudio


_HANDLER = ctypes.CFUNCTYPE(None)(lambda: None)


def _hush_alsa() -> None:
    """ALSA's library writes whole stories to standard error where there is no card."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_HANDLER)


def _words(error: Exception) -> str:
    return str(error.args[0] if error.args else error)
