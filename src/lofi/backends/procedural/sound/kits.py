"""The drum kits: for each kit and each drum the stroke it makes, and where it stands."""

from collections.abc import Mapping

from lofi.backends.procedural.recipe import Kit
from lofi.backends.procedural.score import Drum
from lofi.backends.procedural.sound.drums import (
    Stroke,
    brush,
    clap,
    cymbal,
    kick,
    shaker,
    skin,
    sleigh,
    snare,
    wood,
)

PLACE: Mapping[Drum, float] = {
    Drum.KICK: 0.0,
    Drum.RIM: -0.18,
    Drum.SNARE: 0.06,
    Drum.CLAP: 0.0,
    Drum.HAT: 0.22,
    Drum.OPEN_HAT: 0.22,
    Drum.RIDE: -0.25,
    Drum.HIGH_BONGO: 0.28,
    Drum.LOW_BONGO: -0.22,
    Drum.SHAKER: -0.3,
    Drum.SLEIGH_BELL: 0.12,
}
"""From -1 (left) to 1 (right)."""

_COMMON: Mapping[Drum, Stroke] = {
    Drum.RIM: wood(tones=(460, 1_720, 2_300), rate=70),
    Drum.CLAP: clap(low=900, high=3_600, rate=24),
    Drum.RIDE: cymbal(low=3_300, rate=3.6, metal=1.1, partials=40, top=9_000),
    Drum.HIGH_BONGO: skin(tone=330, rate=17),
    Drum.LOW_BONGO: skin(tone=218, rate=14),
    Drum.SHAKER: shaker(low=4_500, high=10_000, seconds=0.09),
    Drum.SLEIGH_BELL: sleigh(),
}

STROKES: Mapping[Kit, Mapping[Drum, Stroke]] = {
    Kit.BOOM_BAP: {
        **_COMMON,
        Drum.KICK: kick(low=54, high=170, rate=13, click=0.14, drive=2.0),
        Drum.SNARE: snare(tone=186, low=700, high=6_500, rate=17),
        Drum.HAT: cymbal(low=5_800, rate=58),
        Drum.OPEN_HAT: cymbal(low=5_200, rate=11),
    },
    Kit.SOFT: {
        **_COMMON,
        Drum.KICK: kick(low=56, high=120, sweep=24, rate=14, click=0.05, drive=1.2),
        Drum.SNARE: snare(tone=172, low=500, high=3_800, rate=22, body=0.7),
        Drum.HAT: cymbal(low=4_600, rate=66, metal=0.25, top=8_500),
        Drum.OPEN_HAT: cymbal(low=4_300, rate=13, metal=0.25, top=8_500),
    },
    Kit.BRUSHES: {
        **_COMMON,
        Drum.KICK: kick(low=60, high=110, sweep=26, rate=16, click=0.04, drive=1.1),
        Drum.SNARE: brush(low=900, high=6_500, seconds=0.28),
        Drum.CLAP: brush(low=1_400, high=7_500, seconds=0.16),
        Drum.HAT: cymbal(low=5_000, rate=48, metal=0.8, top=9_500),
        Drum.OPEN_HAT: cymbal(low=4_500, rate=9, metal=0.8, top=9_500),
        Drum.SHAKER: brush(low=2_500, high=8_500, seconds=0.14),
    },
    Kit.MACHINE: {
        **_COMMON,
        Drum.KICK: kick(low=46, high=130, sweep=38, rate=6.5, click=0.08, drive=1.3),
        Drum.RIM: wood(tones=(1_660, 480), rate=110, click=0.1),
        Drum.SNARE: snare(tone=178, low=1_400, high=8_000, rate=24, body=0.8, ring=26),
        Drum.CLAP: clap(low=800, high=2_800, rate=18),
        Drum.HAT: cymbal(low=6_800, rate=75, metal=0.9, partials=6),
        Drum.OPEN_HAT: cymbal(low=6_300, rate=9, metal=0.9, partials=6),
        Drum.HIGH_BONGO: skin(tone=260, rate=13, slap=0.05, bend=0.25),
        Drum.LOW_BONGO: skin(tone=165, rate=10, slap=0.05, bend=0.25),
        Drum.SHAKER: shaker(low=5_500, high=11_000, seconds=0.05),
    },
    Kit.HOUSE: {
        **_COMMON,
        Drum.KICK: kick(low=52, high=210, sweep=46, rate=10, click=0.2, drive=2.2),
        Drum.RIM: wood(tones=(520, 1_100), rate=90),
        Drum.SNARE: snare(tone=200, low=1_200, high=8_500, rate=20, body=0.7, ring=30),
        Drum.CLAP: clap(low=1_000, high=4_200, rate=20),
        Drum.HAT: cymbal(low=7_200, rate=65, metal=0.6),
        Drum.OPEN_HAT: cymbal(low=6_600, rate=13, metal=0.6),
    },
    Kit.HAND: {
        **_COMMON,
        Drum.KICK: skin(tone=72, rate=11, slap=0.08, bend=0.3),
        Drum.RIM: wood(tones=(820, 2_150), rate=60),
        Drum.SNARE: skin(tone=248, rate=20, slap=0.7),
        Drum.CLAP: clap(low=1_100, high=3_200, rate=34),
        Drum.HAT: shaker(low=4_800, high=9_500, seconds=0.07),
        Drum.OPEN_HAT: shaker(low=4_200, high=9_500, seconds=0.17),
        Drum.RIDE: sleigh(low=3_900, bells=12),
    },
}
