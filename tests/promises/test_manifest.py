"""Promises and tests belong together: none without the other."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from promises.manifest import PROMISES, Promise, promise

TESTS = Path(__file__).parent.parent


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every test there is, by the name that ``covered_by`` uses."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(TESTS).as_posix()}::{node.name}", node


def named(test: ast.FunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "promise":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def problems(promises: Mapping[str, Promise], tests: Mapping[str, set[str]]) -> list[str]:
    """What is promised and not tested, or tested and not promised."""
    kept = {name for names in tests.values() for name in names}
    bare = {name for name, each in promises.items() if not each.covered_by}
    covering = {test for each in promises.values() for test in each.covered_by}
    return [
        *(f"{name} has no test" for name in sorted(bare - kept)),
        *(f"{name} is not promised" for name in sorted(kept - promises.keys())),
        *(f"there is no test {test}" for test in sorted(covering - tests.keys())),
        *(
            f"{test} keeps no promise"
            for test, names in tests.items()
            if test.startswith("promises/test_") and "test_manifest" not in test and not names
        ),
    ]


def test_every_promise_has_a_test_and_every_test_a_promise() -> None:
    assert problems(PROMISES, {name: set(named(test)) for name, test in functions()}) == []


def test_the_check_fails_in_both_directions() -> None:
    promises = {"a": Promise("A."), "b": Promise("B.", covered_by=("test_b.py::test_b",))}
    tests: dict[str, set[str]] = {
        "promises/test_x.py::test_c": {"c"},
        "promises/test_x.py::d": set(),
    }
    assert problems(promises, tests) == [
        "a has no test",
        "c is not promised",
        "there is no test test_b.py::test_b",
        "promises/test_x.py::d keeps no promise",
    ]


def test_a_test_cannot_name_a_promise_that_is_none() -> None:
    with pytest.raises(KeyError):
        promise("wire:no-such-thing")


def test_a_promise_is_one_sentence() -> None:
    for each in PROMISES.values():
        assert each.sentence.endswith(".")
        assert each.sentence[0] == "`" or each.sentence[0].isupper()
