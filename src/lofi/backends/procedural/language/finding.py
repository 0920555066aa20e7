"""What a prompt can say, as plain values."""

from dataclasses import dataclass, field

from lofi.backends.procedural.language.vocabulary import Entry
from lofi.backends.procedural.recipe import Part


@dataclass(frozen=True, slots=True)
class Mention:
    """A known phrase."""

    entry: Entry
    negated: bool = False
    role: Part | None = None
    """What an instrument is to play, if that was said: "piano lead"."""
    alone: bool = False
    """Whether it was asked for as a solo."""
    strength: float = 1.0
    """Factor on sounds of the room: "heavy" rain."""

    @property
    def sign(self) -> int:
        """1, or -1 if it was negated."""
        return -1 if self.negated else 1


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats per minute from ``low`` to ``high``, as asked: any positive number."""

    low: float
    high: float
    text: str

    @property
    def clamped(self) -> tuple[float, float]:
        """Both ends as a recipe can hold them, 40 to 180."""
        return min(max(self.low, 40.0), 180.0), min(max(self.high, 40.0), 180.0)


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic as pitch class, with its mode if one was said."""

    tonic: int
    mode: Entry | None
    text: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number for one field of the recipe or one sound of the room; 1 is 100 %."""

    name: str
    value: float
    entry: Entry | None
    """The sound of the room it is about."""

    @property
    def clamped(self) -> float:
        """The value as a recipe can hold it: swing 0.5 to 0.67, all else 0 to 1."""
        low, high = (0.5, 0.67) if self.name == "swing" else (0.0, 1.0)
        return min(max(self.value, low), high)


Finding = Mention | Tempo | Key | Amount


@dataclass(slots=True)
class Sentence:
    """Everything a prompt says, each kind in the order of the prompt."""

    mentions: list[Mention] = field(default_factory=list)
    tempos: list[Tempo] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Words without a meaning here, as they were written."""

    def add(self, finding: Finding) -> None:
        """File it under its kind."""
        match finding:
            case Mention():
                self.mentions.append(finding)
            case Tempo():
                self.tempos.append(finding)
            case Key():
                self.keys.append(finding)
            case Amount():
                self.amounts.append(finding)
