"""Which of the long tests run (none, all, or a part that rotates), and with which signals."""

import os
import signal
import zlib

import pytest


def pytest_configure() -> None:
    """Start our processes as a user's shell would, whatever started us."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of them compiles everything anew
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for a process to start or to end."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--slow=all``, or ``--slow=2/5`` for the third fifth."""
    parser.addoption("--slow", default="none", help="none, all, or K/N: part K (from 0) of N")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests that were not asked for; pytest counts them as deselected."""
    part, _, parts = {"none": "-1/1", "all": "0/1"}.get(
        config.getoption("slow"), config.getoption("slow")
    ).partition("/")

    def wanted(item: pytest.Item) -> bool:
        if item.get_closest_marker("alone") and int(parts) > 1:
            return False
        slow = item.get_closest_marker("slow") is not None
        return not slow or zlib.crc32(item.nodeid.encode()) % int(parts) == int(part)

    kept = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = kept
