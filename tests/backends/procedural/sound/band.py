"""A tiny composer for tests of the sound: four chords in A dorian, played the same way for ever."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from lofi.backends.procedural.recipe import Part, Recipe
from lofi.backends.procedural.score import Bar, Chord, Drum, Note
from lofi.backends.procedural.sound.engine import Engine
from lofi.sound.pcm import Signal

CHORDS = (
    Chord(0, 9, (9, 0, 4, 7), "Am7"),
    Chord(3, 2, (2, 6, 9, 0), "D7"),
    Chord(6, 7, (7, 11, 2, 6), "Gmaj7"),
    Chord(4, 4, (4, 7, 11, 2), "Em7"),
)
MELODY = ((0.5, 1.2), (2.5, 0.9))


@dataclass
class Band:
    """Bars without end, or ``bars`` of them; ``recipe`` may be changed at any time."""

    recipe: Recipe = field(default_factory=Recipe)
    bars: int | None = None
    parts: frozenset[Part] = frozenset(Part)
    levels: dict[Part, float] = field(default_factory=dict)
    taken: int = 0

    def __iter__(self) -> Iterator[Bar]:
        return self

    def __next__(self) -> Bar:
        if self.taken == self.bars:
            raise StopIteration
        index, self.taken = self.taken, self.taken + 1
        chord = CHORDS[index % 4]
        notes = [n for n in self.notes(chord, index) if n.part in self.parts]
        levels = {part: self.levels.get(part, 1.0) for part in Part}
        return Bar(
            index, self.recipe, 4.0, "verse", chord, tuple(notes), levels, self.taken == self.bars
        )

    def notes(self, chord: Chord, index: int) -> list[Note]:
        """Everything that is played in one bar."""
        shift = self.recipe.tonic - 9
        tones = [52 + (tone + shift - 52) % 12 for tone in chord.tones]
        root = 33 + (chord.root + shift - 33) % 12
        out = [Note(0.0, 3.9, tone, 0.42, Part.PAD) for tone in tones]
        for beat, length in ((0.0, 1.4), (1.5, 2.2)):
            out += [Note(beat, length, tone, 0.44, Part.CHORDS) for tone in tones]
        out += [Note(0.0, 1.4, root, 0.7, Part.BASS), Note(1.5, 1.0, root, 0.6, Part.BASS)]
        out += [Note(3.0, 0.9, root + 7, 0.6, Part.BASS)]
        out += [
            Note(beat, length, 12 + tones[(index + k) % 4] + 12 * (k % 2), 0.56, Part.LEAD)
            for k, (beat, length) in enumerate(MELODY)
        ]
        out += [Note(beat, 0.2, Drum.KICK, 0.8, Part.DRUMS) for beat in (0.0, 1.75, 2.5)]
        out += [Note(beat, 0.2, Drum.SNARE, 0.75, Part.DRUMS) for beat in (1.0, 3.0)]
        out += [Note(k / 2, 0.1, Drum.HAT, 0.35 + 0.2 * (k % 2), Part.DRUMS) for k in range(8)]
        return out


def played(engine: Engine, frames: int, sizes: tuple[int, ...] = (4800,)) -> Signal:
    """So many frames of an engine, asked for in blocks of these sizes in turn."""
    blocks: list[Signal] = []
    done = 0
    while done < frames:
        size = min(sizes[len(blocks) % len(sizes)], frames - done)
        blocks.append(engine.render(size))
        done += size
    return np.concatenate(blocks, axis=1)
