"""The methods about downloads: what they take and do."""

from typing import TYPE_CHECKING

from pydantic import Field, JsonValue

from lofi.backends import registry
from lofi.errors import DownloadConsentRequired, InvalidParams
from lofi.hub import shelf
from lofi.hub.download import whole
from lofi.hub.folder import Folder, State
from lofi.hub.shelf import Entry
from lofi.rpc.params import Params

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk

Result = dict[str, JsonValue]


class Which(Params):
    """A model, by its own name or as the one that the settings choose for a backend."""

    backend: str | None = Field(None, description="a backend's name")
    model: str | None = Field(None, description="a model's name; goes before the backend")


class Download(Which):
    """A model to download."""

    consent: bool = Field(False, description="whether the user agrees to size and licence")


class Confirm(Which):
    """What the user answered."""

    consent: bool = Field(description="whether the user agrees to size and licence")


def start(desk: "Desk", asked: Download, _sent: Result) -> Result:
    """Begin a download, if it is agreed to and needed."""
    entry = _entry(desk, asked)
    model, folder = entry.model, entry.folder
    if whole(folder, model):
        status = "already_installed"
    elif desk.downloads.state(model.name) == "downloading":
        status = "already_downloading"
    else:
        if not asked.consent and not folder.agreed(model):
            raise DownloadConsentRequired(
                shelf.question(entry), hint="ask the user, then call confirm_download"
            )
        folder.agree(model, consent=True)
        status = "started" if desk.downloads.start(model) else "already_downloading"
    return {
        "backend": model.backend,
        "model": model.name,
        "status": status,
        "started": status == "started",
        "already_installed": status == "already_installed",
        "files_downloaded": sum(map(folder.holds, model.files)),
        "size_bytes": model.bytes,
        "licence": model.licence.model_dump(),
    }


def confirm(desk: "Desk", asked: Confirm, _sent: Result) -> Result:
    """Remember the user's answer."""
    entry = _entry(desk, asked)
    entry.folder.agree(entry.model, consent=asked.consent)
    return {"accepted": asked.consent}


def cancel(desk: "Desk", asked: Which, _sent: Result) -> Result:
    """Give a download up; what has come stays."""
    return {"cancelled": desk.downloads.cancel(_entry(desk, asked).model.name)}


def news(desk: "Desk", backend: str) -> Result:
    """What downloads change about a backend's description: nothing, or status and error."""
    name = _chosen(desk, backend)
    state = desk.downloads.state(name) if name is not None else None
    if name is None or state is None:
        return {}
    if state == "error" and Folder(desk.downloads.root, name).state is State.INSTALLED:
        return {}  # it came in another way since
    return {"status": state, "error": desk.downloads.problem(name)}


def _entry(desk: "Desk", asked: Which) -> Entry:
    name = asked.model
    if name is None:
        if asked.backend is None:
            raise InvalidParams("neither backend nor model is given", hint="give one of them")
        backend = registry.get(asked.backend).name
        name = _chosen(desk, backend)
        if name is None:
            raise InvalidParams(f"{backend} has no model to download", hint="it needs none")
    entry = shelf.find(desk.downloads.root, name)
    if not entry.offered:
        raise InvalidParams(f"{entry.model.name} comes from no hub", hint="it is its user's own")
    return entry


def _chosen(desk: "Desk", backend: str) -> str | None:
    """The name of a backend's model; None if it has none, or the settings name a folder."""
    name: str | None = getattr(desk.config, f"{backend}_model", None)
    return name if name is not None and "/" not in name else None
