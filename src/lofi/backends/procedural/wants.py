"""What a prompt wants: its own words, and apart from them what the styles it names stand for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lofi import catalogue
from lofi.backends.procedural.choice import Open, draw
from lofi.backends.procedural.language.finding import Mention, Sentence
from lofi.backends.procedural.language.sentence import parse
from lofi.catalogue import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """A sentence with its styles looked up."""

    sentence: Sentence
    styles: tuple[Style, ...]
    """In the order they were named; the first gives tempo and scale."""
    mood: str | None
    """A mood of the first style, drawn because the prompt names none."""
    asked: tuple[Mention, ...]
    """What the prompt says itself."""
    implied: tuple[Mention, ...]
    """What the tags of the styles say, each meaning once; it gives way to ``asked``."""


def wants_of(sentence: Sentence, seed: int) -> Wants:
    """Look the styles of a sentence up, and draw a mood where one is open."""
    positive = [m.entry.name for m in sentence.mentions if _is_style(m) and not m.negated]
    styles = tuple(catalogue.load()[name] for name in dict.fromkeys(positive))
    asked = tuple(m for m in sentence.mentions if not _is_style(m) or m.negated)
    mood = None
    if styles and not any(mention.entry.kind == "mood" for mention in asked):
        mood = draw(dict.fromkeys(styles[0].mood_options, 1.0), seed, Open.MOOD)
    tags = [tag for style in styles for tag in style_tags(style)]
    # What follows the style itself decides less: its tags name drums and instruments first.
    names = [style.name for style in styles]
    return Wants(
        sentence=sentence,
        styles=styles,
        mood=mood,
        asked=asked,
        implied=said_by([*tags, *([mood] if mood else []), *names]),
    )


def style_tags(style: Style) -> tuple[str, ...]:
    """Every tag of a style but its moods; who sings comes first, as the voice leads."""
    voice = (style.vocal_type,) if style.vocal_type else ()
    place = (style.atmosphere,) if style.atmosphere else ()
    return (*voice, *style.base_tags, *style.instruments, *style.production, *place)


def said_by(tags: Iterable[str]) -> tuple[Mention, ...]:
    """What these tags say, each meaning once, names of styles last."""
    mentions: Sequence[Mention] = [mention for tag in tags for mention in parse(tag).mentions]
    once = {(mention.entry.key, mention.role): mention for mention in mentions}
    return tuple(sorted(once.values(), key=_is_style))


def _is_style(mention: Mention) -> bool:
    return mention.entry.kind == "style"
