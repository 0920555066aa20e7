"""Text from outside, as it may be shown."""

import pytest

from fixtures.editor import Editor


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("rainy night", "rainy night"),
        ("  rainy\n\tnight\r\n", "rainy night"),
        ("a\x1b[31mred\x07", "a [31mred"),
        ("nul\x00byte", "nul byte"),
        ("del\x7f", "del"),
        ("c1\x9bx", "c1 x"),
        ("bidi\u202etxt\u200b\u2066x", "biditxtx"),
        ("añ♪", "añ♪"),
    ],
)
def test_control_characters_do_not_reach_the_screen(bench: Editor, given: str, shown: str) -> None:
    assert bench.lua('return require("lofi.text").clean(...)', given) == shown


@pytest.mark.parametrize("value", ["nil", "3", "{}", "true"])
def test_anything_becomes_text(bench: Editor, value: str) -> None:
    assert isinstance(bench.lua(f'return require("lofi.text").clean({value})'), str)


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("rainy", 5, "rainy"),
        ("rainy", 4, "rai…"),
        ("rainy", 1, "…"),
        ("rainy", 0, ""),
        ("日本語の音楽", 7, "日本語…"),
        ("日本語の音楽", 6, "日本…"),
        ("", 3, ""),
    ],
)
def test_text_is_cut_by_cells_and_not_by_bytes(
    bench: Editor, text: str, width: int, fitted: str
) -> None:
    assert bench.lua('return require("lofi.text").fit(...)', text, width) == fitted


def test_a_percent_sign_is_no_item_of_the_statusline(bench: Editor) -> None:
    assert bench.lua('return require("lofi.text").statusline("40%\\n")') == "40%%"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (41.9, "0:41"), (61, "1:01"), (3723, "1:02:03"), (-3, "0:00")],
)
def test_a_clock(bench: Editor, seconds: float, shown: str) -> None:
    assert bench.lua('return require("lofi.text").clock(...)', seconds) == shown


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("genrate", "generate"),
        ("pasue", "pause"),
        ("Pause", "pause"),
        ("volumen", "volume"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_the_word_that_was_probably_meant(bench: Editor, word: str, near: str | None) -> None:
    code = 'return require("lofi.text").nearest(..., { "generate", "pause", "volume" })'
    assert bench.lua(code, word) == near
