"""Whatever a daemon says, in whatever type, something is drawn and nothing breaks."""

from typing import Any
from unicodedata import category

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.editor import Editor
from fixtures.scenes import NOW, SCENES, Json, Message

NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=8),
    st.lists(st.one_of(st.integers(0, 3), st.text(max_size=2), st.just({})), max_size=3),
    st.dictionaries(st.sampled_from(["track_id", "prompt", "position", "x"]), st.integers(-9, 9)),
)
MESSAGES = [message for scene in SCENES.values() for message in scene]

SHOW = """
local messages, now = ...
require("lofi.clock").now = function() return now end
local state = require("lofi.state")
state.reset()
for _, message in ipairs(messages) do
  state.apply(message[1], message[2])
end
local icons = require("lofi.ui.icons").unicode
local details, render = require("lofi.ui.details"), require("lofi.ui.render")
local screen = render.list(state.get(), { width = 80, icons = icons, now = now, keys = {} })
for _, row in ipairs(screen.rows) do
  details.page(row, 60, icons)
end
return { screen.lines, require("lofi.statusline").text() }
"""


@st.composite
def spoilt(draw: st.DrawFn) -> list[Message]:
    """A few messages of which some members are not what they should be."""
    told: list[Message] = []
    for name, params in draw(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=6)):
        told.append((name, spoil(draw, params)))
    return told


def spoil(draw: st.DrawFn, params: Json) -> Json:
    """The same with some other values, also further inside."""
    spoilt_ones = draw(st.sets(st.sampled_from(sorted(params)), max_size=3))
    return {
        key: draw(NONSENSE) if key in spoilt_ones else inside(draw, params[key]) for key in params
    }


def inside(draw: st.DrawFn, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Spoil what is in an object or in the first of a list of them."""
    if isinstance(value, dict) and value:
        return spoil(draw, value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [spoil(draw, value[0]), draw(NONSENSE), *value[1:]]
    return value


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=spoilt())
def test_nonsense_is_drawn_as_well_as_it_can_be(bench: Editor, told: list[Message]) -> None:
    lines, status = bench.lua(SHOW, [list(each) for each in told], NOW)
    assert len(lines) >= 6
    assert not {each for each in "".join([*lines, status]) if category(each) == "Cc"}, lines
