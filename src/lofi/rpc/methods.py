"""The methods of the protocol: name, what it takes, what it does. Knows no wire and no thread."""

import time
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from lofi import __version__, catalogue
from lofi.audiofile import Target
from lofi.backends import registry
from lofi.backends.base import Backend, options_of, seconds_of
from lofi.errors import (
    AlreadyComplete,
    BackendNotInstalled,
    InvalidParams,
    LofiError,
    MethodNotFound,
    WriteFailed,
)
from lofi.jobs import clip
from lofi.jobs.job import Job, State
from lofi.library.entry import checked_id
from lofi.library.export import export
from lofi.library.rows import Query, Sort
from lofi.rpc import downloads, params, playback, radio, results, telling
from lofi.rpc.desk import Desk
from lofi.rpc.method import Method, Result
from lofi.track import Clip, Request, checked_prompt, drawn_seed


def call(desk: Desk, name: str, sent: Result) -> Result:
    """Serve one call.

    Raises:
        MethodNotFound: there is no such method.
        InvalidParams: a parameter is missing or of the wrong type.
        LofiError: as the method raises it.
    """
    method = TABLE.get(name)
    if method is None:
        raise MethodNotFound(f"there is no method {name[:80]!r}")
    try:
        checked = method.params.model_validate(sent)
    except ValidationError as error:
        raise _explained(error) from None
    return method.serve(desk, checked, sent)


def _explained(error: ValidationError) -> InvalidParams:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    return InvalidParams(f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}", hint="")


def _generate(desk: Desk, asked: params.Generate, sent: Result) -> Result:
    name = desk.config.default_backend if asked.backend is None else asked.backend
    backend = None if registry.automatic(name) else registry.get(name)
    prompt = checked_prompt(asked.prompt)
    backend = backend or _chosen(desk, name)
    request = Request(
        prompt=prompt,
        seconds=seconds_of(backend, asked.duration_sec),
        seed=drawn_seed() if asked.seed is None else asked.seed,
        backend=backend.name,
        options=options_of(backend, sent, partial(_clip, desk)),
        model_version=backend.model_version(desk.config.weights(backend.name)),
    )
    job = Job(request, asked.priority, stream=asked.stream)
    entry = desk.library.find(job.id)
    if entry is None:
        job, position, state = desk.runner.submit(job)
        if state is not State.COMPLETE:
            status = "queued" if state is State.QUEUED else "generating"
            return _accepted(job, status, position)
        entry = desk.library.get(job.id)
    desk.wire.announce("generation_complete", {**entry.described(), "generation_time_sec": 0})
    if desk.config.autoplay:
        desk.player.offer(entry.id)
    return _accepted(job, "complete", 0)


def _chosen(desk: Desk, name: str) -> Backend:
    config = desk.config
    choice = registry.choose(name, config.weights, folder=config.model_dir is not None)
    return choice.backend


def _clip(desk: Desk, track_id: str) -> Clip:
    """The only sounds that a client can name are tracks of the library."""
    return clip.of(Path(desk.library.get(track_id).path))


def _accepted(job: Job, status: str, position: int) -> Result:
    return {
        "track_id": job.id,
        "status": status,
        "position": position,
        "seed": job.request.seed,
        "backend": job.request.backend,
    }


def _cancel(desk: Desk, asked: params.Track, _sent: Result) -> Result:
    track_id = checked_id(asked.track_id)
    if desk.runner.find(track_id) is None and desk.library.find(track_id) is not None:
        raise AlreadyComplete(f"{track_id} is already complete")
    return {"cancelled": True, "was_generating": desk.runner.cancel(track_id)}


def _queue_status(desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    return desk.queue()


def _queue_clear(desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    gone = desk.runner.clear()
    return {"cleared": len(gone), "track_ids": [job.id for job in gone]}


def _queue_move(desk: Desk, asked: params.Move, _sent: Result) -> Result:
    desk.runner.move(checked_id(asked.track_id), asked.position)
    return desk.queue()


def _get_backends(desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    in_memory = desk.runner.in_memory
    loaded = in_memory.backend if in_memory else None
    try:
        default = _chosen(desk, desk.config.default_backend).name
    except LofiError:  # what lacks files is a backend all the same
        default = desk.config.default_backend
    return {
        "backends": [
            described(each, desk.config.weights(each.name), loaded=each.name == loaded)
            | downloads.news(desk, each.name)
            for each in registry.every()
        ],
        "default_backend": default,
    }


def described(backend: Backend, weights: Path | None, *, loaded: bool = False) -> Result:
    """A backend as one JSON object."""
    version: str | None = None
    problem: str | None = None
    try:
        version = backend.model_version(weights)
    except BackendNotInstalled as error:
        problem = error.message
    return {
        "type": backend.name,
        "name": backend.title,
        "summary": backend.summary,
        "status": "not_installed" if version is None else "ready",
        "error": problem,
        "loaded": loaded,
        "min_duration_sec": backend.seconds[0],
        "max_duration_sec": backend.seconds[-1],
        "sample_rate": backend.sample_rate,
        "model_version": version,
        "licence": backend.licence,
        "options": backend.options.model_json_schema(),
    }


def _status(desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    now, in_memory = desk.runner.snapshot(), desk.runner.in_memory
    return {
        "version": __version__,
        "uptime_sec": round(time.monotonic() - desk.started, 1),
        "generation": {
            "active": now.running is not None,
            "track_id": now.running.id if now.running else None,
            "percent": now.progress.percent if now.running else None,
        },
        "queue_length": len(now.jobs),
        "cache_size_mb": desk.library.stats()["size_mb"],
        "library_read_only": desk.library.closed,
        "model": {
            "backend": in_memory.backend if in_memory else None,
            "device_asked": desk.config.device,
            "device": in_memory.grant.device if in_memory else None,
            "device_reason": in_memory.grant.reason if in_memory else None,
            "threads": desk.config.threads,
        },
        "playback": telling.summary(desk.player),
    }


def _styles(_desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    return {"styles": [style.model_dump(mode="json") for style in catalogue.load().values()]}


def _library_list(desk: Desk, asked: params.Listing, _sent: Result) -> Result:
    page = desk.library.page(
        Query(
            text=asked.query or "",
            backend=asked.backend,
            style=asked.style,
            favorite=asked.favorite,
            sort=Sort(asked.sort),
            descending=asked.order == "desc",
            limit=asked.limit,
            offset=asked.offset,
        )
    )
    return {"tracks": [entry.described() for entry in page.entries], "total": page.total}


def _library_get(desk: Desk, asked: params.Track, _sent: Result) -> Result:
    return desk.library.get(asked.track_id).described()


def _library_delete(desk: Desk, asked: params.Track, _sent: Result) -> Result:
    entry = desk.library.delete(asked.track_id)
    playback.forget(desk, [entry.id])
    desk.wire.announce("library_changed", {"reason": "deleted", "track_ids": [entry.id]})
    return {"deleted": True, "track_id": entry.id}


def _library_favorite(desk: Desk, asked: params.Favorite, _sent: Result) -> Result:
    entry = desk.library.favorite(asked.track_id, asked.favorite)
    desk.wire.announce("library_changed", {"reason": "favorite", "track_ids": [entry.id]})
    return entry.described()


def _library_export(desk: Desk, asked: params.Export, _sent: Result) -> Result:
    """No path comes from a client: the folder is a setting, the name is the track's."""
    folder = desk.config.export_path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteFailed(f"cannot create {folder}: {error.strerror}") from None
    path = folder / f"lofi-{checked_id(asked.track_id)}.{asked.format}"
    export(desk.library, asked.track_id, Target(path, asked.format, replace=True))
    return {"track_id": asked.track_id, "path": str(path)}


def _library_stats(desk: Desk, _asked: params.Nothing, _sent: Result) -> Result:
    return desk.library.stats()


def _library_clear(desk: Desk, asked: params.Clear, _sent: Result) -> Result:
    gone = desk.library.clear(keep_favorites=asked.keep_favorites)
    playback.forget(desk, gone)
    desk.wire.announce("library_changed", {"reason": "cleared", "track_ids": list(gone)})
    return {"cleared": len(gone), "track_ids": list(gone)}


TABLE: dict[str, Method] = {
    "generate": Method(params.Generate, _generate, results.Accepted),
    "cancel": Method(params.Track, _cancel, results.GivenUp),
    "get_backends": Method(params.Nothing, _get_backends, results.Backends),
    "queue_status": Method(params.Nothing, _queue_status, results.Queue),
    "queue_clear": Method(params.Nothing, _queue_clear, results.Cleared),
    "queue_move": Method(params.Move, _queue_move, results.Queue),
    "status": Method(params.Nothing, _status, results.Status),
    "styles": Method(params.Nothing, _styles, results.Styles),
    "library_list": Method(params.Listing, _library_list, results.Tracks),
    "library_get": Method(params.Track, _library_get, results.Track),
    "library_delete": Method(params.Track, _library_delete, results.Deleted),
    "library_favorite": Method(params.Favorite, _library_favorite, results.Track),
    "library_export": Method(params.Export, _library_export, results.Exported),
    "library_stats": Method(params.Nothing, _library_stats, results.Stats),
    "library_clear": Method(params.Clear, _library_clear, results.Cleared),
    "download_backend": Method(downloads.Download, downloads.start, results.Download),
    "confirm_download": Method(downloads.Confirm, downloads.confirm, results.Confirmed),
    "download_cancel": Method(downloads.Which, downloads.cancel, results.CalledOff),
    "cache_list": Method(params.Listing, _library_list, results.Tracks),
    "cache_delete": Method(params.Track, _library_delete, results.Deleted),
    "cache_stats": Method(params.Nothing, _library_stats, results.Stats),
    "cache_clear": Method(params.Clear, _library_clear, results.Cleared),
    **playback.TABLE,
    **radio.TABLE,
}
