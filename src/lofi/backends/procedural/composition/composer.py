"""The composer: bar after bar of a piece, from a recipe and a seed; it knows nothing of sound."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from lofi.backends.procedural.composition import form
from lofi.backends.procedural.composition.bassline import bass
from lofi.backends.procedural.composition.comping import chords, pad
from lofi.backends.procedural.composition.ending import final_chord
from lofi.backends.procedural.composition.form import Place
from lofi.backends.procedural.composition.groove import drums
from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.composition.phrase import Phrase, Tag, chords_of, plan, stream
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.composition.timing import STEPS_PER_BAR, milliseconds, onset
from lofi.backends.procedural.recipe import Part, Recipe
from lofi.backends.procedural.score import Bar, Chord, Note

_PLAYERS: dict[Part, tuple[Tag, Callable[[Sheet, Chance], list[Note]]]] = {
    Part.DRUMS: (Tag.DRUMS, drums),
    Part.BASS: (Tag.BASS, bass),
    Part.CHORDS: (Tag.CHORDS, chords),
    Part.PAD: (Tag.PAD, pad),
}


class Composer(Iterator[Bar]):
    """Writes a piece bar by bar.

    Without ``seconds`` it never ends. With it, the bars last exactly that long: as many whole
    bars at the recipe's tempo as leave the final chord between 1.5 s and 1.5 s and a bar, the
    final chord filling what remains; if not even one bar fits, one shorter bar of whole beats
    comes first. Equal recipes, seeds and durations give equal bars.
    """

    def __init__(self, recipe: Recipe, seed: int, seconds: float | None = None) -> None:
        self._recipe = self._wanted = recipe
        self._seed = seed
        self._finite = seconds is not None
        self._places = form.radio() if seconds is None else iter(form.song(seconds, recipe.bpm))
        self._place = next(self._places, None)
        self._phrase: Phrase | None = None
        self._held: tuple[int, ...] = ()
        self._sung: int | None = None
        self._index = 0

    def __iter__(self) -> "Composer":
        return self

    def __next__(self) -> Bar:
        place = self._place
        if place is None:
            raise StopIteration
        self._place = next(self._places, None)
        phrase = self._planned(place)
        bar = self._written(place, phrase)
        self._held = phrase.voicings[place.position]
        self._sung = next((n.pitch for n in bar.notes[::-1] if n.part is Part.LEAD), self._sung)
        self._index += 1
        return bar

    def steer(self, recipe: Recipe) -> None:
        """Write the next bar, and all after it, from another recipe.

        The rest of the phrase is planned anew; into a new key it goes by a chord that both keys
        share, if there is one. A piece with a duration keeps its tempo.
        """
        self._wanted = replace(recipe, bpm=self._recipe.bpm) if self._finite else recipe

    def _planned(self, place: Place) -> Phrase:
        """The phrase this bar belongs to, planned anew if it begins or the recipe has changed."""
        steered = self._wanted != self._recipe
        if self._phrase is None or place.position == 0 or steered:
            left = Key.of(self._recipe) if steered and self._index else None
            self._recipe = self._wanted
            self._phrase = plan(self._recipe, self._seed, place, self._held, left)
        return self._phrase

    def _written(self, place: Place, phrase: Phrase) -> Bar:
        levels = form.levels(place.scene, self._recipe)
        chord = phrase.chords[place.position]
        sheet = Sheet(
            recipe=self._recipe,
            chord=chord,
            following=self._following(place, phrase),
            voicing=phrase.voicings[place.position],
            position=place.position,
            turn=place.position == place.length - 1,
            energy=self._recipe.intensity * place.scene.energy,
            playing=frozenset(part for part, level in levels.items() if level > 0),
        )
        notes = final_chord(sheet, place.beats, self._sung) if place.last else None
        if notes is None:
            notes = self._accompaniment(place, sheet) + self._lead(place, phrase, sheet)
        return Bar(
            index=self._index,
            recipe=self._recipe,
            beats=place.beats,
            section=place.section,
            chord=chord,
            notes=_finished(notes, chord, self._recipe, place.beats),
            levels=levels,
            last=place.last,
        )

    def _following(self, place: Place, phrase: Phrase) -> Chord:
        """The chord of the next bar as far as is known."""
        ahead = self._place
        if ahead is None:
            return phrase.chords[place.position]
        if ahead.phrase == place.phrase:
            return phrase.chords[ahead.position]
        return chords_of(self._recipe, self._seed, ahead)[0]

    def _accompaniment(self, place: Place, sheet: Sheet) -> list[Note]:
        notes = []
        for part, (tag, play) in _PLAYERS.items():
            if part in sheet.playing:
                section = stream(self._seed, tag, place.material)
                bar = stream(self._seed, tag, place.phrase, place.position)
                notes += play(sheet, Chance(section, bar))
        return notes

    def _lead(self, place: Place, phrase: Phrase, sheet: Sheet) -> list[Note]:
        """The melody's notes in this bar, a little behind the beat, the high ones louder."""
        if Part.LEAD not in sheet.playing:
            return []
        rng = stream(self._seed, Tag.LEAD, place.phrase, place.position)
        notes = []
        for step, pitch, length in phrase.tones:
            bar, within = divmod(step, STEPS_PER_BAR)
            late, shade = rng.normal((10.0, 0.0), (4.0, 0.03)).tolist()
            if bar == place.position:
                beat = onset(within, sheet.recipe.swing) + milliseconds(late, sheet.bpm)
                accent = 0.07 * (within % 8 == 0) + 0.006 * (pitch - 72)
                notes.append(Note(max(0.0, beat), length, pitch, 0.56 + accent + shade, Part.LEAD))
        return notes


def _finished(notes: list[Note], chord: Chord, recipe: Recipe, beats: float) -> tuple[Note, ...]:
    """The notes in order, within the bar, with those the chord borrows marked as chromatic."""
    borrowed = set(chord.tones) - set(Key.of(recipe).scale)
    short = beats < form.BEATS_PER_BAR
    finished = [
        replace(
            note,
            length=min(note.length, beats - note.beat) if short else note.length,
            velocity=float(min(1.0, max(0.05, note.velocity))),
            chromatic=note.part is not Part.DRUMS and note.pitch % 12 in borrowed,
        )
        for note in notes
        if not short or note.beat < beats - 0.1
    ]
    return tuple(sorted(finished, key=lambda note: (note.beat, note.part, note.pitch)))
