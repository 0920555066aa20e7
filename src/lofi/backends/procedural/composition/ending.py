"""The last bar: the tonic chord, struck once and left to ring."""

from lofi.backends.procedural.composition.bassline import root_of
from lofi.backends.procedural.composition.comping import rolled, smooth
from lofi.backends.procedural.composition.leadsheet import Sheet
from lofi.backends.procedural.composition.melody import voice_of
from lofi.backends.procedural.composition.timing import milliseconds
from lofi.backends.procedural.composition.voicing import foundation
from lofi.backends.procedural.recipe import Kit, Part
from lofi.backends.procedural.score import Drum, Note

RELEASE_SECONDS = 1.0
"""Silence of the fingers at the very end, in which the sound dies away."""


def final_chord(sheet: Sheet, beats: float, before: int | None) -> list[Note]:
    """The notes of the last bar, of parts that play.

    Args:
        sheet: of the bar.
        beats: from the chord to the end of the piece.
        before: the last pitch of the melody, which comes to rest on the nearest tonic.
    """
    length = max(1.0, beats - milliseconds(1000.0 * RELEASE_SECONDS, sheet.bpm))
    root = foundation(sheet.chord)
    gap = milliseconds(45.0, sheet.bpm)
    notes = {
        Part.CHORDS: rolled((root, *sheet.voicing), 0.0, length, gap),
        Part.PAD: [
            Note(0.0, length, pitch, 0.45, Part.PAD) for pitch in (root, *smooth(sheet.voicing))
        ],
        Part.BASS: [Note(0.0, length, root_of(sheet.chord.root, sheet.recipe), 0.7, Part.BASS)],
        Part.LEAD: [Note(2 * gap, 0.9 * length, _rest(sheet, before), 0.5, Part.LEAD)],
        Part.DRUMS: _last_stroke(sheet),
    }
    return [note for part, played in notes.items() if part in sheet.playing for note in played]


def _rest(sheet: Sheet, before: int | None) -> int:
    voice = voice_of(sheet.recipe.lead)
    middle = (voice.low + voice.high) // 2
    tonics = range(voice.low + (sheet.chord.root - voice.low) % 12, voice.high + 1, 12)
    return min(tonics, key=lambda pitch: abs(pitch - (before or middle)))


def _last_stroke(sheet: Sheet) -> list[Note]:
    kit = sheet.recipe.kit
    low = Drum.LOW_BONGO if kit is Kit.HAND else Drum.KICK
    high = Drum.RIDE if kit in {Kit.BRUSHES, Kit.SOFT} else Drum.OPEN_HAT
    return [
        Note(0.0, 0.25, int(low), 0.6, Part.DRUMS),
        Note(0.0, 0.25, int(high), 0.25, Part.DRUMS),
    ]
