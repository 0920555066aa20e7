"""The tables, as text."""

import math
from collections.abc import Iterable, Mapping, Sequence

from scripts.benches.musicgen.figures import Figures, Guess
from scripts.benches.musicgen.wire import Json

NAME = 28
DASH = "-"


class Table:
    """Rows of one entrant each, under a title."""

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        self._columns = columns
        self._lines = ["", f"{title:<{NAME}}" + "".join(f"{each:>11}" for each in columns)]

    def row(self, name: str, cells: Iterable[str]) -> None:
        """Add a row."""
        shown = [f"{cell:>11}" for cell in cells]
        if len(shown) != len(self._columns):
            raise ValueError(f"{len(shown)} cells under {len(self._columns)} columns")
        self._lines.append(f"{name:<{NAME}}" + "".join(shown))

    def __str__(self) -> str:
        return "\n".join(self._lines)


def number(value: float | Guess | None, digits: int = 2, unit: str = "") -> str:
    """A number; what was reckoned begins with a tilde, what is unknown is a dash."""
    guess = value if isinstance(value, Guess) else Guess(math.nan if value is None else value)
    if math.isnan(guess.value):
        return DASH
    return f"{'~' if guess.reckoned else ''}{guess.value:,.{digits}f}{unit}"


def percent(share: float) -> str:
    """A share of one."""
    return number(100 * share, 0, " %")


def paces(every: Mapping[str, Figures], positions: Sequence[int], bandwidth: float) -> Table:
    """Steps per second, and of what the memory would allow."""
    middle = sorted(positions)[len(positions) // 2]
    heads = [f"at {position:,}" for position in positions]
    table = Table(
        "steps per second", [*heads, f"MB at {middle:,}", "ceiling", "reached", "foreign"]
    )
    for name, each in every.items():
        traffic = each.entrant.traffic
        ceiling = each.ceiling(middle, bandwidth)
        table.row(name, [
            *(number(each.pace(position), 1) for position in positions),
            number(None if traffic is None else traffic.at(middle) / 1e6, 0),
            number(ceiling, 1),
            percent(each.pace(middle) / ceiling),
            number(each.foreign),
        ])  # fmt: skip
    return table


def tracks(every: Mapping[str, Figures], seconds: Sequence[int], bandwidth: float) -> list[Table]:
    """Whole tracks, a table for each length."""
    made = []
    for length in seconds:
        table = Table(
            f"a track of {length} s",
            ["took s", "real time", "sound at s", "steps/s", "reached", "in runtime"],
        )
        for name, each in every.items():
            wall, best = each.wall(length), each.best(length)
            table.row(name, [
                number(wall, 1),
                number(wall._replace(value=wall.value / length)),
                number(wall if best is None else best["first"], 1),
                number(each.rate(length), 1),
                percent(each.share(length, bandwidth)),
                percent(each.inside(length)),
            ])  # fmt: skip
        made.append(table)
    return made


def memory(every: Mapping[str, Figures]) -> Table:
    """What a model takes to load and to hold."""
    table = Table("memory in GB", ["load s", "loaded", "after", "peak"])
    for name, each in every.items():
        held = (number(each.memory(which)) for which in ("loaded", "resident", "peak"))
        table.row(name, [number(each.ready["took"], 1), *held])
    return table


def ratios(
    every: Mapping[str, Figures], positions: Sequence[int], seconds: Sequence[int]
) -> list[Table]:
    """How many times as fast as each peer."""
    made = []
    for peer, other in every.items():
        if not other.entrant.peer:
            continue
        heads = [f"at {each:,}" for each in positions] + [f"{each} s" for each in seconds]
        table = Table(f"times {peer}", heads)
        for name, each in every.items():
            cells = [number(each.pace(at) / other.pace(at), 1) for at in positions]
            for length in seconds:
                ours, theirs = each.wall(length), other.wall(length)
                guessed = ours.reckoned or theirs.reckoned
                cells.append(number(Guess(theirs.value / ours.value, guessed), 1))
            table.row(name, cells)
        made.append(table)
    return made


def profile(name: str, track: Json) -> str:
    """Where the time of a track went: calls within calls, and what is left between them."""
    spent = {tuple(path): seconds for path, seconds in track["profile"]}
    lines = ["", f"{name}: {track['wall']:.2f} s in all"]
    for path, seconds in sorted(spent.items()):
        within = sum(each for inner, each in spent.items() if inner[:-1] == path)
        indented = "  " * len(path) + path[-1]
        share = 100 * seconds / track["wall"]
        itself = f"{seconds - within:9.3f} s of its own" if within else ""
        lines.append(f"{indented:<{NAME}}{seconds:9.3f} s {share:6.1f} %  {itself}")
    return "\n".join(lines)
