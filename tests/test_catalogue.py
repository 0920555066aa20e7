"""The catalogue of styles: what the file holds, and how styles inherit."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi import catalogue
from lofi.catalogue import Category, Style, find, load, tag_line
from lofi.errors import InvalidParams

STYLES = load()


def written(folder: Path, text: str) -> Path:
    path = folder / "styles.toml"
    path.write_text(text, encoding="utf-8")
    return path


def style(**fields: object) -> str:
    """One valid table, with these fields changed."""
    table: dict[str, object] = {
        "name": "Some Lofi",
        "category": "core",
        "base_tags": ["some lofi"],
        "mood_options": ["chill"],
        "tempo_range": [70, 80],
    }
    return "\n".join(f"{key} = {value!r}" for key, value in {**table, **fields}.items())


def test_the_file_holds_38_styles_in_five_categories() -> None:
    counts = Counter(entry.category for entry in STYLES.values())
    assert len(STYLES) == 38
    assert counts == {
        Category.CORE: 7,
        Category.SEASONAL: 9,
        Category.THEMATIC: 10,
        Category.INSTRUMENTAL: 7,
        Category.VOCAL: 5,
    }


def test_styles_keep_the_order_of_the_file_and_parents_do_not_count() -> None:
    assert list(STYLES)[:2] == ["CORE-01", "CORE-02"]
    assert list(STYLES)[-1] == "VOCAL-05"
    assert not any(name.startswith("_") for name in STYLES)


def test_no_two_styles_come_to_the_same_tags() -> None:
    assert len({tag_line(entry, "chill", 80) for entry in STYLES.values()}) == 38


def test_the_classic_style_begins_with_its_signature() -> None:
    line = tag_line(STYLES["CORE-01"], "chill", 80)
    assert line.startswith("lofi hip hop, chill, boom bap drums, vinyl crackle")


def test_christmas_is_festive() -> None:
    tags = tag_line(STYLES["SEASON-02"], "cozy", 75).split(", ")
    assert {"christmas lofi", "cozy", "festive", "holiday"} <= set(tags)


def test_a_tag_line_runs_from_genre_to_vocals() -> None:
    line = tag_line(STYLES["VOCAL-02"], "dreamy", 84)
    assert line == (
        "japanese lofi, city pop influence, dreamy, rhodes, acoustic guitar, 84 bpm, "
        "vinyl crackle, tape saturation, city night, female vocal sample"
    )


@given(st.sampled_from(list(STYLES.values())), st.integers(40, 140), st.data())
def test_every_tag_line_fits_and_splits_into_whole_tags(
    entry: Style, bpm: int, data: st.DataObject
) -> None:
    mood = data.draw(st.sampled_from(entry.mood_options))
    limit = data.draw(st.integers(0, 256))
    everything = tag_line(entry, mood, bpm, limit=10_000).split(", ")
    assert len(everything) == len(set(everything))
    assert len(tag_line(entry, mood, bpm)) <= 256
    tags = tag_line(entry, mood, bpm, limit).split(", ")
    assert [tag for tag in everything if tag in tags] == tags
    assert {entry.base_tags[0], f"{bpm} bpm"} <= set(tags)
    if len(", ".join(tags)) > limit:
        assert len(tags) == 2
    lost_band = {*entry.base_tags, *entry.instruments} - set(tags)
    if lost_band:
        assert not set(tags) & set(entry.production) - {*entry.base_tags, *entry.instruments, mood}


def test_a_style_is_found_by_id_name_and_slug() -> None:
    rainy = STYLES["SEASON-06"]
    for text in ("SEASON-06", "season-06", "Rainy Day Lofi", "rainy-day-lofi", "RAINY day"):
        assert find(text) is rainy
    assert find("R&B") is STYLES["VOCAL-03"]


@pytest.mark.parametrize("text", ["", "?", "polka", "_lofi", "core"])
def test_what_is_no_style_is_not_found(text: str) -> None:
    assert find(text) is None


def test_slugs_are_distinct() -> None:
    assert len({entry.slug for entry in STYLES.values()}) == 38


def test_lists_are_own_first_then_parents_in_order_without_repeats(tmp_path: Path) -> None:
    text = f"""
[_a]
name = "A"
category = "core"
instruments = ["piano", "cello"]
production = ["tape"]
[_b]
name = "B"
category = "core"
instruments = ["flute", "piano"]
[X]
{style(instruments=["koto"], production=["-tape", "dry"])}
extends = ["_a", "_b"]
"""
    entry = load(written(tmp_path, text))["X"]
    assert entry.instruments == ("koto", "piano", "cello", "flute")
    assert entry.production == ("dry",)


def test_of_single_values_the_nearest_wins(tmp_path: Path) -> None:
    text = f"""
[_far]
name = "Far"
category = "core"
mood_options = ["chill", "dark"]
tempo_range = [50, 60]
atmosphere = "night"
vocal_type = "instrumental"
[_near]
name = "Near"
category = "vocal"
extends = "_far"
tempo_range = [90, 100]
[X]
name = "X"
category = "seasonal"
base_tags = ["x lofi"]
extends = "_near"
atmosphere = "dawn"
[Y]
{style()}
extends = "_near"
"""
    styles = load(written(tmp_path, text))
    assert styles["X"].mood_options == ("chill", "dark")
    assert styles["X"].tempo_range == (90, 100)
    assert styles["X"].atmosphere == "dawn"
    assert styles["X"].vocal_type == "instrumental"
    assert styles["X"].category is Category.SEASONAL
    assert styles["Y"].tempo_range == (70, 80)
    assert styles["Y"].atmosphere == "night"


def test_a_circle_of_parents_is_refused_with_its_chain(tmp_path: Path) -> None:
    text = f'[A]\n{style()}\nextends = "B"\n[B]\n{style()}\nextends = ["A"]\n'
    with pytest.raises(InvalidParams, match="A -> B -> A"):
        load(written(tmp_path, text))


def test_an_unknown_parent_is_refused_with_its_chain(tmp_path: Path) -> None:
    text = f'[A]\n{style()}\nextends = "B"\n[B]\n{style()}\nextends = "Z"\n'
    with pytest.raises(InvalidParams, match="A -> B -> Z"):
        load(written(tmp_path, text))


def test_one_parent_may_be_reached_twice(tmp_path: Path) -> None:
    text = f'[P]\n{style()}\n[A]\n{style()}\nextends = "P"\n[B]\n{style()}\nextends = ["A", "P"]\n'
    assert list(load(written(tmp_path, text))) == ["P", "A", "B"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tempo_range", [90, 70]),
        ("tempo_range", [80, 80]),
        ("tempo_range", [30, 70]),
        ("tempo_range", [100, 150]),
        ("tempo_range", [70]),
        ("tempo_range", [70.5, 80]),
        ("category", "polka"),
        ("base_tags", []),
        ("base_tags", "lofi"),
        ("base_tags", [1]),
        ("instruments", ["piano, cello"]),
        ("instruments", [" piano"]),
        ("instruments", [""]),
        ("mood_options", []),
        ("mood_options", ["Chill"]),
        ("atmosphere", 3),
        ("name", ""),
        ("colour", "blue"),
    ],
)
def test_a_wrong_field_is_named_with_its_style(tmp_path: Path, field: str, value: object) -> None:
    path = written(tmp_path, f"[WRONG-01]\n{style(**{field: value})}\n")
    with pytest.raises(InvalidParams, match=f"style WRONG-01: {field}"):
        load(path)


def test_the_table_that_is_made_wrong_above_is_right_as_it_stands(tmp_path: Path) -> None:
    assert load(written(tmp_path, f"[RIGHT-01]\n{style()}\n"))["RIGHT-01"].tempo_range == (70, 80)


def test_a_style_that_misses_a_field_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, '[BARE-01]\nname = "Bare"\ncategory = "core"\nbase_tags = ["bare"]\n')
    with pytest.raises(InvalidParams, match="style BARE-01: mood_options"):
        load(path)


@pytest.mark.parametrize("content", [b"[", b"\xff", b"A = 1"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "styles.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidParams):
        load(path)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="nowhere"):
        load(tmp_path / "nowhere.toml")


def test_the_catalogue_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        STYLES["CORE-01"] = STYLES["CORE-02"]  # type: ignore[index]
    assert catalogue.load() is STYLES


def test_a_style_that_is_not_there_is_answered_with_the_nearest() -> None:
    assert catalogue.named("jazz") == find("jazz lofi")
    with pytest.raises(InvalidParams) as refused:
        catalogue.named("raniy")
    assert "rainy-day-lofi" in refused.value.hint
    with pytest.raises(InvalidParams) as refused:
        catalogue.named("xqz")
    assert "lofi-daemon styles" in refused.value.hint
