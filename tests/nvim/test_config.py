"""Settings: where they come from, and what becomes of wrong ones."""

from typing import Any

import pytest

from fixtures.editor import Editor

NOTED = "local notes = {} vim.notify = function(text) table.insert(notes, text) end "


def problems(editor: Editor, opts: dict[str, Any]) -> list[str]:
    found: list[str] = editor.lua(
        """
        vim.notify = function() end
        require("lofi").setup(...)
        return require("lofi.config").problems()
        """,
        opts,
    )
    return found


def test_without_a_word_of_configuration_the_defaults_hold(editor: Editor) -> None:
    assert editor.lua(
        """
        vim.g.lofi = nil
        local config = require("lofi.config")
        return vim.deep_equal(config.get(), config.defaults) and #config.problems() == 0
        """
    )


def test_setup_goes_before_the_global_and_both_before_the_defaults(editor: Editor) -> None:
    assert editor.lua(
        """
        vim.g.lofi = { defaults = { duration = 60, style = "rainy" }, backend = "musicgen" }
        require("lofi").setup({ defaults = { duration = 90 } })
        local config = require("lofi.config").get()
        return { config.defaults.duration, config.defaults.style, config.backend, config.device }
        """
    ) == [90, "rainy", "musicgen", "auto"]


def test_the_global_may_be_a_function(editor: Editor) -> None:
    assert (
        editor.lua(
            """
            vim.g.lofi = function() return { ui = { width = 100 } } end
            return require("lofi.config").get().ui.width
            """
        )
        == 100
    )


def test_a_global_function_that_fails_is_reported_and_the_defaults_hold(editor: Editor) -> None:
    found = editor.lua(
        """
        vim.notify = function() end
        vim.g.lofi = function() error("oops") end
        return { require("lofi.config").get().defaults.duration, require("lofi.config").problems() }
        """
    )
    assert found[0] == 30
    assert len(found[1]) == 1
    assert found[1][0].startswith("vim.g.lofi failed:")


def test_setup_twice_is_the_second(editor: Editor) -> None:
    assert editor.lua(
        """
        require("lofi").setup({ ui = { width = 100 } })
        require("lofi").setup({ ui = { layout = "right" } })
        local ui = require("lofi.config").get().ui
        return { ui.width, ui.layout }
        """
    ) == [80, "right"]


@pytest.mark.parametrize(
    ("opts", "problem"),
    [
        ({"bakend": "x"}, "there is no setting bakend; did you mean backend?"),
        (
            {"ui": {"layuot": "right"}},
            "there is no setting ui.layuot; did you mean layout?",
        ),
        (
            {"defaults": {"duration": "long"}},
            'defaults.duration = "long" is not valid: use a whole number from 1 to 600',
        ),
        (
            {"defaults": {"duration": 30.5}},
            "defaults.duration = 30.5 is not valid: use a whole number from 1 to 600",
        ),
        (
            {"player": {"volume": 40}},
            "player.volume = 40 is not valid: use a number from 0 to 1",
        ),
        (
            {"ui": {"progress": "loud"}},
            'ui.progress = "loud" is not valid: use one of auto, native, fidget, notify, none',
        ),
        ({"daemon": "lofi-daemon"}, 'daemon = "lofi-daemon" is not valid: use a table'),
        (
            {"keys": {"q": 3}},
            "keys = { q = 3 } is not valid: use a table, each of it text, or a function, "
            "or one of false (q is not)",
        ),
        (
            {"defaults": {"seed": 4294967296}},
            "defaults.seed = 4294967296 is not valid: use a whole number from 0 to 4294967295",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_would_be_right(
    editor: Editor, opts: dict[str, Any], problem: str
) -> None:
    assert problems(editor, opts) == [problem]


def test_an_unknown_name_like_none_is_told_all_there_are(editor: Editor) -> None:
    assert problems(editor, {"log": {"zzzzzz": 1}}) == [
        "there is no setting log.zzzzzz; there are level"
    ]


def test_a_wrong_setting_keeps_its_default_and_the_others_count(editor: Editor) -> None:
    assert editor.lua(
        """
        vim.notify = function() end
        local defaults = { duration = -1, style = "rainy" }
        require("lofi").setup({ defaults = defaults, nonsense = 1, backend = "x" })
        local config = require("lofi.config").get()
        return { config.defaults.duration, config.defaults.style, config.backend }
        """
    ) == [30, "rainy", "x"]


def test_what_is_wrong_is_told_once(editor: Editor) -> None:
    assert editor.lua(
        NOTED
        + """
        require("lofi").setup({ bakend = 1 })
        require("lofi.config").get()
        require("lofi.config").get()
        vim.wait(50, function() return #notes > 1 end, 5)
        return notes
        """
    ) == ["lofi: in the configuration:\nthere is no setting bakend; did you mean backend?"]


@pytest.mark.parametrize("opts", ['"text"', "3", "true", "function() end"])
def test_settings_that_are_no_table_are_an_error_of_ours(editor: Editor, opts: str) -> None:
    found = editor.lua(
        f'vim.notify = function() end require("lofi").setup({opts}) '
        'return require("lofi.config").problems()'
    )
    assert len(found) == 1
    assert found[0].endswith("is not valid: use a table")


def test_the_command_may_be_one_text(editor: Editor) -> None:
    assert editor.lua(
        """
        require("lofi").setup({ daemon = { cmd = "/bin/lofi-daemon" } })
        return require("lofi.config").get().daemon.cmd
        """
    ) == ["/bin/lofi-daemon"]


def test_settings_reach_the_daemon_by_its_environment(editor: Editor) -> None:
    env = editor.lua(
        """
        require("lofi").setup({
          backend = "musicgen", device = "cpu", threads = 2, log = { level = "warn" },
          daemon = { idle_timeout = 60, env = { LOFI_CACHE_MAX_MB = "2000" } },
          player = { backend = "mpv", device = "Speakers", crossfade = 2.5, autoplay = false },
        })
        return require("lofi.process").environment(require("lofi.config").get())
        """
    )
    assert env == {
        "LOFI_BACKEND": "musicgen",
        "LOFI_DEVICE": "cpu",
        "LOFI_THREADS": "2",
        "LOFI_IDLE_TIMEOUT_SEC": "60",
        "LOFI_LOG_LEVEL": "warning",
        "LOFI_CACHE_MAX_MB": "2000",
        "LOFI_AUDIO_OUTPUT": "mpv",
        "LOFI_AUDIO_DEVICE": "Speakers",
        "LOFI_CROSSFADE_SEC": "2.5",
        "LOFI_AUTOPLAY": "false",
    }


def test_what_nobody_set_is_left_to_the_daemons_own_settings(editor: Editor) -> None:
    assert editor.lua(
        """
        vim.g.lofi = nil
        return require("lofi.process").environment(require("lofi.config").get())
        """
    ) == {"LOFI_AUTOPLAY": "true"}
