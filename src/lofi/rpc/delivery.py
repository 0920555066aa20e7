"""Events of downloads to notifications of the protocol."""

from collections.abc import Callable

from pydantic import JsonValue

from lofi.hub.downloader import Arrived, Broke, Event, Moved
from lofi.hub.progress import Step
from lofi.manifest import Manifest
from lofi.rpc.wire import Wire


def teller(wire: Wire) -> Callable[[Event], None]:
    """What tells the client of one wire about downloads."""

    def tell(event: Event) -> None:
        key = f"download {event.model.name}"
        match event:
            case Moved(model, step):
                wire.announce("download_progress", _progress(model, step), replaces=key)
            case Arrived(model):
                wire.announce("download_complete", {**_about(model), **_whole(model)}, ends=key)
            case Broke(model, error):
                failure = {"code": error.name, "message": error.message, "recovery": error.hint}
                wire.announce("download_error", {**_about(model), **failure}, ends=key)

    return tell


def _about(model: Manifest) -> dict[str, JsonValue]:
    return {"backend": model.backend, "model": model.name}


def _whole(model: Manifest) -> dict[str, JsonValue]:
    return {"model_version": model.model_version, "files_total": len(model.files)}


def _progress(model: Manifest, step: Step) -> dict[str, JsonValue]:
    return {
        **_about(model),
        "phase": step.phase,
        "component": step.name,
        "file_name": step.name,
        "component_percent": step.percent,
        "overall_percent": step.total_percent,
        "bytes_downloaded": step.total_done,
        "bytes_total": step.total_size,
        "files_completed": step.files_done,
        "files_total": step.files,
    }
