"""A file on its way: bytes are appended and fingerprinted, until it is whole and gets its name."""

import errno
import os
from collections.abc import Generator
from pathlib import Path

from lofi.errors import ModelDownloadFailed
from lofi.hub.fingerprint import read
from lofi.hub.source import Remote

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Part:
    """The file that grows."""

    def __init__(self, folder: Path, remote: Remote) -> None:
        self.path = folder / remote.part
        self.size = 0
        self._remote = remote
        self._target = folder / remote.file.name
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        self.fingerprint = remote.fingerprint()

    def resume(self) -> Generator[int, None, None]:
        """Fingerprint what an earlier attempt left; yields how far that is.

        Raises:
            OSError: the disk refuses.
        """
        if os.fstat(self._descriptor).st_size > self._remote.size:
            self.restart()
        for done in read(self.path, self.fingerprint):
            self.size = done
            yield done

    def restart(self) -> None:
        """Forget everything."""
        os.ftruncate(self._descriptor, 0)
        self.size = 0
        self.fingerprint = self._remote.fingerprint()

    def append(self, data: bytes) -> None:
        """Write the next bytes.

        Raises:
            ModelDownloadFailed: the disk is full, or refuses.
        """
        view = memoryview(data)
        try:
            while view:
                written = os.pwrite(self._descriptor, view, self.size)
                self.fingerprint.update(bytes(view[:written]))
                self.size += written
                view = view[written:]
        except OSError as error:
            raise explained(error, self.path.parent) from None

    def place(self) -> None:
        """Give it its name.

        Raises:
            ModelDownloadFailed: the disk refuses.
        """
        try:
            os.fsync(self._descriptor)
            self.path.rename(self._target)
            sync(self.path.parent)
        except OSError as error:
            raise explained(error, self.path.parent) from None

    def close(self) -> None:
        """Leave it as it is."""
        os.close(self._descriptor)


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def explained(error: OSError, folder: Path) -> ModelDownloadFailed:
    """An error of the disk as one of the download."""
    if error.errno in FULL:
        return ModelDownloadFailed(
            f"the disk of {folder} is full", hint="free some space, then go on where it stopped"
        )
    return ModelDownloadFailed(
        f"cannot write to {folder}: {error.strerror}",
        hint="choose another folder: LOFI_MODELS_PATH",
    )
