"""``doc/lofi.txt`` held against the code: it has all that there is, and nothing else."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from fixtures.editor import ROOT, Editor

HELP = ROOT / "doc" / "lofi.txt"
TEXT = HELP.read_text(encoding="utf-8")
WIDTH = 78
TAG = re.compile(r"(?<!\S)\*([^\s*|]+)\*(?!\S)")
EXAMPLE = re.compile(r"^(?:.* )?>\w*$\n(?:(?!^<).*\n)*", re.MULTILINE)
"""A block of code: between a line that ends with ``>`` and one that begins with ``<``."""


def tags() -> list[str]:
    return TAG.findall(EXAMPLE.sub("", TEXT))


def tagged(prefix: str, suffix: str = "") -> set[str]:
    """What stands between these in tags."""
    pattern = re.compile(re.escape(prefix) + "(.+)" + re.escape(suffix))
    return {found.group(1) for tag in tags() if (found := pattern.fullmatch(tag))}


def listed(tag: str) -> dict[str, str]:
    """The first and the second word of each line of the table below a tag."""
    section = re.split(
        r"^=+$|^ +\*lofi-[\w-]+\*|\*:LofiAce\*", TEXT.split(f"*{tag}*")[-1], flags=re.MULTILINE
    )[0]
    rows = re.findall(r"^ {4}(\S+)(?: +(\S+).*)?$", section, re.MULTILINE)
    return dict(rows)


def test_no_line_is_too_long_or_ends_in_a_space() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > WIDTH or line != line.rstrip()] == []


def test_tags_stand_at_the_right() -> None:
    first, *rest = TEXT.splitlines()
    assert first.startswith("*lofi.txt*")
    lines = [line for line in rest if TAG.search(line) and line.rstrip().endswith("*")]
    assert [line for line in lines if len(line) != WIDTH] == []


def test_the_contents_are_the_sections() -> None:
    contents = re.findall(r"^ +(\d+)\. (\w[\w ]*?) \.+ \|(lofi-\w+)\|$", TEXT, re.MULTILINE)
    sections = re.findall(r"^=+\n(\d+)\. ([A-Z ]+?) +\*(lofi-\w+)\*$", TEXT, re.MULTILINE)
    assert [(number, title.upper(), tag) for number, title, tag in contents] == sections


def test_neovim_finds_every_tag_once(bench: Editor, tmp_path: Path) -> None:
    shutil.copy(HELP, tmp_path)
    bench.command(f"helptags {tmp_path}")  # which fails on a tag that is there twice
    found = [line.split("\t")[0] for line in (tmp_path / "tags").read_text().splitlines()]
    assert sorted(found) == sorted(tags())


def test_every_link_leads_somewhere(bench: Editor) -> None:
    runtime = Path(bench.lua("return vim.env.VIMRUNTIME")) / "doc" / "tags"
    known = {line.split("\t")[0] for line in runtime.read_text(encoding="utf-8").splitlines()}
    prose = EXAMPLE.sub("", TEXT)
    links = re.findall(r"\|([^\s|]+)\|", prose) + re.findall(r"(?<!\S)'(\w{2,})'", prose)
    missing = {link for link in links if link not in {*known, *tags()} and f"'{link}'" not in known}
    assert missing - {"winborder"} == set()  # an option of 0.11 and newer


def test_help_topics_that_messages_name_are_there() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "lua").rglob("*.lua"))
    named = set(re.findall(r":help (:?[\w.-]+\w)", sources)) - {"lofi"}
    assert named
    assert named <= set(tags())


def test_every_subcommand_is_documented(bench: Editor) -> None:
    assert tagged(":Lofi-") == set(bench.lua('return require("lofi.command").names()'))


def test_every_other_name_of_a_subcommand_is_mentioned(bench: Editor) -> None:
    aliases = bench.lua(
        """
        local names = {}
        for name, each in pairs(require("lofi.subcommands")) do
          if each.alias then table.insert(names, { name, each.alias }) end
        end
        return names
        """
    )
    for alias, name in aliases:
        entry = TEXT.split(f"*:Lofi-{name}*")[1].split("*:Lofi-")[0]
        assert f"Also `:Lofi {alias}`" in entry


def test_every_command_is_documented(bench: Editor) -> None:
    commands = bench.lua("return vim.tbl_keys(vim.api.nvim_get_commands({ builtin = false }))")
    ours = {name for name in commands if name.startswith("Lofi")}
    assert {tag[1:] for tag in tags() if re.fullmatch(":Lofi[A-Za-z]*", tag)} == ours


@pytest.mark.parametrize(("sign", "field"), [("!", "bang"), ("[range]", "range")])
def test_marks_of_commands_are_as_they_are_taken(bench: Editor, sign: str, field: str) -> None:
    taking = bench.lua(
        """
        local field, names = ..., {}
        for name, each in pairs(require("lofi.subcommands")) do
          if each[field] and not each.alias then table.insert(names, name) end
        end
        return names
        """,
        field,
    )
    usages = re.findall(r"^(:.*?) +\*:Lofi-(\w+)\*$", TEXT, re.MULTILINE)
    assert {name for usage, name in usages if sign in usage.split(" ")[0]} == set(taking)


def test_everything_that_generate_can_set_is_documented(bench: Editor) -> None:
    keys = bench.lua('return vim.tbl_keys(require("lofi.arguments").GENERATE)')
    assert set(listed("lofi-generate-keys")) == {f"{key}=" for key in keys}


LEAVES = """
  local function leaves(rules, path, found)
    for name, rule in pairs(rules) do
      local here = path == "" and name or path .. "." .. name
      if type(rule) == "table" then
        leaves(rule, here, found)
      else
        local names = vim.split(here, ".", { plain = true })
        local default = vim.tbl_get(require("lofi.config").defaults, unpack(names))
        found[here] = vim.inspect(default, { newline = " ", indent = "" })
      end
    end
    return found
  end
  return leaves(require("lofi.config").rules, "", {})
"""


def test_every_setting_is_documented_with_its_default(bench: Editor) -> None:
    documented = dict(re.findall(r"^(\S+) ~ +default: `(.+)`$", TEXT, re.MULTILINE))
    assert documented == bench.lua(LEAVES)
    assert tagged("lofi-config.") == set(documented)


def test_every_function_is_documented(bench: Editor) -> None:
    functions = bench.lua('return vim.tbl_keys(require("lofi"))')
    assert tagged("lofi.", "()") == set(functions)


def test_functions_take_what_is_documented() -> None:
    source = (ROOT / "lua" / "lofi" / "init.lua").read_text()
    taken = dict(re.findall(r"^function M\.(\w+)\((.*)\)$", source, re.MULTILINE))
    written = dict(re.findall(r"^(\w+)\((.*)\) +\*lofi\.\w+\(\)\*$", TEXT, re.MULTILINE))
    names = {name: re.findall(r"{(\w+)}", arguments) for name, arguments in written.items()}
    assert {name: len(arguments) for name, arguments in names.items() if name in taken} == {
        name: len([part for part in arguments.split(", ") if part])
        for name, arguments in taken.items()
    }


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("GenerateOpts", "lofi.generate()"),
        ("Error", "lofi-Error"),
        ("Job", "lofi-Job"),
        ("Track", "lofi-Track"),
        ("Playback", "lofi-Playback"),
        ("Radio", "lofi-Radio"),
        ("Timer", "lofi-Timer"),
        ("State", "lofi.state()"),
    ],
)
def test_every_field_of_a_public_type_is_documented(kind: str, tag: str) -> None:
    types = (ROOT / "lua" / "lofi" / "types.lua").read_text()
    block = re.search(
        rf"^---@class (?:\(exact\) )?lofi\.{kind}( .*)?\n((?:---.*\n)+)", types, re.MULTILINE
    )
    assert block is not None
    fields = re.findall(r"^---@field (\w+)", block.group(2), re.MULTILINE)
    section = re.split(r"\*\n", TEXT.split(f"*{tag}*")[1].split("\n", 1)[1])[0]
    assert [field for field in fields if not re.search(rf"\b{field}\b", section)] == []


def test_every_event_is_documented_with_its_autocommand(bench: Editor) -> None:
    documented = re.findall(r"^(\w+) +\*(Lofi\w+)\*$", TEXT, re.MULTILINE)
    assert dict(documented) == bench.lua('return require("lofi.events").names')


def test_every_plug_map_is_documented(bench: Editor) -> None:
    maps = bench.lua(
        'return vim.tbl_map(function(map) return map.lhs end, vim.api.nvim_get_keymap("n"))'
    )
    ours = {lhs for lhs in maps if lhs.startswith("<Plug>(lofi-")}
    assert ours
    assert {tag for tag in tags() if tag.startswith("<Plug>")} == ours


def test_every_highlight_group_is_documented_with_its_link(bench: Editor) -> None:
    documented = re.findall(r"^(\w+) +(\w+) .*\*hl-(\w+)\*$", TEXT, re.MULTILINE)
    assert {name: link for name, link, tag in documented if name == tag} == bench.lua(
        'return require("lofi.ui.highlight").links'
    )


@pytest.mark.parametrize(
    ("tag", "table"), [("lofi-studio-keys", "list"), ("lofi-prompt-keys", "prompt")]
)
def test_every_key_of_the_studio_is_documented(bench: Editor, tag: str, table: str) -> None:
    keys: dict[str, Any] = bench.lua('return require("lofi.ui.keys")[...]', table)
    assert listed(tag) == keys


def test_extras_are_documented(bench: Editor) -> None:
    extras = bench.lua('return vim.tbl_keys(require("lofi.install").extras)')
    assert set(extras) <= set(listed("lofi-extras"))


def test_the_examples_are_lua_and_vim(bench: Editor) -> None:
    examples = re.findall(r">lua\n((?:(?!^<).*\n)*)", TEXT, re.MULTILINE)
    assert len(examples) > 5
    for example in examples:
        code = example if not example.strip().startswith("{") else f"return {example}"
        assert bench.lua("return { loadstring(...) ~= nil }", code) == [True], example


def test_help_finds_the_plugin(bench: Editor, tmp_path: Path) -> None:
    (tmp_path / "doc").mkdir()
    shutil.copy(HELP, tmp_path / "doc")
    bench.command(f"helptags {tmp_path / 'doc'}")
    bench.lua("vim.opt.runtimepath:append(...)", str(tmp_path))
    bench.command("help :Lofi-generate")
    assert "*:Lofi-generate*" in bench.nvim.current.line
    bench.command("helpclose")


def test_the_readme_shows_the_studio_as_it_is() -> None:
    screen = (ROOT / "tests" / "nvim" / "screens" / "radio-float-80.txt").read_text().splitlines()
    found = re.search(
        r"^```text\n(╭.*?╯)\n```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    shown = found.group(1).splitlines()
    assert [line for line in screen if line in shown] == shown
