"""The words of the command line; values are checked by those who use them."""

import argparse
import difflib
from typing import NoReturn

from lofi import __version__
from lofi.errors import InvalidParams

DESCRIPTION = """\
Make lofi music on this machine, from words. Nothing leaves the machine.

  lofi-daemon --prompt "rainy night, rhodes, vinyl, 72 bpm" --duration 30 --output night.wav
"""

EPILOG = """\
commands:
  play [FILE|ID ...]    files, or tracks of the library; without any the newest
  radio [PROMPT]        music that goes on until you end it, with keys to steer it
  styles                the styles a prompt can name
  backends              what can make music here, and what each accepts
  models                neural models, their sizes and licences
  models get NAME       download one, going on where an earlier attempt stopped
  models verify NAME    read every file of it; what is wrong is removed
  models remove NAME    take it away
  models optimize NAME  make it fast on this processor (or a folder that holds a model)
  config                the settings in force, and where each came from
  nvim-path             the folder of the Neovim plugin, for 'runtimepath'

Without any argument, or with --daemon, it serves an editor: JSON-RPC, one message a line, on
standard input and output (doc/protocol.md).

Words that the procedural backend understands: styles, tempo ("72 bpm", "slow"), key and mode
("in D minor", "dorian"), instruments, moods, weather and room ("rain", "cafe", "vinyl"),
intensity ("sparse", "busy"), and "no ..." before an instrument. It says how it read the prompt.

Settings may stand in the settings file, in the environment (LOFI_DEVICE, LOFI_THREADS ...) and
on the command line, which wins. `lofi-daemon config` shows them all.

exit codes: 0 done, 1 failed at work, 2 bad input (nothing was tried), 130 interrupted,
143 terminated. The output file is whole or absent, whatever happens.
"""

SETTINGS = (
    "model_dir",
    "device",
    "threads",
    "cache_path",
    "idle_timeout_sec",
    "log_level",
    "log_file",
    "volume",
    "audio_output",
    "audio_device",
)
"""What the command line can say about settings, besides the backend."""
COMMANDS = ("play", "radio", "styles", "backends", "models", "config", "nvim-path")
WORDY = ("models", "play", "radio")
"""Commands that take words."""
EXAMPLE = 'try: lofi-daemon --prompt "rainy night, rhodes, vinyl"'


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidParams(message)


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line as a namespace; ``command`` is None for a track and for the daemon.

    Raises:
        InvalidParams: an option is unknown or lacks its value.
    """
    parser = _parser()
    arguments = argparse.Namespace()
    if {"-h", "--help"}.isdisjoint(argv):
        arguments, unknown = parser.parse_known_intermixed_args(argv)
        if not unknown:
            return _checked(arguments, argv)
    # Only backends know the rest, and to ask them takes a moment.
    from lofi.cli import options

    options.add(parser)
    arguments = parser.parse_intermixed_args(argv)
    if arguments.daemon:
        raise InvalidParams(
            "options of a backend do not apply to the daemon", hint="send them with each track"
        )
    return _checked(arguments, argv)


def _checked(arguments: argparse.Namespace, argv: list[str]) -> argparse.Namespace:
    arguments.daemon = arguments.daemon or not argv
    if arguments.command is None and arguments.prompt is None and not arguments.daemon:
        raise InvalidParams("nothing to do", hint=EXAMPLE)
    if arguments.command is not None and arguments.command not in COMMANDS:
        raise _unknown_command(arguments.command)
    if arguments.words and arguments.command not in WORDY:
        raise InvalidParams(f"{arguments.command} takes no {arguments.words[0]!r}", hint="")
    return arguments


def _unknown_command(word: str) -> InvalidParams:
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    return InvalidParams(
        f"there is no command {word!r}", hint=f"did you mean {close[0]!r}?" if close else EXAMPLE
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lofi-daemon",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"lofi-daemon {__version__}")
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="one of those below")
    parser.add_argument("words", nargs="*", metavar="...", help="what the command works on")
    parser.add_argument("-y", "--yes", action="store_true", help="agree to a model's licence")
    parser.add_argument("--style", metavar="NAME", help="of radio; `lofi-daemon styles` lists them")
    parser.add_argument("--precision", metavar="P", help="of models optimize; default auto")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    _add_track(parser.add_argument_group("a track"))
    _add_machine(parser.add_argument_group("the machine"))
    _add_sound(parser.add_argument_group("sound"))
    _add_daemon(parser.add_argument_group("the daemon"))
    return parser


def _add_track(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-p", "--prompt", metavar="TEXT", help="what to play, 1 to 1000 characters")
    group.add_argument("-d", "--duration", metavar="SECONDS", default="30", help="default 30")
    group.add_argument("-s", "--seed", metavar="N", help="repeat a track exactly; default: random")
    group.add_argument("-o", "--output", metavar="FILE", help="default output.wav")
    group.add_argument("--growing", metavar="FILE", help="a WAV file to hear while it is made")
    group.add_argument(
        "--play-while-generating",
        action="store_true",
        help="hear it as soon as it will not stutter",
    )
    group.add_argument("--format", metavar="wav|flac|ogg|mp3", help="default: by the file's name")
    group.add_argument("-f", "--force", action="store_true", help="replace an existing file")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress, errors only")


def _add_machine(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-b", "--backend", metavar="NAME", help="default auto: the best installed")
    group.add_argument("--model-dir", metavar="FOLDER", help="the model for that backend")
    group.add_argument("--device", metavar="auto|cpu|cuda|metal", help="default auto")
    group.add_argument("--threads", metavar="N", help="1 to 256; default: the runtime's choice")


def _add_sound(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--volume", metavar="V", help="0 to 1")
    group.add_argument("--audio-output", metavar="WAY", help="auto, miniaudio, a program, none")
    group.add_argument("--audio-device", metavar="NAME", help="default: the system's choice")


def _add_daemon(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--daemon", action="store_true", help="serve an editor")
    group.add_argument("--cache-path", metavar="FOLDER", help="where the library lies")
    group.add_argument("--idle-timeout-sec", metavar="N", help="leave when idle; 0: never")
    group.add_argument("--log-level", metavar="debug|info|warning|error", help="default warning")
    group.add_argument("--log-file", metavar="FILE", help="a log besides standard error")


def flags(arguments: argparse.Namespace) -> dict[str, object]:
    """What the command line says about settings, by their keys."""
    named = {key: getattr(arguments, key) for key in SETTINGS}
    return named | {"default_backend": arguments.backend}
