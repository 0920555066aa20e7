"""A daemon reduced to its library: keeps tracks, one line for each, until told or killed.

Arguments: root, first number, count, most tracks allowed. "go" opens; each failure is a line, too.
"""

import sys
from itertools import cycle, islice
from pathlib import Path

from library.making import keep
from lofi.errors import LofiError
from lofi.library.shelf import Library


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    root, first, count, limit = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    library = Library.open(root, max_tracks=limit)
    say("open", library.closed)
    for number in islice(cycle(range(first, first + 20)), count):
        try:
            kept = keep(library, number, frames=100 + number)
        except LofiError as error:
            say(error.name, error.message)
        except OSError as error:  # the writer of the part, not the library
            say("PART", error.strerror)
        else:
            say("kept", kept.id)
    library.close()
    say("closed")


if __name__ == "__main__":
    main()
