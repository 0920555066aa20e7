"""Lists: filtered, sorted, cut into pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.making import keep, new, part, recipe
from lofi.errors import InvalidParams
from lofi.library.entry import Entry
from lofi.library.rows import Query, Sort
from lofi.library.shelf import Library

PROMPTS = ["rain", "Rain on a ROOF", "Straße bei Nacht", "ночь", "100% _jazz_ 'n\"", "äther"]

KEYS: dict[Sort, Callable[[Entry], Any]] = {
    Sort.CREATED: lambda _: 0,  # entries come in this order already
    Sort.USED: lambda entry: entry.used,
    Sort.DURATION: lambda entry: entry.seconds,
    Sort.PROMPT: lambda entry: entry.recipe.prompt.casefold(),
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, list[Entry]]:
    """A library of thirty tracks that does not change."""
    library = Library.open(tmp_path_factory.mktemp("page"))
    for number in range(30):
        made = recipe(
            number,
            prompt=PROMPTS[number % len(PROMPTS)],
            backend=("procedural", "musicgen", "ace_step")[number * 7 % 3],
        )
        source = part(library, number, frames=10 + number * 13 % 5)
        style = {"style": ("jazzy", "piano")[number % 2]} if number % 5 else {}
        kept = library.keep(source, new(number, made, **style))
        library.favorite(kept.id, on=number % 4 == 0)
    for number in (3, 17, 8):
        library.find(f"{number:016x}")
    return library, [library.get(f"{number:016x}") for number in range(30)]


def expected(entries: list[Entry], query: Query) -> list[Entry]:
    found = [
        entry
        for entry in entries
        if all(w in entry.recipe.prompt.casefold() for w in query.text.casefold().split())
        and query.backend in {None, entry.recipe.backend}
        and query.style in {None, entry.notes.get("style")}
        and query.favorite in {None, entry.favorite}
    ]
    found.sort(key=KEYS[query.sort])
    if query.descending:
        found.reverse()
        found.sort(key=KEYS[query.sort], reverse=True)
    return found


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.builds(
        Query,
        text=st.sampled_from(["", "rain", "STRASSE", "rain roof", "roof rain", "%", "_", "'", "Ä"]),
        backend=st.sampled_from([None, "procedural", "musicgen", "nobody", "' OR 1 --"]),
        style=st.sampled_from([None, "jazzy", "piano", "none"]),
        favorite=st.sampled_from([None, True, False]),
        sort=st.sampled_from(Sort),
        descending=st.booleans(),
        limit=st.integers(0, 40),
        offset=st.integers(0, 40),
    )
)
def test_a_page_is_what_filtering_sorting_and_cutting_a_list_gives(
    shelf: tuple[Library, list[Entry]], query: Query
) -> None:
    library, entries = shelf
    whole = expected(entries, query)
    page = library.page(query)
    assert page.total == len(whole)
    assert list(page.entries) == whole[query.offset : query.offset + query.limit]


@pytest.mark.parametrize(
    ("limit", "offset"), [(-1, 0), (1001, 0), (10, -1), (10, 2**63), (2**70, 0)]
)
def test_a_page_out_of_range_is_refused(tmp_path: Path, limit: int, offset: int) -> None:
    library = Library.open(tmp_path)
    with pytest.raises(InvalidParams):
        library.page(Query(limit=limit, offset=offset))
    library.close()


def test_a_very_long_filter_is_only_slow(library: Library) -> None:
    keep(library, 1)
    assert library.page(Query(text="rain " * 100_000)).total == 1
