"""The daemon from the command line. Imports nothing slow: the first ping is waiting."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from lofi.daemon import Daemon
from lofi.rpc.wire import Wire

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk


def serve(flags: Mapping[str, object]) -> NoReturn:
    """Serve whoever holds the other ends of standard input and output."""
    if sys.stdin is not None and sys.stdin.isatty():
        print("lofi-daemon: waiting for JSON-RPC, one message a line; see --help", file=sys.stderr)
    Daemon(lambda wire: _desk(flags, wire)).serve()


def _desk(flags: Mapping[str, object], wire: Wire) -> "Desk":
    from lofi import config
    from lofi.rpc import desk

    settings = config.load(flags, lenient=True).config
    desk.log_to(settings)
    return desk.assemble(settings, wire)
