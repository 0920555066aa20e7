"""The prompt line: what is sent, what comes back, what is remembered, what is offered."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.editor import Editor, Fake
from fixtures.screen import watch

Start = Callable[..., Editor]


@pytest.fixture
def prompt(editor: Editor) -> Editor:
    """The studio with the cursor in its prompt line."""
    return opened(editor)


def opened(editor: Editor) -> Editor:
    """Its studio open, in Insert mode, everything known."""
    watch(editor)
    editor.command("Lofi")
    editor.wait('#require("lofi.state").get().styles == 2')
    editor.wait('require("lofi.state").get().library.loaded')
    editor.nvim.input("i")
    editor.wait('vim.api.nvim_get_mode().mode == "i"')
    return editor


def type_in(editor: Editor, keys: str) -> None:
    """As from a keyboard."""
    editor.nvim.input(keys)


def test_enter_asks_for_a_track_and_empties_the_line(prompt: Editor, fake: Fake) -> None:
    type_in(prompt, "rainy night duration=90<CR>")
    prompt.wait('typed() == "" and shown():find("rainy night")')
    (asked,) = fake.heard("generate")
    assert asked == {"prompt": "rainy night", "duration_sec": 90}
    assert prompt.nvim.api.get_mode()["mode"] == "i"


@pytest.mark.parametrize("keys", ["!rainy night<CR>", "rainy night<C-CR>", "! rainy night<CR>"])
def test_a_prompt_may_go_before_all_others(prompt: Editor, fake: Fake, keys: str) -> None:
    type_in(prompt, keys)
    prompt.wait('shown():find("rainy night")')
    (asked,) = fake.heard("generate")
    assert asked["priority"] == "high"
    assert asked["prompt"] == "rainy night"


def test_an_empty_line_asks_for_nothing(prompt: Editor, fake: Fake) -> None:
    type_in(prompt, "<CR>  <CR>!<CR><C-u>")
    type_in(prompt, "x<CR>")
    prompt.wait('shown():find(" x")')
    assert [asked["prompt"] for asked in fake.heard("generate")] == ["x"]


def test_a_line_with_a_mistake_stays_and_says_what_is_wrong(prompt: Editor, fake: Fake) -> None:
    type_in(prompt, "rain duration=soon<CR>")
    prompt.wait('shown():find("duration=soon is not valid")')
    assert prompt.lua("return typed()") == "rain duration=soon"
    assert fake.heard("generate") == []


def test_a_refused_prompt_comes_back_with_the_reason(prompt: Editor) -> None:
    full = {
        "code": -32004,
        "message": "ten jobs wait already",
        "data": {"error_code": "QUEUE_FULL", "recovery": "wait for one to finish, or cancel one"},
    }
    prompt.lua(
        'require("lofi.daemon").request("script", ..., function() _G.scripted = true end)',
        {"errors": {"generate": full}},
    )
    prompt.wait("_G.scripted")
    type_in(prompt, "!rainy night<CR>")
    prompt.wait('shown():find("ten jobs wait already") and shown():find("cancel one")')
    assert prompt.lua("return typed()") == "!rainy night"


def test_what_a_track_will_be_stands_beside_its_prompt(prompt: Editor) -> None:
    def beside() -> str:
        marks = prompt.lua(
            """
            local buf = require("lofi.ui.studio").current().prompt.buf
            return vim.api.nvim_buf_get_extmarks(buf, -1, 0, -1, { details = true })
            """
        )
        return "".join(mark[3]["virt_text"][0][0] for mark in marks)

    assert "30 s · procedural" in beside()
    type_in(prompt, "duration=1:30 backend=musicgen style=rain")
    prompt.wait('typed():find("style=rain")')
    assert beside() == "rain · 90 s · musicgen "


def test_pasted_lines_become_one(prompt: Editor) -> None:
    prompt.lua("vim.api.nvim_paste(..., true, -1)", "rainy\nnight,\n piano")
    prompt.wait('typed() == "rainy night,  piano"')
    prompt.wait("#vim.api.nvim_buf_get_lines(0, 0, -1, false) == 1")


def test_up_and_down_go_through_what_was_typed_and_come_back(prompt: Editor) -> None:
    for words in ["one", "two", "one more"]:
        type_in(prompt, f"{words}<CR>")
        prompt.wait('typed() == ""')
    type_in(prompt, "unfinished<Up><Up>")
    prompt.wait('typed() == "two"')
    type_in(prompt, "<Up><Up><Up>")
    prompt.wait('typed() == "one"')
    type_in(prompt, "<Down><Down><Down><Down>")
    prompt.wait('typed() == "unfinished"')


def test_prompts_are_remembered_by_the_next_neovim(start: Start) -> None:
    first = opened(start("puppet"))
    for words in ["one", "two", "one"]:
        type_in(first, f"{words}<CR>")
        first.wait('typed() == ""')
    first.quit()
    second = opened(start("puppet"))
    type_in(second, "<Up>")
    second.wait('typed() == "one"')
    type_in(second, "<Up>")
    second.wait('typed() == "two"')
    type_in(second, "<Up>")
    assert second.lua("return typed()") == "two"


def test_a_history_that_cannot_be_written_harms_nobody(start: Start, fake: Fake) -> None:
    editor = start("puppet")
    state = editor.home / "state" / "test"
    state.mkdir(parents=True, exist_ok=True)
    (state / "lofi").write_text("in the way")
    opened(editor)
    type_in(editor, "rain<CR>")
    editor.wait('typed() == "" and shown():find("rain")')
    assert [asked["prompt"] for asked in fake.heard("generate")] == ["rain"]


def test_tab_completes_a_style_and_goes_on_to_the_next(prompt: Editor) -> None:
    type_in(prompt, "piano, d<Tab>")
    prompt.wait('typed() == "piano, rainy day"')
    type_in(prompt, "<Tab>")
    prompt.wait('typed() == "piano, dusty jazz"')
    type_in(prompt, "<S-Tab>")
    prompt.wait('typed() == "piano, rainy day"')


def test_enter_takes_the_completion_before_it_sends(prompt: Editor, fake: Fake) -> None:
    type_in(prompt, "d<Tab><Tab>")
    prompt.wait('typed() == "dusty jazz" and vim.fn.pumvisible() == 1')
    type_in(prompt, "<CR>")
    prompt.wait("vim.fn.pumvisible() == 0")
    assert fake.heard("generate") == []
    type_in(prompt, "<CR>")
    prompt.wait('shown():find("dusty jazz")')


def test_escape_tab_leads_to_the_list_and_tab_back(prompt: Editor) -> None:
    type_in(prompt, "<Esc><Tab>")
    prompt.wait('vim.bo.filetype == "lofi"')
    type_in(prompt, "<Tab>")
    prompt.wait('vim.bo.filetype == "lofi-prompt"')
    type_in(prompt, "j")
    prompt.wait('vim.bo.filetype == "lofi" and vim.api.nvim_get_mode().mode == "n"')


COMPLETIONS: dict[str, tuple[str, list[str]]] = {
    "ra": ("", ["rainy day"]),
    "Rainy d": ("", ["rainy day"]),
    "!ra": ("!", ["rainy day"]),
    "piano, ja": ("piano, ", ["dusty jazz"]),
    "slow ja": ("slow ", ["dusty jazz"]),
    "slow dur": ("slow ", ["duration="]),
    "slow style=ra": ("slow ", ["style=rainy-day"]),
    "zzz": ("", []),
}


@pytest.mark.parametrize("typed", COMPLETIONS)
def test_what_may_come_next(bench: Editor, typed: str) -> None:
    found: dict[str, Any] = bench.lua(
        """
        return require("lofi.ui.complete").of(..., {
          styles = { "rainy day", "dusty jazz" },
          words = function()
            return { "duration=", "style=rainy-day", "dusty jazz", "rainy day" }
          end,
        })
        """,
        typed,
    )
    kept, words = COMPLETIONS[typed]
    assert found["words"] == words
    if words:
        assert typed.encode()[: found["start"]].decode() == kept
