"""The prompt line: what is sent, what comes back, what is remembered, what is offered."""

from collections.abc import Callable

from fixtures.editor import Editor

Start = Callable[..., Editor]
