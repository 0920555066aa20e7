"""The error tree."""

import inspect

import lofi.errors
from lofi.errors import LofiError

CLASSES = [
    member
    for _, member in inspect.getmembers(lofi.errors, inspect.isclass)
    if issubclass(member, LofiError)
]


def test_the_picture_in_the_docstring_shows_every_error() -> None:
    picture = lofi.errors.__doc__ or ""
    for error in CLASSES:
        row = next(line for line in picture.splitlines() if f" {error.__name__} " in line)
        assert row.split()[-2:] == [error.name, str(error.code)]


def test_every_error_says_what_to_do() -> None:
    for error in CLASSES:
        assert error("something").hint


def test_a_hint_of_its_own_replaces_the_general_one() -> None:
    assert LofiError("broken", hint="mend it").hint == "mend it"


def test_numbers_belong_to_one_name_unless_one_is_a_kind_of_the_other() -> None:
    for one in CLASSES:
        for other in CLASSES:
            if one.code == other.code:
                assert issubclass(one, other) or issubclass(other, one)
