"""Who plays what: the instruments that were named find their places, the others are drawn."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lofi.backends.procedural.choice import Open, draw, stream
from lofi.backends.procedural.language.finding import Mention
from lofi.backends.procedural.language.vocabulary import Entry
from lofi.backends.procedural.recipe import Instrument, Kit, Part

_OPEN = {
    Part.CHORDS: Open.CHORDS,
    Part.LEAD: Open.LEAD,
    Part.PAD: Open.PAD,
    Part.BASS: Open.BASS,
}
_COMPING = {
    Instrument.ELECTRIC_PIANO: 4.0,
    Instrument.PIANO: 3.0,
    Instrument.GUITAR: 2.0,
    Instrument.WURLITZER: 1.5,
    Instrument.ELECTRIC_GUITAR: 1.0,
}
_SINGING = {
    Instrument.ELECTRIC_PIANO: 2.0,
    Instrument.PIANO: 2.0,
    Instrument.GUITAR: 1.5,
    Instrument.MUSIC_BOX: 1.0,
    Instrument.FLUTE: 1.0,
    Instrument.BELLS: 0.7,
    Instrument.ELECTRIC_GUITAR: 0.7,
    Instrument.MARIMBA: 0.5,
}
_PADS = {Instrument.PAD: 3.0, Instrument.STRINGS: 1.0}
_BASSES: Mapping[Kit | None, Mapping[Instrument, float]] = {
    Kit.BRUSHES: {Instrument.UPRIGHT_BASS: 1.0},
    Kit.HAND: {Instrument.UPRIGHT_BASS: 1.0, Instrument.BASS_GUITAR: 1.0},
    Kit.MACHINE: {Instrument.SYNTH_BASS: 2.0, Instrument.BASS_GUITAR: 1.0},
    Kit.HOUSE: {Instrument.SYNTH_BASS: 1.0},
}
_BASS = {Instrument.BASS_GUITAR: 3.0, Instrument.UPRIGHT_BASS: 1.0, Instrument.SYNTH_BASS: 0.5}
_KITS = {Kit.BOOM_BAP: 12.0, Kit.SOFT: 5.0, Kit.BRUSHES: 2.0, Kit.MACHINE: 1.0}


@dataclass(frozen=True, slots=True)
class Wish:
    """An instrument that was named, and the roles it may take, best first."""

    name: str
    instrument: Instrument
    roles: tuple[Part, ...]
    asked: bool
    """By the prompt itself, not by the style in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The cast of a recipe."""

    seats: Mapping[Part, Instrument]
    kit: Kit | None
    sleigh_bells: bool
    asked: frozenset[Part]
    """Parts that the prompt decided."""
    named: frozenset[Part]
    """Parts that prompt or style want to hear; the others were drawn."""
    remarks: tuple[str, ...]
    """What was asked for and found no place."""


def cast(asked: Sequence[Mention], implied: Sequence[Mention], intensity: float, seed: int) -> Band:
    """Fill every role that was not silenced.

    Args:
        asked: what the prompt says itself.
        implied: what the style says; it gives way to ``asked``.
        intensity: 0 to 1; a quiet piece may do without a melody.
        seed: decides what neither of them says.
    """
    banned = _banned(asked)
    silent, wanted = _silenced(asked, implied)
    wishes = _wishes(asked, (), by_prompt=True)
    taken = {wish.instrument for wish in wishes}
    wishes += _wishes(implied, banned | taken, by_prompt=False)
    seated = seat(wishes, silent)
    kits = [mention.entry for mention in asked if mention.entry.kit and not mention.negated]
    decided = {part for part, wish in seated.items() if wish.asked}
    decided |= {Part.DRUMS} if kits else set()
    if any(mention.alone for mention in asked):
        seated = _solo({part: wish for part, wish in seated.items() if wish.asked})
        silent |= set(Part) - seated.keys() - decided - wanted
        decided = set(Part)
    kit = None if Part.DRUMS in silent else _kit(asked, implied, seed)
    closed = silent | _tacet(intensity, wanted, seed)
    seats = {part: wish.instrument for part, wish in seated.items()}
    lost = [wish.name for wish in wishes if wish.asked and wish not in seated.values()]
    bells = _sleigh_bells(asked, implied)
    lost += [entry.name for entry in (*kits, *bells) if Part.DRUMS in silent]
    return Band(
        seats=_filled(seats, kit, closed, banned, seed),
        kit=kit,
        sleigh_bells=bool(bells) and kit is not None,
        asked=frozenset(decided | _silenced(asked, ())[0]),
        named=frozenset((seated.keys() | wanted | _drummed(implied)) - silent),
        remarks=(
            *(f"{name}: no place left in the band" for name in lost),
            *(f"{one.name}: one kit plays at a time" for one in kits if one.kit != kits[0].kit),
        ),
    )


def seat(wishes: Sequence[Wish], silent: Iterable[Part] = ()) -> dict[Part, Wish]:
    """Give as many wishes as possible a role each, earlier ones first (bipartite matching).

    An instrument keeps the role it likes best unless it has to make room for one that the prompt
    asks for and that can do nothing else.
    """
    holder: dict[Part, Wish] = {}

    def place(wish: Wish, tried: set[Part]) -> bool:
        for role in wish.roles:
            if role not in holder and role not in tried:
                holder[role] = wish
                return True
        for role in wish.roles:
            if wish.asked and role not in tried:
                tried.add(role)
                if place(holder[role], tried):
                    holder[role] = wish
                    return True
        return False

    for wish in wishes:
        place(wish, set(silent))
    return holder


def _wishes(
    mentions: Sequence[Mention], taken: Iterable[Instrument], *, by_prompt: bool
) -> list[Wish]:
    found: dict[tuple[Instrument, Part | None], Wish] = {}
    taken = set(taken)
    for mention in mentions:
        entry = mention.entry
        if entry.plays is None or mention.negated or entry.plays in taken:
            continue
        if any(entry.plays is instrument for instrument, _ in found) and mention.role is None:
            continue
        first = (mention.role,) if mention.role else ()
        roles = tuple(dict.fromkeys((*first, *entry.roles)))
        found.setdefault(
            (entry.plays, mention.role), Wish(entry.name, entry.plays, roles, by_prompt)
        )
    return list(found.values())


def _banned(asked: Sequence[Mention]) -> frozenset[Instrument]:
    banned: set[Instrument] = set()
    for mention in asked:
        if mention.negated and mention.entry.plays is not None:
            banned.add(mention.entry.plays)
        if not mention.negated:
            banned |= mention.entry.bans
    return frozenset(banned)


def _silenced(asked: Sequence[Mention], implied: Sequence[Mention]) -> tuple[set[Part], set[Part]]:
    """The parts that fall silent, and those that were asked for in general."""
    silent: set[Part] = set()
    wanted: set[Part] = set()
    for mention in asked:
        entry = mention.entry
        if entry.part is not None:
            (silent if mention.negated else wanted).add(entry.part)
        if (entry.kit or entry.sleigh_bells) and not mention.negated:
            wanted.add(Part.DRUMS)
        if not mention.negated:
            silent |= entry.leaves_out
    for mention in implied:
        if not mention.negated:
            silent |= mention.entry.leaves_out - wanted
    return silent, wanted


def _solo(seated: Mapping[Part, Wish]) -> dict[Part, Wish]:
    """A solo instrument takes chords and melody if it can."""
    own = dict(seated)
    for wish in seated.values():
        for role in (Part.CHORDS, Part.LEAD):
            if role in wish.roles:
                own.setdefault(role, wish)
    return own


def _tacet(intensity: float, wanted: Collection[Part], seed: int) -> set[Part]:
    """A quiet piece may do without a melody."""
    chance = 0.6 - 1.2 * intensity
    silent = Part.LEAD not in wanted and stream(seed, Open.MELODY).random() < chance
    return {Part.LEAD} if silent else set()


def _drummed(implied: Iterable[Mention]) -> set[Part]:
    drummed = any(one.entry.kit or one.entry.sleigh_bells for one in implied)
    return {Part.DRUMS} if drummed else set()


def _sleigh_bells(asked: Iterable[Mention], implied: Iterable[Mention]) -> list[Entry]:
    """What asks for them; a prompt that says no outweighs a style."""
    said = [one for one in asked if one.entry.sleigh_bells] or implied
    return [one.entry for one in said if one.entry.sleigh_bells and not one.negated]


def _kit(asked: Sequence[Mention], implied: Sequence[Mention], seed: int) -> Kit | None:
    shunned = {mention.entry.kit for mention in asked if mention.negated}
    for mention in (*asked, *implied):
        if mention.entry.kit and not mention.negated and mention.entry.kit not in shunned:
            return mention.entry.kit
    left = {kit: _KITS[kit] for kit in _KITS if kit not in shunned}
    return draw(left, seed, Open.DRUMS) if left else None


def _filled(
    seats: Mapping[Part, Instrument],
    kit: Kit | None,
    closed: Collection[Part],
    banned: Collection[Instrument],
    seed: int,
) -> dict[Part, Instrument]:
    """The seats with everything that is open, and neither closed nor banned, drawn."""
    filled = dict(seats)
    for part, which in _OPEN.items():
        if part not in filled and part not in closed:
            weights = _weights(part, kit, filled)
            allowed = {name: weights[name] for name in weights if name not in banned}
            if allowed:
                filled[part] = draw(allowed, seed, which)
    return filled


def _weights(
    part: Part, kit: Kit | None, seats: Mapping[Part, Instrument]
) -> Mapping[Instrument, float]:
    if part is Part.BASS:
        return _BASSES.get(kit, _BASS)
    if part is Part.PAD:
        return _PADS
    weights, other = (_COMPING, Part.LEAD) if part is Part.CHORDS else (_SINGING, Part.CHORDS)
    partner = seats.get(other)
    if partner not in weights:
        return weights
    # Chords and melody often lie in the same hands.
    return {**weights, partner: sum(weights.values())}
