"""The command line: birth, errors and exit codes. Imports nothing heavy until it must."""

import gc
import signal
import sys
from types import FrameType

from lofi.cli.arguments import flags, parse
from lofi.daemon import BY_SIGNAL
from lofi.errors import (
    BackendNotInstalled,
    DownloadConsentRequired,
    InvalidBackend,
    InvalidDuration,
    InvalidGuidanceScale,
    InvalidInferenceSteps,
    InvalidParams,
    InvalidPrompt,
    InvalidScheduler,
    LofiError,
    OutputExists,
)

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

BAD_INPUT = (
    BackendNotInstalled,
    DownloadConsentRequired,
    InvalidBackend,
    InvalidDuration,
    InvalidGuidanceScale,
    InvalidInferenceSteps,
    InvalidParams,
    InvalidPrompt,
    InvalidScheduler,
    OutputExists,
)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code (see ``lofi-daemon --help``)."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except LofiError as error:
        _say(f"{error.message} ({error.hint})" if error.hint else error.message)
        return USAGE if isinstance(error, BAD_INPUT) else FAILED
    except KeyboardInterrupt as interruption:
        _say(f"interrupted; {str(interruption) or 'nothing was written'}")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # whoever read us has left; a last flush would only complain
        return FAILED


def _run(argv: list[str]) -> int:
    arguments = parse(argv)
    if arguments.command == "play":
        from lofi.cli import play

        play.play(arguments)
    elif arguments.command == "radio":
        gc.disable()  # for as long as it takes to make a sound
        from lofi.cli import radio

        radio.play(arguments)
    elif arguments.command is not None:
        from lofi.cli import listings

        listings.COMMANDS[arguments.command](arguments)
    elif arguments.daemon:
        from lofi.cli import service

        service.serve(flags(arguments))
    else:
        from lofi.cli import headless

        headless.make(arguments)
    sys.stdout.flush()
    return DONE


def _say(line: str) -> None:
    print(f"lofi-daemon: {line}", file=sys.stderr)


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(BY_SIGNAL + number)
