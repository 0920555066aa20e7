"""Taking a model away."""

from pathlib import Path

from lofi.errors import BackendNotReady, ModelNotFound
from lofi.hub.folder import Folder, State
from lofi.hub.part import explained


def remove(root: Path, name: str) -> int:
    """Remove a model, whole or not, and the consent to download it; how many bytes that frees.

    Raises:
        ModelNotFound: nothing of it is there.
        BackendNotReady: it is being downloaded or checked.
        ModelDownloadFailed: the disk refuses.
    """
    folder = Folder(root, name)
    if folder.state is State.ABSENT:
        raise ModelNotFound(f"{name} is not installed", hint="`lofi-daemon models` lists them")
    with folder.lock() as lock:
        if not folder.taken(lock):
            raise BackendNotReady(
                f"{name} is being downloaded or checked", hint="end that first, then try again"
            )
        try:
            return folder.remove()
        except OSError as error:
            raise explained(error, folder.path) from None
