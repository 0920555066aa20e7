"""The account of a reading for the listener: what was understood, what was chosen, what is odd."""

import difflib
from collections.abc import Sequence

from pydantic import JsonValue

from lofi.backends.procedural.band import Band
from lofi.backends.procedural.language.vocabulary import vocabulary
from lofi.backends.procedural.recipe import Ambience, Mode, Part, Recipe
from lofi.backends.procedural.wants import Wants

_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_PLURALS = {"instrument": "instruments", "mood": "moods", "part": "parts", "scene": "scenes"}
_SUGGESTIONS = 8
"""How many unknown words are compared with the vocabulary, a few milliseconds each."""


def understood(wants: Wants, recipe: Recipe) -> dict[str, JsonValue]:
    """What was asked for, sorted by what it is about."""
    sentence, account = wants.sentence, dict[str, JsonValue]()
    if wants.styles:
        account["style"] = wants.styles[0].name
    if wants.styles[1:]:
        account["more styles"] = [style.name for style in wants.styles[1:]]
    speeds = _speeds(wants)
    if sentence.tempos:
        account["tempo"] = f"{recipe.bpm:g} bpm"
    elif speeds:
        account["tempo"] = f"{speeds[0]}: {recipe.bpm:g} bpm"
    if sentence.keys:
        with_mode = sentence.keys[0].mode is not None
        account["key"] = key_name(recipe) if with_mode else _TONICS[recipe.tonic]
    for heading, names in _mentioned(wants).items():
        account.setdefault(heading, [*names])
    if sentence.amounts:
        account["amounts"] = {one.name: f"{one.clamped:.0%}" for one in reversed(sentence.amounts)}
    return account


def chosen(wants: Wants, recipe: Recipe, band: Band) -> dict[str, JsonValue]:
    """What the style or the seed decided because the prompt left it open."""
    account: dict[str, JsonValue] = {}
    if not wants.sentence.tempos and not _speeds(wants):
        account["tempo"] = f"{recipe.bpm:g} bpm"
    if not wants.sentence.keys or wants.sentence.keys[0].mode is None:
        account["key"] = key_name(recipe)
    if wants.mood:
        account["mood"] = wants.mood
    for part in Part:
        if part not in band.asked:
            player = recipe.kit if part is Part.DRUMS else band.seats.get(part)
            account[part.value] = player.value if player else None
    if recipe.sleigh_bells and not any(one.entry.sleigh_bells for one in wants.asked):
        account["percussion"] = ["sleigh bells"]
    if sounds := recipe.ambience.keys() - _asked_sounds(wants):
        account["ambience"] = [sound.value for sound in recipe.ambience if sound in sounds]
    return account


def _asked_sounds(wants: Wants) -> set[Ambience]:
    """Sounds of the room that the prompt itself speaks of."""
    entries = [mention.entry for mention in wants.asked]
    entries += [amount.entry for amount in wants.sentence.amounts if amount.entry]
    return {sound for entry in entries for sound in entry.ambience}


def remarks(wants: Wants, recipe: Recipe, band: Band) -> list[str]:
    """Approximations, limits, what found no place, and what may have been misspelt."""
    return list(
        dict.fromkeys(
            [
                *_limits(wants, recipe),
                *_approximations(wants, recipe),
                *band.remarks,
                *_suggestions(wants.sentence.unknown),
            ]
        )
    )


def key_name(recipe: Recipe) -> str:
    """``D minor (aeolian)``, ``F# dorian``."""
    quality = {Mode.IONIAN: "major ", Mode.AEOLIAN: "minor "}.get(recipe.mode)
    scale = f"{quality}({recipe.mode})" if quality else str(recipe.mode)
    return f"{_TONICS[recipe.tonic]} {scale}"


def _speeds(wants: Wants) -> list[str]:
    """The words for speed, of which the first counts."""
    return [one.entry.name for one in wants.asked if one.entry.tempo and not one.negated]


def _mentioned(wants: Wants) -> dict[str, list[str]]:
    headings: dict[str, list[str]] = {}
    for mention in wants.asked:
        kind, name = mention.entry.key
        heading = "without" if mention.negated else _PLURALS.get(kind, kind)
        shown = f"{name} ({mention.role})" if mention.role else name
        names = headings.setdefault(heading, [])
        if shown not in names:
            names.append(shown)
    return headings


def _limits(wants: Wants, recipe: Recipe) -> list[str]:
    sentence = wants.sentence
    said = [f"{other.text}: one tempo at a time" for other in sentence.tempos[1:]]
    said += [f"{other.text}: one key at a time" for other in sentence.keys[1:]]
    said += [f"{name}: one tempo at a time" for name in _outvoted_speeds(wants, recipe)]
    for tempo in sentence.tempos[:1]:
        if tempo.clamped != (tempo.low, tempo.high):
            said.append(f"{tempo.text}: the tempo is kept within 40 to 180 bpm")
    for amount in sentence.amounts:
        if amount.clamped != amount.value:
            said.append(f"{amount.name}: taken as {amount.clamped:.0%}")
    return said


def _outvoted_speeds(wants: Wants, recipe: Recipe) -> list[str]:
    """Words for speed that do not fit the tempo."""
    words = [one.entry for one in wants.asked if one.entry.tempo and not one.negated]
    return [
        word.name
        for word in words
        if word.tempo and not word.tempo[0] - 5 <= recipe.bpm <= word.tempo[1] + 5
    ]


def _approximations(wants: Wants, recipe: Recipe) -> list[str]:
    """The remarks on everything that is heard."""
    players = {recipe.chords, recipe.lead, recipe.pad, recipe.bass}
    heard = [mention for mention in wants.asked if not mention.negated]
    heard += [m for m in wants.implied if m.entry.plays is None or m.entry.plays in players]
    modes = [key.mode for key in wants.sentence.keys[:1] if key.mode]
    entries = [*(mention.entry for mention in heard), *modes]
    return [entry.remark for entry in entries if entry.remark]


def _suggestions(unknown: Sequence[str]) -> list[str]:
    words = {phrase[0] for phrase in vocabulary().phrases if len(phrase) == 1}
    said = []
    for word in unknown[:_SUGGESTIONS]:
        near = difflib.get_close_matches(word.casefold(), words, 1, 0.82) if len(word) > 3 else []
        said += [f"{word}: unknown; did you mean {near[0]}?"] if near else []
    return said
