"""The grammar of what stands behind ``:Lofi generate``."""

from typing import Any

import pytest

from fixtures.editor import Editor


def read(bench: Editor, line: str) -> Any:  # noqa: ANN401 - options or an error
    opts, err = bench.lua(
        """
        local opts, err = require("lofi.arguments").generate(...)
        if opts and opts.seed == vim.NIL then opts.seed = "drawn" end
        return { opts or false, err or false }
        """,
        line,
    )
    return opts or err


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        ("rainy night", "rainy night"),
        ("lofi 80", "lofi 80"),
        ("synthwave80", "synthwave80"),
        ("1984", "1984"),
        ("  spaces   between  ", "spaces between"),
        ("don't stop", "don't stop"),
        ("'tis the night", "'tis the night"),
        ('"duration=60" of rain', "duration=60 of rain"),
        ("mood=calm", "mood=calm"),
        ("a=b c", "a=b c"),
        ("añ♪ 日本", "añ♪ 日本"),
        ('say "hi there" now', "say hi there now"),
        ("100% rain | snow", "100% rain | snow"),
    ],
)
def test_what_is_no_option_is_the_prompt(bench: Editor, line: str, prompt: str) -> None:
    assert read(bench, line) == {"prompt": prompt}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("x duration=60", "duration_sec", 60),
        ("x duration=60s", "duration_sec", 60),
        ("x duration=1:30", "duration_sec", 90),
        ("x duration=2m", "duration_sec", 120),
        ("duration=60 x", "duration_sec", 60),
        ("x seed=4294967295", "seed", 4294967295),
        ("x seed=new", "seed", "drawn"),
        ("x backend=ace_step", "backend", "ace_step"),
        ("x steps=27", "inference_steps", 27),
        ("x guidance=7.5", "guidance_scale", 7.5),
        ("x scheduler=heun", "scheduler", "heun"),
        ("x priority=high", "priority", "high"),
        ("x style=rainy-day", "style", "rainy-day"),
        ('x style="rainy day"', "style", "rainy day"),
        ("x style='rainy day'", "style", "rainy day"),
        ("x temperature=0.9", "options", {"temperature": 0.9}),
        ('x lyrics="oh rain"', "options", {"lyrics": "oh rain"}),
    ],
)
def test_known_keys_are_options(bench: Editor, line: str, field: str, value: object) -> None:
    assert read(bench, line) == {"prompt": "x", field: value}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "x duration=long",
            "duration=long is not valid: use seconds (90) or minutes (1:30, 2m)",
        ),
        ("x duration=", "duration= is not valid: use seconds (90) or minutes (1:30, 2m)"),
        (
            "x seed=-1",
            "seed=-1 is not valid: use a whole number from 0 to 4294967295, or new",
        ),
        (
            "x seed=4294967296",
            "seed=4294967296 is not valid: use a whole number from 0 to 4294967295, or new",
        ),
        ("x steps=0", "steps=0 is not valid: use a whole number from 1 to 200"),
        ("x priority=urgent", "priority=urgent is not valid: use normal or high"),
        ("x duraton=30", "there is no duraton=, did you mean duration=?"),
        ("x stlye=rainy", "there is no stlye=, did you mean style=?"),
        ("x backend=", "backend= is not valid: use a text"),
    ],
)
def test_a_wrong_value_says_what_would_be_right(bench: Editor, line: str, message: str) -> None:
    err = read(bench, line)
    assert (err["name"], err["message"]) == ("INVALID_PARAMS", message)
