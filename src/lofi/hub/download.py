"""A whole model, from its manifest to verified files: a generator of steps, left by closing it."""

from collections.abc import Callable, Generator
from pathlib import Path

from lofi.errors import ModelDownloadFailed
from lofi.hub.fingerprint import Fingerprint, read
from lofi.hub.folder import Folder, State
from lofi.hub.part import explained
from lofi.hub.patience import Fault, Patience, Terms
from lofi.hub.progress import Meter, Phase, Step
from lofi.hub.pump import TICK, awaited, relayed
from lofi.hub.source import Remote, Source
from lofi.hub.transfer import Transfer
from lofi.manifest import File, Manifest

Steps = Generator[Step, None, None]


def download(
    model: Manifest, root: Path, terms: Terms | None = None, endpoint: str | None = None
) -> Steps:
    """Install a model, going on where an earlier attempt stopped.

    Yields several times a second, whatever the hub does; closing the generator stops, and keeps
    what is there.

    Args:
        model: what to install.
        root: the folder of models.
        terms: limits; the usual ones if none are given.
        endpoint: the hub's address; what huggingface_hub says if none is given.

    Raises:
        ModelDownloadFailed: the hub, the network or the disk does not give what is needed.
    """
    terms = terms or Terms()
    folder = Folder(root, model.name)
    folder.create()
    with folder.lock() as lock:
        meter = Meter({file.name: file.bytes for file in model.files})
        while not folder.taken(lock):
            terms.sleep(TICK)
            yield meter.at(Phase.WAITING, model.files[0].name)
        if whole(folder, model):
            yield from (meter.settle(file.name) for file in model.files)
            return
        yield from _Download(model, folder, terms, endpoint).run(lock)


def whole(folder: Folder, model: Manifest) -> bool:
    """Whether this very version of a model is installed, judged by names and sizes."""
    known = folder.installed
    return known is not None and known.version == model.version and folder.state is State.INSTALLED


class _Download:
    """One download, under the lock."""

    def __init__(self, model: Manifest, folder: Folder, terms: Terms, endpoint: str | None) -> None:
        self._model = model
        self._folder = folder
        self._terms = terms
        self._source = Source(terms, endpoint)
        self._revision = model.revision
        self._remotes: dict[str, Remote] = {}
        self._meter = Meter({file.name: file.bytes for file in model.files})

    def run(self, lock: int) -> Steps:
        for file in self._model.files:
            if not (file.sha256 and self._folder.holds(file)):
                yield from self._ask(file)
        sizes = {file.name: self._size(file) for file in self._model.files}
        self._meter = Meter(sizes)
        self._prepare(lock)
        final: list[File] = []
        for file in self._model.files:
            sha256 = yield from self._bring(file)
            known = {"size": sizes[file.name], "sha256": sha256}
            final.append(file.model_copy(update=known))
            if len(final) < len(sizes):
                yield self._meter.settle(file.name)
        self._folder.seal(
            self._model.model_copy(update={"files": tuple(final), "revision": self._revision})
        )
        yield self._meter.settle(final[-1].name)

    def _size(self, file: File) -> int:
        remote = self._remotes.get(file.name)
        return remote.size if remote is not None else file.bytes

    def _ask(self, file: File) -> Steps:
        """Learn what the hub holds; its first answer fixes the revision of all others."""
        if self._source.offline:
            raise ModelDownloadFailed(
                f"{self._model.name} is not complete, and HF_HUB_OFFLINE forbids the network",
                hint="unset it to download; installed models need no network",
            )
        patience = Patience(self._terms)
        told = self._telling(Phase.ASKING, file)
        while file.name not in self._remotes:
            asking = awaited(lambda: self._source.ask(self._model, file, self._revision))
            try:
                remote = yield from relayed(asking, told)
            except Fault as fault:
                yield from relayed(patience.after(fault), told)
            else:
                self._remotes[file.name] = remote
                self._revision = remote.commit or self._revision

    def _telling(self, phase: Phase, file: File) -> Callable[[int | None], Step]:
        return lambda position: self._meter.at(phase, file.name, position or 0)

    def _prepare(self, lock: int) -> None:
        """Clear the folder of what is not needed, and see whether the rest will fit.

        Raises:
            ModelDownloadFailed: it will not.
        """
        folder, installed = self._folder, self._folder.installed
        try:
            folder.sweep({remote.part for remote in self._remotes.values()}, lock)
            needed = sum(map(folder.missing, self._remotes.values()))
            free = folder.free() - self._terms.spare
            if needed > free:
                raise ModelDownloadFailed(
                    f"{self._model.name} needs {needed / 1e9:.2f} GB more in {folder.path}, "
                    f"{max(0, free) / 1e9:.2f} GB are free",
                    hint="free some space, or choose another folder with LOFI_MODELS_PATH",
                )
            folder.open()
            if installed is not None:
                folder.drop(
                    {file.name for file in installed.files}
                    - {file.name for file in self._model.files}
                )
        except OSError as error:
            raise explained(error, folder.path) from None

    def _bring(self, file: File) -> Generator[Step, None, str]:
        """Have a file at its place; its SHA-256."""
        path = self._folder.path / file.name
        remote = self._remotes.get(file.name)
        if path.exists():
            wanted = remote.fingerprint() if remote else Fingerprint(file.bytes, file.sha256, None)
            try:
                yield from relayed(read(path, wanted), self._telling(Phase.CHECKING, file))
                if wanted.right and path.stat().st_size == self._size(file):
                    return wanted.sha256
                path.unlink()
            except OSError as error:
                raise explained(error, path.parent) from None
        if remote is None:
            yield from self._ask(file)
            remote = self._remotes[file.name]
        transfer = Transfer(self._source, remote, self._terms)
        return (
            yield from relayed(transfer.run(self._folder.path), self._telling(Phase.FETCHING, file))
        )
