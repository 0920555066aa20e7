"""The shape of a piece: which bar belongs to which section and phrase, and who plays how loud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lofi.backends.procedural.composition.harmony import PHRASE_BARS
from lofi.backends.procedural.composition.outline import outline
from lofi.backends.procedural.recipe import Part, Recipe

BEATS_PER_BAR = 4
RING_SECONDS = 1.5
"""The least time the final chord is given."""
SECTION_PHRASES = 4
CONTRASTING = 2
"""Which phrase of a section is the B in A A B A."""


class Scene(NamedTuple):
    """How a section is orchestrated: level of each part, 0 to 1, and share of the intensity."""

    pad: float
    chords: float
    bass: float
    drums: float
    lead: float
    energy: float


SCENES: dict[str, tuple[Scene, ...]] = {
    "intro": (
        Scene(pad=0.9, chords=0.7, bass=0.0, drums=0.0, lead=0.0, energy=0.5),
        Scene(pad=0.9, chords=0.8, bass=0.8, drums=0.0, lead=0.0, energy=0.6),
    ),
    "build": (
        Scene(pad=0.8, chords=0.8, bass=0.8, drums=0.5, lead=0.0, energy=0.65),
        Scene(pad=0.9, chords=0.9, bass=0.9, drums=0.75, lead=0.7, energy=0.85),
    ),
    "verse": (Scene(pad=0.7, chords=0.9, bass=0.9, drums=0.85, lead=0.0, energy=0.8),),
    "song": (Scene(pad=0.75, chords=0.9, bass=0.95, drums=0.9, lead=0.9, energy=0.9),),
    "full": (Scene(pad=1.0, chords=1.0, bass=1.0, drums=1.0, lead=1.0, energy=1.0),),
    "break": (Scene(pad=1.0, chords=0.85, bass=0.0, drums=0.0, lead=0.8, energy=0.6),),
    "interlude": (Scene(pad=1.0, chords=0.8, bass=0.0, drums=0.0, lead=0.0, energy=0.5),),
    "return": (Scene(pad=1.0, chords=1.0, bass=1.0, drums=1.0, lead=1.0, energy=1.0),),
    "outro": (
        Scene(pad=0.95, chords=0.9, bass=0.9, drums=0.7, lead=0.7, energy=0.7),
        Scene(pad=0.9, chords=0.85, bass=0.85, drums=0.0, lead=0.6, energy=0.5),
    ),
    "ending": (Scene(pad=0.9, chords=0.9, bass=0.9, drums=0.6, lead=0.8, energy=0.5),),
}
"""Sections by name; one with two scenes changes half-way."""

RADIO: tuple[tuple[str, ...], ...] = (
    ("verse", "full", "break", "full"),
    ("verse", "build", "full", "full"),
    ("interlude", "build", "full", "full"),
    ("verse", "song", "break", "full"),
)
"""Sections of an endless piece after its first, phrase by phrase."""
RADIO_OPENING = ("intro", "song", "build", "full")

GATES: Mapping[Part, float] = {Part.BASS: 0.15, Part.DRUMS: 0.3, Part.LEAD: 0.1}
"""Below this intensity a part is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the piece a bar stands."""

    section: str
    scene: Scene
    material: int
    """Which progression, groove and motif it takes up: equal numbers, equal material."""
    contrast: bool
    """Whether it is in the B of A A B A."""
    phrase: int
    position: int
    """Bar in its phrase, from 0."""
    length: int
    """Bars in its phrase."""
    final: bool = False
    """Whether the phrase is the last of the piece."""
    beats: float = float(BEATS_PER_BAR)
    last: bool = False


def levels(scene: Scene, recipe: Recipe) -> Mapping[Part, float]:
    """Level of each part in a scene: 0 without an instrument or below its intensity.

    A band reduced to silence plays as if every part were wanted.
    """
    band = {
        Part.DRUMS: recipe.kit,
        Part.BASS: recipe.bass,
        Part.CHORDS: recipe.chords,
        Part.PAD: recipe.pad,
        Part.LEAD: recipe.lead,
    }
    wanted = {
        Part.DRUMS: scene.drums,
        Part.BASS: scene.bass,
        Part.CHORDS: scene.chords,
        Part.PAD: scene.pad,
        Part.LEAD: scene.lead,
    }
    gated = {
        part: wanted[part] if band[part] and recipe.intensity >= GATES.get(part, 0.0) else 0.0
        for part in Part
    }
    if any(gated.values()):
        return gated
    return {part: scene.energy if band[part] else 0.0 for part in Part}


def radio() -> Iterator[Place]:
    """An endless piece: an intro, then sections of four phrases A A B A without end."""
    phrase = 0
    while True:
        material, within = divmod(phrase, SECTION_PHRASES)
        plan = RADIO[(material - 1) % len(RADIO)] if material else RADIO_OPENING
        for position in range(PHRASE_BARS):
            yield Place(
                section=plan[within],
                scene=_scene(plan[within], position, PHRASE_BARS),
                material=material,
                contrast=within == CONTRASTING,
                phrase=phrase,
                position=position,
                length=PHRASE_BARS,
            )
        phrase += 1


class Frame(NamedTuple):
    """How many bars fit a duration, and how long they are."""

    bars: int
    """Whole bars before the final chord."""
    beats: int
    """In each of them."""
    ring: float
    """Beats from the final chord to the end."""


def fit(seconds: float, bpm: float) -> Frame:
    """As many whole bars as leave the final chord ``RING_SECONDS``, and less than a bar more.

    Where not one bar fits, one shorter bar of whole beats; where not one beat, the chord alone.
    """
    total = seconds * bpm / 60
    room = max(0.0, total - RING_SECONDS * bpm / 60)
    bars, beats = int(room / BEATS_PER_BAR + 1e-9), BEATS_PER_BAR
    if bars == 0 and room >= 1.0:
        bars, beats = 1, int(room + 1e-9)
    return Frame(bars, beats, total - bars * beats)


def song(seconds: float, bpm: float) -> tuple[Place, ...]:
    """A piece of exactly ``seconds``, whose last phrase closes on its last bar.

    Harmonic phrases are counted back from the end; what is left over opens the piece. Sections
    take turns with the first, so that its material returns.
    """
    frame = fit(seconds, bpm)
    sections = [
        (name, position, length)
        for name, length in outline(frame.bars)
        for position in range(length)
    ]
    places = []
    for bar, (phrase, position, length, count) in enumerate(_phrases(frame.bars + 1)):
        last = bar == frame.bars
        name, inside, size = ("ending", 0, 1) if last else sections[bar]
        section, within = divmod(phrase, SECTION_PHRASES)
        places.append(
            Place(
                section=name,
                scene=_scene(name, inside, size),
                material=section if section % 2 else 0,
                contrast=within == CONTRASTING and phrase < count - 1,
                phrase=phrase,
                position=position,
                length=length,
                final=phrase == count - 1,
                beats=frame.ring if last else float(frame.beats),
                last=last,
            )
        )
    return tuple(places)


def _phrases(bars: int) -> Iterator[tuple[int, int, int, int]]:
    """Phrase, position in it, its length and the number of phrases, for every bar."""
    upbeat = bars % PHRASE_BARS
    lengths = ([upbeat] if upbeat else []) + [PHRASE_BARS] * (bars // PHRASE_BARS)
    for phrase, length in enumerate(lengths):
        for position in range(length):
            yield phrase, position, length, len(lengths)


def _scene(name: str, position: int, length: int) -> Scene:
    scenes = SCENES[name]
    return scenes[position * len(scenes) // length] if length > 1 else scenes[0]
