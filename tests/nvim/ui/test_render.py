"""The studio's list as text: what is shown, what gives way, what never breaks the layout."""

import pytest

from fixtures.editor import Editor
from fixtures.scenes import (
    BUSY,
    CAPACITY,
    EMPTY,
    FAILED,
    NIGHT_TRAIN,
    NOW,
    RADIO,
    SCENES,
    SHELF,
    SILENT,
    Json,
    Message,
    library,
    playback,
    playing,
    progress,
    queued,
    track,
    track_id,
)

DRAW = """
local messages, view = ...
local state = require("lofi.state")
state.reset()
for _, message in ipairs(messages) do
  state.apply(message[1], message[2])
end
view.icons = require("lofi.ui.icons")[view.icons]
view.keys = require("lofi.ui.keys").by_action(require("lofi.ui.keys").list)
local screen = require("lofi.ui.render").list(state.get(), view)
for index, row in ipairs(screen.rows) do
  screen.rows[index] = row.id or ""
end
return screen
"""


def draw(bench: Editor, messages: list[Message], width: int, **view: object) -> Json:
    """``lines``, ``marks`` of each (first byte, byte after the last, group), and ``rows``: ids."""
    asked = {"width": width, "icons": "unicode", "now": NOW, **view}
    screen: Json = bench.lua(DRAW, [list(each) for each in messages], asked)
    return screen


def width_of(bench: Editor, line: str) -> int:
    """In cells of the screen."""
    cells: int = bench.nvim.funcs.strdisplaywidth(line)
    return cells


WIDTHS = [10, 20, 38, 40, 59, 60, 78, 80, 118, 160]


def line_with(lines: list[str], words: str) -> str:
    """The one line that holds the words."""
    (found,) = [line for line in lines if words in line]
    return found


@pytest.mark.parametrize("icons", ["unicode", "ascii"])
@pytest.mark.parametrize("scene", SCENES)
def test_no_line_is_wider_than_the_window(bench: Editor, scene: str, icons: str) -> None:
    for width in WIDTHS:
        for line in draw(bench, SCENES[scene], width, icons=icons)["lines"]:
            assert width_of(bench, line) <= width, (width, line)


def test_the_ascii_icons_are_all_there_is_beside_the_users_own_words(bench: Editor) -> None:
    scene = [library(NIGHT_TRAIN), *FAILED[1:], *RADIO[2:]]
    for line in draw(bench, scene, 80, icons="ascii")["lines"]:
        assert line.isascii(), line


def test_every_mark_lies_within_its_line(bench: Editor) -> None:
    for scene in SCENES.values():
        screen = draw(bench, scene, 70)
        for line, marks in zip(screen["lines"], screen["marks"], strict=True):
            for first, last, group in marks:
                assert 0 <= first < last <= len(line.encode()), (line, group)
                assert line.encode()[first:last].strip(), (line, group)


def test_columns_stand_below_one_another_whatever_the_script(bench: Editor) -> None:
    lines = draw(bench, BUSY, 100)["lines"]
    ends = set()
    for name, length in [
        ("night train", "0:30"),
        ("tape hiss", "1:00"),
        ("雨の夜", "0:30"),
        ("coffee shop at dawn ☕", "4:00"),
    ]:
        rows = [line for line in lines[7:] if name in line]
        ends.add(width_of(bench, rows[0][: rows[0].index(length)]))
    assert len(ends) == 1


def test_columns_go_before_bars_and_bars_before_what_is_needed(bench: Editor) -> None:
    def running(width: int) -> str:
        return line_with(draw(bench, BUSY, width)["lines"], "58%")

    assert "34/60" in running(100)
    assert "━" in running(100)
    assert "34/60" not in running(56)
    assert "━" in running(56)
    assert "━" not in running(36)
    assert "0:41" in running(36)
    kept = line_with(draw(bench, BUSY, 36)["lines"], "tape hiss")
    assert "1:00" in kept
    assert "procedural" not in kept


def test_a_seed_of_32_bits_is_shown_whole(bench: Editor) -> None:
    assert "seed 4294967295" in "".join(draw(bench, BUSY, 100)["lines"])


def test_text_from_outside_cannot_break_lines_or_send_control_characters(bench: Editor) -> None:
    nasty = "a\nb\tc\x1b[31md\x00e\x7ff\u009bg\u202eh\u200bi"
    scene: list[Message] = [
        library(track(1, nasty, backend=nasty, favorite=True)),
        (
            "playback_changed",
            playing(track(1, nasty), 1.0, problem={"message": nasty, "recovery": nasty}),
        ),
        queued(2, nasty, 0),
        (
            "generation_error",
            {"track_id": track_id(2), "code": nasty, "message": nasty, "recovery": nasty},
        ),
        queued(3, nasty, 1),
    ]
    for line in draw(bench, scene, 80)["lines"]:
        assert line.isprintable(), repr(line)


def test_what_the_daemon_says_in_a_wrong_type_is_survived(bench: Editor) -> None:
    odd = {"track_id": track_id(1), "prompt": 7, "duration_sec": "x", "seed": [], "created_at": {}}
    scene: list[Message] = [
        ("library_list", {"tracks": [odd, 3, "x", {}], "total": "many"}),
        ("playback_changed", playback(state="playing", radio={}, timer={}, title=7, problem={})),
        ("queue_changed", {"current": 3, "pending": [3, {}], "capacity": "x"}),
        ("generation_error", {"track_id": track_id(1), "code": 1, "message": [], "recovery": {}}),
        ("download_progress", {"backend": "x", "bytes_total": 0, "bytes_downloaded": "x"}),
    ]
    assert draw(bench, scene, 80)["lines"]


def test_an_empty_library_says_what_to_do(bench: Editor) -> None:
    lines = draw(bench, EMPTY, 80)["lines"]
    assert "no tracks yet: press i" in "\n".join(lines)
    assert "nothing plays" in "\n".join(lines)


def test_a_library_that_was_not_read_yet_is_not_called_empty(bench: Editor) -> None:
    assert "no tracks yet" not in "\n".join(draw(bench, [], 80)["lines"])


def test_a_failure_says_why_and_what_to_do_where_the_job_was(bench: Editor) -> None:
    screen = draw(bench, FAILED, 80)
    lines = screen["lines"]
    at = lines.index(line_with(lines, "vapor dreams"))
    assert "a again  dd dismiss" in lines[at]
    assert "crashed (SIGABRT)" in lines[at + 1]
    assert "→ try again" in lines[at + 2]
    assert len(set(screen["rows"][at : at + 3])) == 1


def test_a_long_reason_is_wrapped_and_cut_after_three_lines(bench: Editor) -> None:
    scene = [queued(1, "x", 0)]
    scene.append(
        (
            "generation_error",
            {"track_id": track_id(1), "code": "X", "message": "雨" * 300, "recovery": ""},
        )
    )
    lines = [line for line in draw(bench, scene, 40)["lines"] if "雨" in line]
    assert len(lines) == 3
    assert lines[2].endswith("…")


def test_a_dismissed_failure_is_gone_until_it_fails_again(bench: Editor) -> None:
    order = 2  # one count for the job, one for its end
    shown = "\n".join(draw(bench, FAILED, 80, dismissed={track_id(16): order})["lines"])
    assert "vapor dreams" not in shown
    assert "a forest in the morning" in shown
    again = [*FAILED, FAILED[3], FAILED[4]]
    assert "vapor dreams" in "\n".join(
        draw(bench, again, 80, dismissed={track_id(16): order})["lines"]
    )


def test_the_position_goes_on_between_two_messages_and_stops_at_the_end(bench: Editor) -> None:
    def time(now: float) -> str:
        return line_with(draw(bench, BUSY, 80, now=now)["lines"], "vol 40%")

    assert "0:18 / 0:30" in time(NOW)
    assert "0:23 / 0:30" in time(NOW + 5)
    assert "0:30 / 0:30" in time(NOW + 500)
    assert "0:18 / 0:30" in time(NOW - 500)


def test_a_paused_track_stands_still(bench: Editor) -> None:
    still = playing(NIGHT_TRAIN, 18.0, state="paused")
    still["position"] = {"position": 18.0, "at": NOW, "playing": False}
    lines = draw(bench, [SHELF, ("playback_changed", still)], 80, now=NOW + 60)["lines"]
    assert "‖ night train" in lines[1]
    assert "0:18 / 0:30" in lines[1]


def test_what_is_mute_says_so(bench: Editor) -> None:
    mute: Message = ("playback_changed", playing(NIGHT_TRAIN, 1.0, muted=True))
    assert "muted" in draw(bench, [mute], 80)["lines"][1]


def test_the_track_that_plays_is_marked_in_the_library_beside_its_star(bench: Editor) -> None:
    lines = draw(bench, BUSY, 80)["lines"]
    assert any(line.startswith(" ▶★ night train") for line in lines)


def test_the_radio_and_the_timer_have_lines_of_their_own(bench: Editor) -> None:
    lines = draw(bench, RADIO, 120)["lines"]
    assert "▶ blue hour, second chorus" in lines[1]
    assert "1:35" in lines[1]
    for fact in [
        "rainy jazz",
        "live engine",
        "next is being made",
        "72 bpm",
        "D minor",
        "2 kept",
        "no vinyl",
    ]:
        assert fact in lines[2]
    assert "focus" in lines[3]
    assert "18:20 left" in lines[3]
    assert "17:20 left" in draw(bench, RADIO, 120, now=NOW + 60)["lines"][3]


def test_jobs_stand_in_the_order_in_which_they_are_done(bench: Editor) -> None:
    rows = [row for row in draw(bench, BUSY, 80)["rows"] if row.startswith("job:")]
    assert rows == [f"job:{track_id(number)}" for number in (16, 17, 18)]


def test_a_job_that_another_overtakes_moves_down(bench: Editor) -> None:
    moved: Message = (
        "queue_changed",
        {
            "current": None,
            "pending": [
                {"track_id": track_id(18), "prompt": "b", "position": 1, "priority": "normal"},
                {"track_id": track_id(17), "prompt": "a", "position": 2, "priority": "normal"},
            ],
            "capacity": 10,
        },
    )
    rows = [row for row in draw(bench, [*BUSY, moved], 80)["rows"] if row.startswith("job:")]
    assert rows == [f"job:{track_id(number)}" for number in (16, 18, 17)]


def test_a_track_about_to_be_deleted_says_how(bench: Editor) -> None:
    lines = draw(bench, BUSY, 80, armed=f"track:{track_id(2)}")["lines"]
    assert line_with(lines, "dd again deletes tape hiss lullaby")


def test_the_bar_is_empty_at_the_beginning_and_full_at_the_end(bench: Editor) -> None:
    def bar(percent: int) -> str:
        return line_with(draw(bench, [queued(1, "x", 0), progress(1, percent)], 80)["lines"], " x ")

    assert "━" not in bar(0)
    assert bar(99).count("━") == bar(50).count("━") + bar(50).count("─") - 0
    assert bar(50).count("━") in {bar(50).count("─"), bar(50).count("─") + 1}


def test_wide_icons_make_shorter_bars_and_no_longer_lines(bench: Editor) -> None:
    bench.command("set ambiwidth=double")
    try:
        for scene in SCENES.values():
            for width in WIDTHS:
                for line in draw(bench, scene, width)["lines"]:
                    assert width_of(bench, line) <= width
    finally:
        bench.command("set ambiwidth=single")


def test_the_number_of_jobs_is_told_with_the_capacity(bench: Editor) -> None:
    assert "queue 3/10" in "\n".join(draw(bench, BUSY, 80)["lines"])
    assert "library 5" in "\n".join(draw(bench, BUSY, 80)["lines"])
    some: Message = ("library_list", {"tracks": [NIGHT_TRAIN], "total": 214})
    assert "library 1 of 214" in "\n".join(draw(bench, [some, CAPACITY, SILENT], 80)["lines"])


AGES = {
    "2026-01-31T21:04:00+00:00": "just now",
    "2026-01-31T21:02:00+00:00": "2 min ago",
    "2026-01-31T18:00:00+00:00": "3 h ago",
    "2026-01-30T20:00:00+00:00": "yesterday",
    "2026-01-20T09:00:00+00:00": "11 d ago",
    "2025-06-01T00:00:00+00:00": "2025-06-01",
    "2026-02-01T00:00:00+00:00": "just now",
    "soon": "",
}


def test_ages_are_told_as_people_tell_them(bench: Editor) -> None:
    ago = 'local iso, now = ... return require("lofi.ui.when").ago(iso, now)'
    assert {iso: bench.lua(ago, iso, NOW) for iso in AGES} == AGES


@pytest.mark.parametrize(
    ("iso", "seconds"),
    [
        ("1970-01-01T00:00:00+00:00", 0),
        ("2000-02-29T12:00:00+00:00", 951_825_600),
        ("2026-01-31T21:04:11+00:00", 1_769_893_451),
        ("2100-03-01T00:00:00+00:00", 4_107_542_400),
    ],
)
def test_dates_are_counted_as_the_calendar_does(bench: Editor, iso: str, seconds: int) -> None:
    assert bench.lua('return require("lofi.ui.when").unix(...)', iso) == seconds


WIDTHS_OF_STUDIOS = [
    # layout, width wished, columns of the screen, width there is
    ("float", 80, 160, 80),
    ("float", 80, 60, 60),
    ("float", 0.5, 160, 80),
    ("float", 1, 160, 160),
    ("float", 0.1, 160, 36),
    ("float", 0.1, 20, 20),
    ("right", 80, 160, 80),
    ("right", 80, 120, 60),
    ("right", 0.3, 160, 48),
    ("right", 0.8, 160, 80),
    ("right", 1, 160, 80),
]


@pytest.mark.parametrize(("layout", "wish", "columns", "width"), WIDTHS_OF_STUDIOS)
def test_the_studio_is_as_wide_as_wished_where_there_is_room(
    bench: Editor, layout: str, wish: float, columns: int, width: int
) -> None:
    places = bench.lua(
        """
        local layout, wish, columns = ...
        local frame = require("lofi.ui.frame")
        local size = { columns = columns, lines = 30, top = 0 }
        local ui = { layout = layout, width = wish }
        return layout == "float" and frame.float(size, ui, nil, 0) or frame.split(size, ui)
        """,
        layout,
        wish,
        columns,
    )
    assert places["list"]["width"] == width
