"""``:Lofi``: which subcommand is meant, what it asks of the daemon, and what it offers."""

from typing import Any

import pytest

from fixtures.editor import Editor, Fake

NOTES = """
_G.notes = {}
vim.notify = function(text) table.insert(_G.notes, text) end
"""


def notes(editor: Editor) -> list[str]:
    found: list[str] = editor.lua("return _G.notes")
    return found


def offered(editor: Editor, line: str) -> list[str]:
    found: list[str] = editor.lua('return vim.fn.getcompletion(..., "cmdline")', line)
    return found


def told(editor: Editor, fake: Fake, method: str) -> list[dict[str, Any]]:
    """The calls of a method, once there is one."""
    editor.wait(
        "vim.fn.filereadable(a) == 1 and table.concat(vim.fn.readfile(a)):find(b, 1, true) ~= nil",
        str(fake.diary),
        f'"method": "{method}"',
    )
    return fake.heard(method)


def test_the_first_word_decides_and_anything_else_is_a_prompt(editor: Editor, fake: Fake) -> None:
    for line in ("rainy night 80", "generate pause for thought", "music to stop"):
        editor.command(f"Lofi {line}")
        editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) > 0')
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 3')
    prompts = [call["prompt"] for call in fake.heard("generate")]
    assert prompts == ["rainy night 80", "pause for thought", "music to stop"]


def test_options_reach_the_daemon(editor: Editor, fake: Fake) -> None:
    editor.command("Lofi! generate rain duration=60 seed=42 backend=ace_step steps=27 guidance=7")
    assert told(editor, fake, "generate") == [
        {
            "prompt": "rain",
            "duration_sec": 60,
            "seed": 42,
            "backend": "ace_step",
            "inference_steps": 27,
            "guidance_scale": 7,
            "priority": "high",
        }
    ]


def test_a_style_becomes_words_of_the_prompt(editor: Editor, fake: Fake) -> None:
    editor.command("Lofi generate mellow piano style=classic-lofi-hip-hop")
    assert told(editor, fake, "generate")[0]["prompt"] == "classic lofi hip hop, mellow piano"


def test_selected_lines_are_the_prompt(editor: Editor, fake: Fake) -> None:
    editor.nvim.current.buffer[:] = ["rainy night", "  mellow piano"]
    editor.command("%Lofi generate duration=60")
    call = told(editor, fake, "generate")[0]
    assert (call["prompt"], call["duration_sec"]) == ("rainy night mellow piano", 60)


def test_selected_words_are_the_prompt(editor: Editor, fake: Fake) -> None:
    editor.nvim.current.buffer[:] = ["-- TODO: rainy night, of course"]
    editor.lua('vim.api.nvim_feedkeys("9|v18|", "ntx", false)')
    editor.lua('vim.api.nvim_feedkeys(vim.keycode("<Esc>"), "ntx", false)')
    editor.nvim.current.buffer[:] = ["-- hm 😀 rainy night, of course"]
    editor.command("normal! 0fr" + "v/night" + "\r" + "e" + "\x1b")
    editor.command("'<,'>Lofi generate")
    assert told(editor, fake, "generate")[0]["prompt"] == "rainy night"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pasue", "lofi: there is no :Lofi pasue, did you mean :Lofi pause?"),
        ("volumee", "lofi: there is no :Lofi volumee, did you mean :Lofi volume?"),
        ("generate rain duraton=3", "lofi: there is no duraton=, did you mean duration=?"),
        ("generate rain seed=x", "lofi: seed=x is not valid"),
        ("pause now", "lofi: :Lofi pause takes nothing"),
        ("volume loud", "lofi: :Lofi volume takes 0 to 100"),
        ("seek there", "lofi: :Lofi seek takes seconds"),
        ("mute maybe", "lofi: :Lofi mute takes on, off or nothing"),
        ("variations many", "lofi: :Lofi variations takes a number"),
        ("move", "lofi: :Lofi move takes a job"),
        ("steer", "lofi: :Lofi steer takes"),
        ("steer like=so", "lofi: like=so is not valid: use more or less"),
        ("timer soon", "lofi: :Lofi timer takes minutes"),
        ("keep it", "lofi: :Lofi keep takes a number of seconds"),
        ("crossfade", "lofi: :Lofi crossfade takes a number of seconds"),
        ("download", "lofi: :Lofi download takes a backend"),
        ("delete", "lofi: :Lofi delete takes a track"),
        ("again once more", "lofi: :Lofi again takes no prompt"),
    ],
)
def test_what_makes_no_sense_is_answered_and_starts_no_daemon(
    editor: Editor, fake: Fake, line: str, message: str
) -> None:
    editor.lua(NOTES)
    editor.command(f"Lofi {line}")
    assert len(notes(editor)) == 1
    assert notes(editor)[0].startswith(message)
    assert fake.births() == []


@pytest.mark.parametrize("line", ["Lofi! pause", "1Lofi pause"])
def test_a_bang_or_a_range_that_means_nothing_is_refused(editor: Editor, line: str) -> None:
    editor.lua(NOTES)
    editor.command(line)
    assert "takes no" in notes(editor)[0]


@pytest.mark.parametrize(
    ("line", "method", "params"),
    [
        ("play", "play", {}),
        ("play 00000000000000c8", "play", {"track_id": "00000000000000c8"}),
        ("toggle", "toggle", {}),
        ("LofiPlay", "play", {}),
        ("volume 40", "volume_set", {"level": 0.4}),
        ("volume +5", "volume_set", {"delta": 0.05}),
        ("volume -5", "volume_set", {"delta": -0.05}),
        ("volume", "volume_get", {}),
        ("mute", "mute", {}),
        ("mute off", "mute", {"muted": False}),
        ("duck", "duck", {"active": True}),
        ("duck off", "duck", {"active": False}),
        ("device Big Speakers", "audio_device_set", {"device": "Big Speakers"}),
        ("device default", "audio_device_set", {"device": None}),
        ("crossfade 2.5", "crossfade_set", {"duration_sec": 2.5}),
        ("add 00000000000000c8", "playlist_add", {"track_id": "00000000000000c8"}),
        ("playlist", "playlist_get", {}),
        ("playlist clear", "playlist_clear", {}),
        ("loop all", "playlist_set", {"loop": "all"}),
        ("shuffle", "playlist_set", {"shuffle": True}),
        ("shuffle off", "playlist_set", {"shuffle": False}),
        ("radio warm tape, no drums", "radio_start", {"prompt": "warm tape, no drums"}),
        ("radio CORE-01", "radio_start", {"style": "CORE-01"}),
        ("radio classic lofi hip hop", "radio_start", {"style": "CORE-01"}),
        ("radio", "radio_start", {}),
        ("radio intensity=0.3 like=less", "radio_steer", {"intensity": 0.3, "like": "less"}),
        ("radio tempo=slow rain", "radio_start", {"prompt": "tempo=slow rain"}),
        (
            "steer intensity=0.7 key=Am bpm=80",
            "radio_steer",
            {"intensity": 0.7, "key": "Am", "bpm": 80},
        ),
        (
            "steer mute=drums,bass like=more",
            "radio_steer",
            {"mute": ["drums", "bass"], "like": "more"},
        ),
        ("keep", "keep", {}),
        ("keep 30", "keep", {"seconds": 30}),
        ("timer", "timer_start", {}),
        ("timer 50 10", "timer_start", {"focus_min": 50, "break_min": 10}),
        ("timer off", "timer_stop", {}),
        ("favorite 00000000000000c8", "library_get", {"track_id": "00000000000000c8"}),
        ("delete! 00000000000000c8", "library_delete", {"track_id": "00000000000000c8"}),
        ("download musicgen", "download_backend", {"backend": "musicgen"}),
        ("download! musicgen", "download_backend", {"backend": "musicgen", "consent": True}),
        ("download cancel musicgen", "download_cancel", {"backend": "musicgen"}),
        ("LofiAce rain", "generate", {"prompt": "rain", "duration_sec": 30, "backend": "ace_step"}),
    ],
)
def test_a_line_asks_the_daemon(
    editor: Editor, fake: Fake, line: str, method: str, params: dict[str, Any]
) -> None:
    bang = "!" if line.split(maxsplit=1)[0].endswith("!") else ""
    words = line.replace("!", "", 1) if bang else line
    editor.command(words if words.startswith("Lofi") else f"Lofi{bang} {words}")
    assert told(editor, fake, method) == [params]


@pytest.mark.parametrize(
    ("line", "method", "params"),
    [
        ("pause", "pause", {}),
        ("resume", "resume", {}),
        ("stop", "stop", {}),
        ("next", "next", {}),
        ("skip", "next", {}),
        ("prev", "previous", {}),
        ("seek 1:30", "seek", {"position_sec": 90}),
        ("seek +10", "seek", {"offset_sec": 10}),
        ("seek -10", "seek", {"offset_sec": -10}),
        ("radio off", "radio_stop", {}),
    ],
)
def test_a_line_about_what_plays_asks_a_daemon_that_runs(
    editor: Editor, fake: Fake, line: str, method: str, params: dict[str, Any]
) -> None:
    editor.lua('require("lofi").styles()')
    editor.wait("#require('lofi.state').get().styles == 2")
    editor.command(f"Lofi {line}")
    assert told(editor, fake, method) == [params]


@pytest.mark.parametrize("line", ["pause", "resume", "next", "prev", "seek +10"])
def test_without_a_daemon_nothing_plays_and_none_is_started(
    editor: Editor, fake: Fake, line: str
) -> None:
    editor.lua(NOTES)
    editor.command(f"Lofi {line}")
    editor.wait("#_G.notes == 1")
    assert notes(editor) == ["lofi: nothing plays (:Lofi play begins)"]
    assert fake.births() == []


def test_a_daemon_that_cannot_play_is_excused_with_what_to_do(editor: Editor) -> None:
    editor.lua(NOTES)
    editor.command("Lofi play")
    editor.wait("#_G.notes == 1")
    assert notes(editor)[0].startswith("lofi: this daemon cannot do that yet (run :Lofi install)")


def test_a_track_may_be_called_by_its_prompt(editor: Editor, fake: Fake) -> None:
    editor.command("Lofi play night train")
    assert told(editor, fake, "play") == [{"track_id": "00000000000000c8"}]


def test_a_track_that_there_is_not_is_named(editor: Editor) -> None:
    editor.lua(NOTES)
    editor.command("Lofi play no such thing")
    editor.wait("#_G.notes == 1")
    assert notes(editor) == [
        'lofi: no track is called "no such thing" (:Lofi library shows what there is)'
    ]


def test_again_and_variations_ask_with_the_last_prompt(editor: Editor, fake: Fake) -> None:
    editor.command("Lofi generate rain seed=42 duration=60")
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 1')
    editor.command("Lofi again")
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 2')
    editor.command("Lofi again seed=same")
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 3')
    editor.command("Lofi variations 2")
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 5')
    assert [
        (call["prompt"], call["duration_sec"], call["seed"]) for call in fake.heard("generate")
    ] == [
        ("rain", 60, 42),
        ("rain", 60, None),
        ("rain", 60, 7),
        ("rain", 60, None),
        ("rain", 60, None),
    ]


def test_cancel_gives_up_the_running_job_a_named_one_or_all(editor: Editor, fake: Fake) -> None:
    for prompt in ("rain", "tea", "train"):
        editor.command(f"Lofi generate {prompt}")
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 3')
    editor.command("Lofi cancel tea")
    editor.wait('require("lofi.state").get().jobs["0000000000000001"].status == "cancelled"')
    editor.command("Lofi cancel all")
    editor.wait('not require("lofi").is_generating()')
    assert [call["track_id"][-1] for call in fake.heard("cancel")] == ["1", "0", "2"]


def test_subcommands_are_offered(editor: Editor) -> None:
    assert offered(editor, "Lofi pa") == ["pause"]
    assert offered(editor, "Lofi! gen") == ["generate"]
    names = offered(editor, "Lofi ")
    assert names == sorted(names)
    assert {"generate", "play", "radio", "timer", "studio", "install"} <= set(names)
    assert "skip" not in names


def test_every_subcommand_offers_without_a_daemon_and_without_waiting(editor: Editor) -> None:
    for name in offered(editor, "Lofi "):
        assert isinstance(offered(editor, f"Lofi {name} "), list)


def test_keys_and_styles_are_offered_without_a_daemon(editor: Editor, fake: Fake) -> None:
    assert offered(editor, "Lofi generate rain dur") == ["duration="]
    assert "style=classic-lofi-hip-hop" in offered(editor, "Lofi generate rain style=")
    assert "classic lofi hip hop" in offered(editor, "Lofi generate cla")
    assert "classic lofi hip hop" in offered(editor, "Lofi radio cla")
    assert offered(editor, "Lofi generate priority=") == ["priority=normal", "priority=high"]
    assert "duration=" in offered(editor, "Lofi some prompt dur")
    assert fake.births() == []


def test_backends_and_tracks_are_offered_once_the_daemon_has_told(editor: Editor) -> None:
    assert offered(editor, "Lofi download ") == ["auto"]
    editor.wait("#require('lofi.state').get().backends > 0")
    assert offered(editor, "Lofi download ") == ["procedural", "auto"]
    assert offered(editor, "Lofi generate x backend=p") == ["backend=procedural"]
    assert offered(editor, "Lofi play ") == []
    editor.wait("require('lofi.state').get().library.loaded")
    assert offered(editor, "Lofi play ") == ["night train", "tea"]
    assert offered(editor, "Lofi play night tr") == ["train"]


def test_words_are_offered_behind_a_range_and_modifiers(editor: Editor) -> None:
    assert offered(editor, "'<,'>Lofi gen") == ["generate"]
    assert offered(editor, "silent 1,2Lofi generate dur") == ["duration="]
    assert "duration=" in offered(editor, "LofiAce dur")


def test_every_subcommand_says_what_it_does(editor: Editor) -> None:
    assert (
        editor.lua(
            """
            for name, each in pairs(require("lofi.subcommands")) do
              if type(each.desc) ~= "string" or type(each.impl) ~= "function" then return name end
            end
            return ""
            """
        )
        == ""
    )
