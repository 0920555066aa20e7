"""One row of the table of methods."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import JsonValue

from lofi.rpc import params, results

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk

Result = dict[str, JsonValue]


class Method(NamedTuple):
    """What a method takes, does and gives."""

    params: type[params.Params]
    serve: "Callable[[Desk, Any, Result], Result]"
    """Called with the checked parameters, and with all that were sent."""
    result: type[results.Shape]
