"""Lists through ``vim.ui.select``, and telescope's: what is offered, and what choosing does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.editor import Editor, Fake, other_plugin
from fixtures.scenes import BUSY, NOW, RADIO, Message, library, playback, track, track_id
from fixtures.screen import settle, stage, tell
from fixtures.wavfile import wav

Start = Callable[..., Editor]

CHOOSE = """
_G.lists = {}
local choices = ...
vim.ui.select = function(items, opts, done)
  local shown = vim.tbl_map(opts.format_item, items)
  table.insert(_G.lists, { kind = opts.kind, prompt = opts.prompt, items = shown })
  local wanted = table.remove(choices, 1)
  for index, line in ipairs(shown) do
    if wanted and line:find(wanted, 1, true) then
      return done(items[index], index)
    end
  end
  done(nil, nil)
end
"""


ANSWERS: list[Message] = [
    ("play", playback()),
    ("radio_start", playback()),
    ("library_favorite", track(2, "tape hiss lullaby", favorite=True)),
    ("library_delete", {"deleted": True}),
    ("library_export", {"path": "/music/lofi.wav"}),
    ("queue_move", {"current": None, "pending": [], "capacity": 10}),
]
"""For actions that have no callback: an error would be shown, and that takes Neovim a second."""


@pytest.fixture
def chooser(editor: Editor) -> Editor:
    """One in the middle of work."""
    stage(editor, [*BUSY, *ANSWERS], NOW)
    tell(editor, BUSY)
    return editor


def choose(editor: Editor, picker: str, *choices: str) -> list[dict[str, object]]:
    """Open a picker and make the choices; the lists that were shown."""
    editor.lua(CHOOSE, list(choices))
    editor.lua(f'require("lofi.picker").{picker}()')
    editor.wait(f"#_G.lists >= {max(1, len(choices))}")
    lists: list[dict[str, object]] = editor.lua("return _G.lists")
    return lists


def settled(editor: Editor, fake: Fake, method: str) -> list[dict[str, object]]:
    """What was heard of a method, once everything that was asked before is answered."""
    settle(editor)
    return fake.heard(method)


def test_the_library_is_chosen_from_then_what_to_do(chooser: Editor, fake: Fake) -> None:
    tracks, actions = choose(chooser, "library", "lullaby", "Play")
    assert tracks["kind"] == "lofi.library"
    assert actions["kind"] == "lofi.action"
    items = tracks["items"]
    assert isinstance(items, list)
    assert items[0] == "★ night train" + " " * 29 + "  0:30 · musicgen · 2 min ago"
    assert all("\n" not in item for item in items)
    assert settled(chooser, fake, "play") == [{"track_id": track_id(2)}]


@pytest.mark.parametrize(
    ("label", "method", "params"),
    [
        ("Favourite", "library_favorite", {"track_id": track_id(2), "favorite": True}),
        ("Radio", "radio_start", {"prompt": "tape hiss lullaby"}),
        ("Export", "library_export", {"track_id": track_id(2)}),
        ("Again", "generate", {"prompt": "tape hiss lullaby", "duration_sec": 30}),
    ],
)
def test_each_action_does_what_it_says(
    chooser: Editor, fake: Fake, label: str, method: str, params: dict[str, object]
) -> None:
    choose(chooser, "library", "lullaby", label)
    assert settled(chooser, fake, method) == [params]


def test_deleting_asks_once_more(chooser: Editor, fake: Fake) -> None:
    choose(chooser, "library", "lullaby", "Delete", "Keep")
    assert settled(chooser, fake, "library_delete") == []
    choose(chooser, "library", "lullaby", "Delete", "Delete it")
    assert settled(chooser, fake, "library_delete") == [{"track_id": track_id(2)}]


def test_the_queue_is_chosen_from(chooser: Editor, fake: Fake) -> None:
    jobs, _ = choose(chooser, "queue", "図書館", "next")
    items = jobs["items"]
    assert isinstance(items, list)
    assert items[0].startswith("● rainy window, mellow piano, vinyl crack… ") or "58%" in items[0]
    assert settled(chooser, fake, "queue_move") == [{"track_id": track_id(18), "position": 1}]
    choose(chooser, "queue", "rainy", "Cancel")
    assert settled(chooser, fake, "cancel") == [{"track_id": track_id(16)}]


def test_a_style_goes_into_the_prompt_line(chooser: Editor) -> None:
    (styles,) = choose(chooser, "styles", "Dusty")
    assert styles["items"] == ["Rainy Day", "Dusty Jazz"]
    chooser.wait('require("lofi.ui.studio").current() ~= nil')
    assert chooser.lua('return require("lofi.ui.studio").current().prompt:text()') == "dusty jazz"


def test_earlier_prompts_are_offered_once_each(chooser: Editor) -> None:
    chooser.lua('require("lofi").library(nil, function() _G.read = true end)')
    chooser.wait("_G.read")
    for words in ["one", "two", "night train"]:
        chooser.lua('require("lofi.ui.history").add(...)', words)
    (prompts,) = choose(chooser, "prompts")
    items = prompts["items"]
    assert isinstance(items, list)
    assert items[:4] == ["night train", "two", "one", "tape hiss lullaby"]
    assert len(items) == len(set(items))


def test_a_backend_is_chosen_for_this_session(chooser: Editor, fake: Fake) -> None:
    (backends,) = choose(chooser, "backends", "Procedural")
    assert backends["items"] == ["Procedural      ready: works"]
    chooser.lua('require("lofi").generate("rain")')
    assert settled(chooser, fake, "generate")[0]["backend"] == "procedural"


@pytest.mark.parametrize(
    ("choice", "params"),
    [
        ("Without drums", {"mute": ["drums"]}),
        ("With vinyl again", {"unmute": ["vinyl"]}),
        ("Faster, 77 bpm", {"bpm": 77}),
        ("Slower, 67 bpm", {"bpm": 67}),
        ("In another key", {"key": "A minor"}),
    ],
)
def test_the_radio_is_steered(
    editor: Editor, fake: Fake, choice: str, params: dict[str, object]
) -> None:
    stage(editor, [*RADIO, *ANSWERS, ("radio_steer", playback())], NOW)
    tell(editor, RADIO)
    editor.lua('vim.ui.input = function(_, done) done(" A minor ") end')
    choose(editor, "radio", choice)
    assert settled(editor, fake, "radio_steer") == [params]


def test_nothing_to_choose_from_is_said(editor: Editor) -> None:
    editor.lua('require("lofi.picker").queue()')
    assert "no jobs" in editor.messages()


def late(at: float) -> float:
    """Silent at first, loud at the end."""
    return float(at >= 0.5)


def peaks(editor: Editor, path: Path, columns: int) -> object:
    """What the waveform module finds, or its complaint."""
    editor.lua(
        """
        local path, columns = ...
        _G.found = nil
        require("lofi.waveform").peaks(path, columns, function(problem, found)
          _G.found = problem or found
        end)
        """,
        str(path),
        columns,
    )
    editor.wait("_G.found ~= nil")
    found: object = editor.lua("return _G.found")
    return found


def test_a_waveform_is_read_from_the_file(bench: Editor, tmp_path: Path) -> None:
    wav(tmp_path / "a.wav", late)
    found = peaks(bench, tmp_path / "a.wav", 10)
    assert found == [0.0] * 5 + [pytest.approx(1.0, abs=1e-3)] * 5


@pytest.mark.parametrize("columns", [1, 7, 500])
def test_it_has_as_many_columns_as_were_asked_for(
    bench: Editor, tmp_path: Path, columns: int
) -> None:
    wav(tmp_path / "a.wav", late)
    found = peaks(bench, tmp_path / "a.wav", columns)
    assert isinstance(found, list)
    assert len(found) == columns


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFF\0\0\0\0WAVE" + b"\0" * 40,
        b"x" * 100,
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + b"\0" * 40,
    ],
)
def test_what_is_no_sound_is_called_so(bench: Editor, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    assert isinstance(peaks(bench, tmp_path / "a.wav", 10), str)


def test_a_file_that_is_not_there_is_no_trouble(bench: Editor, tmp_path: Path) -> None:
    assert peaks(bench, tmp_path / "none.wav", 10) == "the file cannot be read"


def test_a_sound_without_length_is_drawn_flat(bench: Editor, tmp_path: Path) -> None:
    wav(tmp_path / "a.wav", late, seconds=0.0)
    assert peaks(bench, tmp_path / "a.wav", 4) == [0, 0, 0, 0]


def test_the_drawing_is_as_high_as_there_is_room(bench: Editor) -> None:
    drawn = bench.lua('return require("lofi.waveform").draw({ 0, 0.25, 0.5, 1 }, 2)')
    assert drawn == ["   █", " ▄██"]


@pytest.fixture
def telescope(start: Start, tmp_path: Path) -> Editor:
    """One with telescope, in a library of two tracks of which one has a file."""
    flags = [
        word
        for name in ("plenary", "telescope")
        for word in ("--cmd", f"set runtimepath+={other_plugin(name)}")
    ]
    editor = start("puppet", flags=flags)
    editor.command("set columns=120 lines=40")
    wav(tmp_path / "a.wav", late)
    kept = library(
        track(1, "night train", path=str(tmp_path / "a.wav")), track(2, "tape hiss lullaby")
    )
    stage(editor, [kept, *ANSWERS], NOW)
    editor.lua('require("telescope").load_extension("lofi")')
    return editor


PICKER = 'require("telescope.actions.state").get_current_picker(vim.api.nvim_get_current_buf())'
SELECTED = 'require("telescope.actions.state").get_selected_entry()'
PREVIEW = (
    f'table.concat(vim.api.nvim_buf_get_lines({PICKER}.previewer.state.bufnr, 0, -1, false), "\\n")'
)


def test_telescope_shows_a_track_with_its_waveform(telescope: Editor, fake: Fake) -> None:
    telescope.command("Telescope lofi")
    telescope.wait(f"{PICKER} ~= nil and {SELECTED} ~= nil")
    telescope.wait(f'({PICKER}.previewer.state or {{}}).bufnr and {PREVIEW}:find("█")')
    assert telescope.lua(f'return {PREVIEW}:find("procedural%-v1") ~= nil')
    telescope.nvim.input("<CR>")
    telescope.wait('vim.bo.filetype ~= "TelescopePrompt"')
    assert settled(telescope, fake, "play") == [{"track_id": track_id(1)}]


def test_telescope_marks_and_deletes(telescope: Editor, fake: Fake) -> None:
    telescope.command("Telescope lofi tracks")
    telescope.wait(f"{PICKER} ~= nil and {SELECTED} ~= nil")
    telescope.nvim.input("<M-f>")
    telescope.wait('require("lofi.state").get() ~= nil')
    assert settled(telescope, fake, "library_favorite") == [
        {"track_id": track_id(1), "favorite": True}
    ]
    telescope.nvim.input("<M-d>")
    assert settled(telescope, fake, "library_delete") == []
    telescope.nvim.input("<M-d>")
    assert settled(telescope, fake, "library_delete") == [{"track_id": track_id(1)}]


def test_telescope_takes_an_earlier_prompt_into_the_studio(telescope: Editor) -> None:
    telescope.lua('require("lofi.ui.history").add("rainy night")')
    telescope.command("Telescope lofi prompts")
    telescope.wait(f"{PICKER} ~= nil and {SELECTED} ~= nil")
    telescope.nvim.input("<CR>")
    telescope.wait('require("lofi.ui.studio").current() ~= nil')
    assert (
        telescope.lua('return require("lofi.ui.studio").current().prompt:text()') == "rainy night"
    )
