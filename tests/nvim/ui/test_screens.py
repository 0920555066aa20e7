"""The studio as a person sees it, compared with the screens in ``tests/nvim/screens``."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.editor import Fake, neovim, other_plugin
from fixtures.scenes import BUSY, FAILED, NOW, QUIET, SCENES, Message, library, track
from fixtures.screen import Screen, stage, tell
from fixtures.wavfile import wav

Open = Callable[..., Screen]

BACKDROP = [
    "local function rain(seconds)",
    "  local drops = {}",
    "  for at = 1, seconds do",
    "    drops[at] = math.random()",
    "  end",
    "  return drops",
    "end",
]
SIZES = {40: (40, 20), 80: (80, 24), 160: (160, 40)}


@pytest.fixture
def terminal(which: str, tmp_path: Path, fake: Fake) -> Iterator[Open]:
    """Opens studios in terminals of a given width, with a scene that is told by the daemon."""
    with ExitStack() as ends:

        def opened(scene: list[Message], width: int, **ui: str) -> Screen:
            settings = {"daemon": {"cmd": fake.command("puppet")}, "ui": ui}
            screen = Screen(neovim(which), tmp_path / "screen", settings, size=SIZES[width])
            ends.enter_context(screen)
            screen.nvim.current.buffer[:] = BACKDROP
            stage(screen, scene, NOW)
            screen.command("Lofi")
            tell(screen, scene)
            screen.wait('require("lofi.ui.studio").current():is_still()')
            return screen

        yield opened


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_the_studio_looks_as_it_should(terminal: Open, scene: str, width: int) -> None:
    terminal(SCENES[scene], width).matches(f"{scene}-float-{width}")


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("layout", ["right", "bottom"])
def test_the_studio_stands_beside_the_text(terminal: Open, layout: str, width: int) -> None:
    terminal(BUSY, width, layout=layout).matches(f"busy-{layout}-{width}")


def test_plain_terminals_get_plain_letters(terminal: Open) -> None:
    terminal(FAILED, 80, icons="ascii").matches("failed-ascii-80")


def test_the_help_lists_the_keys_there_are(terminal: Open) -> None:
    screen = terminal(QUIET, 80)
    screen.press("g?")
    screen.matches("help-80")


def test_a_wide_screen_has_room_for_all_the_help(terminal: Open) -> None:
    screen = terminal(QUIET, 160)
    screen.press("g?")
    screen.matches("help-160")


def test_all_about_a_track_is_a_key_away(terminal: Open) -> None:
    screen = terminal(QUIET, 80)
    screen.press("G")
    screen.press("K")
    screen.matches("details-80")


def test_deleting_asks_on_the_spot(terminal: Open) -> None:
    screen = terminal(BUSY, 80)
    screen.press("/lullaby<CR>")
    screen.press("dd")
    screen.matches("delete-80")


def test_a_prompt_is_typed_over_the_list(terminal: Open) -> None:
    screen = terminal(BUSY, 80)
    screen.press("i!rainy night duration=90")
    screen.matches("prompt-80")


def test_styles_complete_in_the_prompt(terminal: Open) -> None:
    screen = terminal(BUSY, 80)
    screen.press("id<Tab>")
    screen.matches("complete-80")


def test_a_terminal_that_shrinks_takes_the_studio_along(terminal: Open) -> None:
    screen = terminal(BUSY, 160)
    assert screen.shows("58%")
    screen.tmux("resize-window", "-x", "40", "-y", "20")
    screen.matches("busy-float-40")


def test_telescope_shows_what_a_track_sounds_like(terminal: Open) -> None:
    shelf = library(track(1, "night train", path="night.wav"), track(2, "tape hiss lullaby"))
    screen = terminal([shelf], 160)
    wav(screen.home / "night.wav", lambda at: at**0.5 * (1 - at) ** 0.25 * abs(math.cos(20 * at)))
    screen.press("q")
    for name in ("plenary", "telescope"):
        screen.command(f"set runtimepath+={other_plugin(name)}")
    screen.lua(
        """
        require("telescope").setup({ defaults = { layout_config = { width = 120, height = 26 } } })
        require("telescope").load_extension("lofi").tracks()
        """
    )
    screen.matches("telescope-160")


def test_lualine_shows_what_goes_on(terminal: Open) -> None:
    screen = terminal(BUSY, 80)
    screen.press("q")
    screen.command(f"set runtimepath+={other_plugin('lualine')}")
    screen.lua(
        """
        require("lualine").setup({
          options = { icons_enabled = false, component_separators = "", section_separators = "" },
          sections = { lualine_a = {}, lualine_b = {}, lualine_c = { "lofi" },
            lualine_x = {}, lualine_y = {}, lualine_z = {} },
        })
        """
    )
    screen.matches("lualine-80")
