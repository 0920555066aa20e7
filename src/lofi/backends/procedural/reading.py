"""A prompt turned into a recipe, with an account of what was understood; writes no notes."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from lofi.backends.procedural import account
from lofi.backends.procedural.band import Band, cast
from lofi.backends.procedural.choice import Open, draw, stream
from lofi.backends.procedural.composition.form import GATES
from lofi.backends.procedural.language.finding import Mention
from lofi.backends.procedural.language.sentence import parse
from lofi.backends.procedural.language.vocabulary import AMOUNTS
from lofi.backends.procedural.recipe import Ambience, Mode, Part, Recipe
from lofi.backends.procedural.wants import Wants, said_by, style_tags, wants_of
from lofi.catalogue import Style

_USUAL_TEMPO = (70.0, 90.0)
_FREEDOM = 15.0
"""How far moods may take the usual tempo out of its range, in beats per minute."""
_BASES = {
    "swing": (0.58, 0.015),
    "intensity": (0.5, 0.07),
    "density": (0.48, 0.08),
    "spice": (0.2, 0.07),
    "brightness": (0.5, 0.07),
    "reverb": (0.4, 0.06),
    "tape": (0.4, 0.08),
    "duck": (0.42, 0.08),
    "crush": (0.0, 0.0),
}
"""Where each amount starts, and how far the seed moves it either way."""
_SWING = (0.5, 0.67)
_USUAL_MODES = {
    Mode.DORIAN: 4.0,
    Mode.AEOLIAN: 3.0,
    Mode.IONIAN: 3.0,
    Mode.MIXOLYDIAN: 2.0,
    Mode.LYDIAN: 1.0,
    Mode.PHRYGIAN: 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a prompt means to the composer."""

    recipe: Recipe
    style: Style | None
    """The first style that was named: it gives tempo and scale."""
    understood: Mapping[str, JsonValue]
    """What was asked for and is done."""
    chosen: Mapping[str, JsonValue]
    """What the style or the seed decided because the prompt left it open."""
    remarks: tuple[str, ...]
    """Approximations, limits, and what found no place."""
    unknown: tuple[str, ...]
    """Words that mean nothing here, as they were written, in order."""

    def described(self) -> dict[str, JsonValue]:
        """The account as a JSON object, without the recipe."""
        return {
            "understood": dict(self.understood),
            "chosen": dict(self.chosen),
            "remarks": list(self.remarks),
            "unknown": list(self.unknown),
        }


def read(prompt: str, seed: int) -> Reading:
    """Turn words into a recipe; what they leave open is drawn from ``seed``, 0 to 2^64 - 1.

    Any text can be read: words without a meaning are listed, and the same prompt and seed always
    give the same recipe.
    """
    wants = wants_of(parse(prompt), seed)
    amounts = _amounts(wants, seed)
    band = cast(wants.asked, wants.implied, amounts["intensity"], seed)
    amounts["intensity"] = _audible(band, wants, amounts["intensity"])
    if Part.DRUMS not in band.named and amounts["intensity"] < GATES[Part.DRUMS]:
        band = replace(band, kit=None)
    keys = wants.sentence.keys
    recipe = Recipe(
        tonic=keys[0].tonic if keys else int(stream(seed, Open.TONIC).integers(12)),
        mode=_mode(wants, seed),
        bpm=_tempo(wants, seed),
        chords=band.seats.get(Part.CHORDS),
        pad=band.seats.get(Part.PAD),
        lead=band.seats.get(Part.LEAD),
        bass=band.seats.get(Part.BASS),
        kit=band.kit,
        sleigh_bells=band.sleigh_bells,
        ambience=_ambience(wants, amounts["tape"], seed),
        **amounts,
    )
    return Reading(
        recipe=recipe,
        style=wants.styles[0] if wants.styles else None,
        understood=account.understood(wants, recipe),
        chosen=account.chosen(wants, recipe, band),
        remarks=tuple(account.remarks(wants, recipe, band)),
        unknown=tuple(wants.sentence.unknown),
    )


def _amounts(wants: Wants, seed: int) -> dict[str, float]:
    """The base of each amount, moved a little by the seed and further by every word; or as said."""
    said = {amount.name: amount.clamped for amount in reversed(wants.sentence.amounts)}
    drift = stream(seed, Open.AMOUNTS).uniform(-1, 1, len(AMOUNTS))
    amounts = {}
    for name, offset in zip(AMOUNTS, drift, strict=True):
        base, spread = _BASES[name]
        pushes = (one.sign * getattr(one.entry, name) for one in (*wants.asked, *wants.implied))
        limits = _SWING if name == "swing" else (0.0, 1.0)
        value = _pushed(base + spread * float(offset), sum(pushes), limits)
        amounts[name] = round(said.get(name, value), 3)
    return amounts


def _audible(band: Band, wants: Wants, intensity: float) -> float:
    """An intensity at which every part that was named is heard, unless a number was asked for."""
    if any(amount.name == "intensity" for amount in wants.sentence.amounts):
        return intensity
    return max([intensity, *(GATES.get(part, 0.0) for part in band.named)])


def _pushed(value: float, push: float, limits: tuple[float, float]) -> float:
    """The value moved by ``push``, ever less the nearer it comes to a limit."""
    room = limits[push > 0] - value
    return value + room * (1 - math.exp(-push / room)) if room else value


def _tempo(wants: Wants, seed: int) -> float:
    """Beats per minute: a number, else a word for speed, else the style's or the usual range."""
    share = float(stream(seed, Open.TEMPO).random())
    if wants.sentence.tempos:
        low, high = wants.sentence.tempos[0].clamped
        return low if low == high else float(round(low + share * (high - low)))
    words = [one.entry.tempo for one in wants.asked if one.entry.tempo and not one.negated]
    ranges = [*words, *(style.tempo_range for style in wants.styles)]
    low, high = ranges[0] if ranges else _USUAL_TEMPO
    pace = sum(one.sign * one.entry.pace for one in (*wants.asked, *wants.implied))
    freedom = 0.0 if ranges else _FREEDOM
    bpm = low + share * (high - low)
    return float(round(_pushed(bpm, pace, (low - freedom, high + freedom))))


def _mode(wants: Wants, seed: int) -> Mode:
    """The scale: one that was named, else one on which words, style and mood agree best."""
    if wants.sentence.keys and (entry := wants.sentence.keys[0].mode) and entry.modes:
        return entry.modes[0]
    candidates: set[Mode] = set()
    for mentions in _opinions(wants):
        votes = Counter(mode for one in mentions if not one.negated for mode in one.entry.modes)
        best = {mode for mode, count in votes.items() if count == max(votes.values())}
        candidates = (candidates & best) or candidates or best
    shunned = {mode for one in wants.asked if one.negated for mode in one.entry.modes}
    left = ((candidates or set(Mode)) - shunned) or (set(Mode) - shunned)
    weights = {mode: weight for mode, weight in _USUAL_MODES.items() if mode in left}
    return draw(weights or _USUAL_MODES, seed, Open.MODE)


def _opinions(wants: Wants) -> list[Iterable[Mention]]:
    """Who has a say in the scale, the weightiest first."""
    return [
        [one for one in wants.asked if one.entry.kind == "mode"],
        [one for one in wants.asked if one.entry.kind != "mode"],
        *(said_by([*style_tags(style), style.name]) for style in wants.styles[:1]),
        said_by([wants.mood] if wants.mood else []),
    ]


def _ambience(wants: Wants, tape: float, seed: int) -> dict[Ambience, float]:
    """What was asked for, over what the style brings, over the crackle that lofi is known for."""
    levels: dict[Ambience, float] = {}
    if not wants.styles and tape >= 0.2:
        levels[Ambience.VINYL] = 0.35 + 0.3 * float(stream(seed, Open.ROOM).random())
    for mention in wants.implied:
        for name, level in mention.entry.ambience.items():
            levels[name] = max(level, levels.get(name, 0.0))
    for mention in wants.asked:
        factor = 0.0 if mention.negated else mention.strength
        levels |= {name: level * factor for name, level in mention.entry.ambience.items()}
    for amount in wants.sentence.amounts:
        sounds = amount.entry.ambience if amount.entry else {}
        loudest = max(sounds.values(), default=1.0)
        levels |= {name: amount.clamped * level / loudest for name, level in sounds.items()}
    return {name: round(min(level, 1.0), 3) for name, level in levels.items() if level > 0}
