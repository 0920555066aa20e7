"""Whether what is installed is still what was installed."""

import time
from collections.abc import Generator
from pathlib import Path

from lofi.errors import ModelNotFound
from lofi.hub.fingerprint import Fingerprint, read
from lofi.hub.folder import Folder
from lofi.hub.part import explained
from lofi.hub.progress import Meter, Phase, Step
from lofi.hub.pump import TICK, relayed
from lofi.manifest import File


def verify(root: Path, name: str) -> Generator[Step, None, tuple[str, ...]]:
    """Read every file of an installed model; those with wrong bytes are removed, so that nothing
    uses them, and a download brings just them back.

    Returns:
        The names of the files that are wrong or missing.

    Raises:
        ModelNotFound: nothing was completely installed under this name.
        ModelDownloadFailed: the disk refuses.
    """
    folder = Folder(root, name)
    known = folder.installed
    if known is None:
        raise ModelNotFound(
            f"{name} is not installed", hint=f"`lofi-daemon models get {name}` installs it"
        )
    with folder.lock() as lock:
        while not folder.taken(lock):
            time.sleep(TICK)
        meter = Meter({file.name: file.bytes for file in known.files})
        wrong = []
        for file in known.files:
            right = yield from _right(folder.path / file.name, file, meter)
            if not right:
                wrong.append(file.name)
            yield meter.settle(file.name)
    return tuple(wrong)


def _right(path: Path, file: File, meter: Meter) -> Generator[Step, None, bool]:
    fingerprint = Fingerprint(file.bytes, file.sha256, None)
    try:
        yield from relayed(
            read(path, fingerprint), lambda done: meter.at(Phase.CHECKING, file.name, done)
        )
    except FileNotFoundError:
        return False
    except OSError as error:
        raise explained(error, path.parent) from None
    if not fingerprint.right:
        path.unlink(missing_ok=True)
    return fingerprint.right
