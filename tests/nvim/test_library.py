"""Finished tracks and models: the public functions, as the daemon hears them."""

from pathlib import Path

import pytest

from fixtures.daemon import until
from fixtures.editor import Editor, Fake

NIGHT = "00000000000000c8"
ANSWER = """
local methods = ...
local request = require("lofi.daemon").request
require("lofi.daemon").request = function(method, params, cb)
  local known = methods[method]
  if not known then return request(method, params, cb) end
  _G.asked = _G.asked or {}
  table.insert(_G.asked, { method, params })
  vim.schedule(function() cb(known.err, known.result) end)
end
"""


def test_the_library_is_listed_and_mirrored(editor: Editor) -> None:
    editor.lua('require("lofi").library(nil, function(_, tracks) _G.tracks = tracks end)')
    editor.wait("_G.tracks ~= nil")
    assert editor.lua("return vim.tbl_map(function(t) return t.prompt end, _G.tracks)") == [
        "night train",
        "tea",
    ]
    assert editor.lua('return require("lofi").state().library.loaded')


def test_a_search_does_not_change_the_mirror(editor: Editor, fake: Fake) -> None:
    editor.lua('require("lofi").library({ query = "tea" }, function() _G.done = true end)')
    editor.wait("_G.done")
    assert editor.lua('return require("lofi").state().library.loaded') is False
    assert fake.heard("library_list") == [{"query": "tea"}]


def test_a_favourite_is_one_no_longer(editor: Editor) -> None:
    track = {"track_id": NIGHT, "favorite": True}
    marked = {"track_id": NIGHT, "favorite": False}
    editor.lua(ANSWER, {"library_get": {"result": track}, "library_favorite": {"result": marked}})
    editor.lua('require("lofi").favorite(..., nil, function(_, t) _G.track = t end)', NIGHT)
    editor.wait("_G.track ~= nil")
    assert editor.lua("return _G.asked[2]") == [
        "library_favorite",
        {"track_id": NIGHT, "favorite": False},
    ]


@pytest.mark.parametrize("call", ["favorite(nil, nil, cb)", "export(nil, nil, cb)"])
def test_without_a_current_track_one_has_to_be_named(editor: Editor, fake: Fake, call: str) -> None:
    editor.lua(f'local function cb(err) _G.name = err.name end require("lofi").{call}')
    editor.wait("_G.name == 'NO_TRACK'")
    assert fake.births() == []


def test_a_track_is_exported_to_a_path_of_ones_own(editor: Editor, tmp_path: Path) -> None:
    made = tmp_path / "export.flac"
    made.write_bytes(b"sound")
    editor.lua(ANSWER, {"library_export": {"result": {"track_id": NIGHT, "path": str(made)}}})
    target = tmp_path / "mine.flac"
    ask = """
        local id, path, force = ...
        _G.answer = nil
        require("lofi").export(id, { path = path, force = force }, function(err, result)
          _G.answer = { err and err.name or "", result and result.path or "" }
        end)
    """
    editor.lua(ask, NIGHT, str(target), False)
    editor.wait("_G.answer ~= nil")
    assert editor.lua("return _G.answer") == ["", str(target)]
    assert target.read_bytes() == b"sound"
    assert editor.lua("return _G.asked[1][2].format") == "flac"
    made.write_bytes(b"other sound")
    editor.lua(ask, NIGHT, str(target), False)
    editor.wait("_G.answer ~= nil")
    assert editor.lua("return _G.answer[1]") == "OUTPUT_EXISTS"
    assert target.read_bytes() == b"sound"
    editor.lua(ask, NIGHT, str(target), True)
    editor.wait("_G.answer ~= nil")
    assert target.read_bytes() == b"other sound"
    editor.lua(ask, NIGHT, str(tmp_path / "nowhere" / "x.wav"), False)
    editor.wait("_G.answer ~= nil")
    assert editor.lua("return _G.answer[1]") == "CACHE_WRITE_ERROR"


def test_a_file_that_is_no_sound_is_refused(editor: Editor, fake: Fake) -> None:
    editor.lua('require("lofi").export("x", { path = "song.txt" }, function(err) _G.err = err end)')
    editor.wait("_G.err ~= nil")
    assert editor.lua("return _G.err.message") == "song.txt names no sound file"
    assert editor.lua("return _G.err.hint") == "end its name in .wav, .flac, .ogg, .mp3"
    assert fake.births() == []


CONSENT = {
    "code": -32012,
    "name": "DOWNLOAD_CONSENT_REQUIRED",
    "message": "musicgen: 2.3 GB, CC-BY-NC-4.0",
    "hint": "confirm the download",
}
SELECT = "vim.ui.select = function(items, opts, done) _G.prompt = opts.prompt done(items[{}]) end"


def test_a_download_asks_before_it_begins(editor: Editor) -> None:
    editor.lua(ANSWER, {"download_backend": {"err": CONSENT}})
    editor.lua(SELECT.format(2))
    editor.lua('require("lofi").download("musicgen", nil, function(err) _G.err = err end)')
    editor.wait("_G.err ~= nil")
    assert editor.lua("return { _G.prompt, _G.err.name, #_G.asked }") == [
        "musicgen: 2.3 GB, CC-BY-NC-4.0",
        "DOWNLOAD_CONSENT_REQUIRED",
        1,
    ]


def test_a_download_that_was_agreed_to_ends_with_its_callback(editor: Editor) -> None:
    started = {"backend": "musicgen", "status": "started", "already_installed": False}
    editor.lua(ANSWER, {"download_backend": {"result": started}})
    editor.lua(
        """
        _G.calls = {}
        require("lofi").download("musicgen", { consent = true }, function(err, result)
          table.insert(_G.calls, { err and err.name or "", result and result.model or "" })
        end)
        """
    )
    editor.wait("#_G.asked == 1")
    assert editor.lua("return _G.asked[1][2]") == {"backend": "musicgen", "consent": True}
    complete = {"backend": "musicgen", "model": "musicgen-small-fp32", "files_total": 5}
    editor.lua(
        "require('lofi.notifications').take('download_complete', ...)",
        complete,
    )
    editor.wait("#_G.calls == 1")
    assert editor.lua("return _G.calls") == [["", "musicgen-small-fp32"]]


def test_a_download_that_fails_says_why(editor: Editor) -> None:
    editor.lua(
        ANSWER,
        {"download_backend": {"result": {"backend": "musicgen", "already_installed": False}}},
    )
    editor.lua('require("lofi").download("musicgen", nil, function(err) _G.err = err end)')
    editor.wait("#_G.asked == 1")
    editor.wait("true")
    failed = {
        "backend": "musicgen",
        "code": "MODEL_DOWNLOAD_FAILED",
        "message": "no network",
        "recovery": "check",
    }
    editor.lua(
        "require('lofi.notifications').take('download_error', ...)",
        failed,
    )
    editor.wait("_G.err ~= nil")
    assert editor.lua("return { _G.err.code, _G.err.message, _G.err.hint }") == [
        -32002,
        "no network",
        "check",
    ]


def test_the_mirror_follows_what_others_do_to_the_library(editor: Editor, fake: Fake) -> None:
    editor.lua('require("lofi").library(nil, function() _G.listed = true end)')
    editor.wait("_G.listed")
    changed = {"reason": "favorite", "track_ids": [NIGHT]}
    editor.lua(
        "require('lofi.daemon').request('say', { messages = { ... } }, function() end)",
        {"method": "library_changed", "params": changed},
    )
    assert until(lambda: fake.heard("library_get") == [{"track_id": NIGHT}])


def test_the_players_settings_reach_each_new_daemon(start: object, fake: Fake) -> None:
    player = {"volume": 0.3}
    radio = {"strategy": "preset_cycle", "presets": ["rain"], "ahead": True}
    editor = start("puppet", settings={"player": player, "radio": radio})  # type: ignore[operator]
    editor.lua("require('lofi.daemon').start()")
    assert until(lambda: bool(fake.heard("prefetch_config")))
    assert fake.heard("volume_set") == [{"level": 0.3}]
    assert fake.heard("prefetch_config") == [
        {"enabled": True, "strategy": "preset_cycle", "presets": ["rain"]}
    ]
