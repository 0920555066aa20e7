"""Who is alive: every daemon holds a lock of its own, which the kernel gives back when it dies.

A process id says nothing, since it may belong to another by now. The lock must not be inherited:
start children by spawning, never by forking.
"""

import fcntl
import os
import secrets
import threading

from lofi.library.folder import OWNER_DIGITS, Folder, lockable


class Owner:
    """This daemon, as the others see it."""

    def __init__(self, folder: Folder) -> None:
        self.token = secrets.token_hex(OWNER_DIGITS // 2)
        self._folder = folder
        self._path = folder.daemons / f"{self.token}.lock"
        self._descriptor: int | None = None
        self._guard = threading.Lock()
        """Two threads that find the lock missing must not both take it."""

    def live(self) -> None:
        """Be seen as alive from now on; asked again, see to it that it is still so.

        Raises:
            OSError: the disk refuses.
        """
        with self._guard:
            if self._descriptor is None or not self._linked(self._descriptor):
                self._release()
                self._descriptor = self._taken()

    def _taken(self) -> int:
        while True:
            descriptor = lockable(self._path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._linked(descriptor):
                return descriptor
            os.close(descriptor)  # another daemon took us for dead between two calls

    def _linked(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def leave(self) -> None:
        """Be gone, as if dead."""
        with self._guard:
            if self._descriptor is not None:
                self._folder.remove(self._path)
            self._release()

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None


def dead(folder: Folder, token: str) -> bool:
    """Whether that daemon is gone; its lock is removed then. When nobody can tell, it lives."""
    path = folder.daemons / f"{token}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    try:
        # Shared, so that two who ask at the same time do not take each other for the owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # Removed under the lock: an owner just being born waits for it, then sees and starts over.
        path.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def bury(folder: Folder) -> None:
    """Remove the locks of dead daemons."""
    for path in folder.daemons.glob("*.lock"):
        dead(folder, path.stem)
