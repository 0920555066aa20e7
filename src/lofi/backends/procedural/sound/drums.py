"""Percussion from noise, swept sines and metallic modes; which kit uses what is elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lofi.backends.procedural.sound.envelope import decay, gate, times
from lofi.backends.procedural.sound.filter import band, filtered, highpass, lowpass
from lofi.backends.procedural.sound.oscillator import modes, noise
from lofi.sound.pcm import Signal, frames


class Hit(NamedTuple):
    """One stroke."""

    velocity: float
    """0 to 1; here it changes the colour only."""
    rng: np.random.Generator
    """Makes one stroke a little different from the next."""


Stroke = Callable[[Hit], Signal]


def _spread(hit: Hit, amount: float) -> float:
    """A factor near 1."""
    return float(1 + amount * hit.rng.uniform(-1, 1))


def kick(
    *,
    low: float,
    high: float,
    sweep: float = 30,
    rate: float = 11,
    click: float = 0.1,
    drive: float = 1.6,
) -> Stroke:
    """A sine that falls from ``high`` to ``low`` Hz; ``sweep`` and ``rate`` in nepers a second."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(0.9, 5.5 / rate))
        t = times(count)
        top = high * (0.75 + 0.25 * hit.velocity) * _spread(hit, 0.02)
        turns = low * t + (top - low) / sweep * (1 - np.exp(-sweep * t))
        tone = np.sin(np.float32(2 * np.pi) * turns) * decay(count, rate)
        beater = filtered(lowpass(2_600), noise(hit.rng, frames(0.02)))
        tone[: beater.size] += beater * decay(beater.size, 260) * np.float32(click * 2.5)
        shaped = np.tanh(tone * np.float32(drive)).astype(np.float32)
        return gate(shaped, 0.0008, 0.06)

    return stroke


def snare(
    *,
    tone: float,
    low: float,
    high: float,
    rate: float,
    body: float = 0.6,
    ring: float = 22,
) -> Stroke:
    """Two modes of a skin and the band of noise its wires make."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(0.6, 6.5 / rate))
        pitch = tone * _spread(hit, 0.015)
        skin = modes([pitch, pitch * 1.59], [body, body * 0.45], [ring, ring * 1.5], count)
        wires = filtered(band(low, high * (0.7 + 0.3 * hit.velocity)), noise(hit.rng, count))
        burst = decay(count, rate) + np.float32(0.5) * decay(count, rate * 5)
        return gate(skin + wires * burst, 0.0008, 0.05)

    return stroke


def brush(*, low: float, high: float, seconds: float) -> Stroke:
    """Wires drawn over a skin: noise that swells and sinks."""

    def stroke(hit: Hit) -> Signal:
        count = frames(seconds)
        swish = filtered(band(low, high), noise(hit.rng, count))
        tap = modes([190.0 * _spread(hit, 0.03)], [0.25 * hit.velocity], [30.0], count)
        slap = decay(count, 40) * np.float32(0.3 + 0.9 * hit.velocity)
        arch = np.sin(np.linspace(0, np.pi, count, dtype=np.float32)) ** 2
        level = slap + arch.astype(np.float32) * np.float32(0.5)
        return gate(swish * level + tap, 0.004, seconds * 0.4)

    return stroke


def clap(*, low: float, high: float, rate: float) -> Stroke:
    """Three hands just apart, then the room."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(0.4, 6.5 / rate))
        t = times(count)
        level = decay(count, rate) * np.float32(0.5)
        for late in (0.0, 0.009 * _spread(hit, 0.2), 0.019 * _spread(hit, 0.2)):
            since = t - np.float32(late)
            level += np.where(since >= 0, np.exp(-190 * np.maximum(since, 0)), 0)
        return gate(filtered(band(low, high), noise(hit.rng, count)) * level, 0.001, 0.05)

    return stroke


def cymbal(
    *,
    low: float,
    rate: float,
    metal: float = 0.5,
    partials: int = 24,
    top: float = 12_000,
) -> Stroke:
    """Hats and rides: noise above ``low`` Hz and a cloud of inharmonic modes."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(1.6, 6.0 / rate))
        cut = np.concatenate([highpass(low), lowpass(top * (0.6 + 0.4 * hit.velocity))])
        hiss = filtered(cut, noise(hit.rng, count)) * decay(count, rate)
        place = np.linspace(0, 1, partials)
        hertz = low * 0.75 * (top / low) ** place * (1 + 0.05 * np.sin(place * 71))
        level = metal / np.sqrt(partials) * np.cos(place * 37) * _spread(hit, 0.1)
        return gate(hiss + modes(hertz, level, rate * (0.7 + place), count), 0.0008, 0.4 / rate)

    return stroke


def wood(*, tones: tuple[float, ...], rate: float, click: float = 0.2) -> Stroke:
    """A rim, a block or a stick: a few short modes."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(0.3, 6.5 / rate))
        hertz = np.array(tones) * _spread(hit, 0.01)
        tone = modes(hertz, 1 / np.arange(1, len(tones) + 1), rate, count)
        tick = filtered(band(900, 6_000), noise(hit.rng, count)) * decay(count, 420)
        return gate(tone + tick * np.float32(click * (0.4 + hit.velocity)), 0.0006, 0.02)

    return stroke


def skin(*, tone: float, rate: float, slap: float = 0.25, bend: float = 0.12) -> Stroke:
    """A hand drum: a membrane whose pitch sinks a little after the stroke."""

    def stroke(hit: Hit) -> Signal:
        count = frames(min(0.7, 6.0 / rate))
        t = times(count)
        pitch = tone * _spread(hit, 0.012)
        fall = bend * (0.4 + 0.6 * hit.velocity)
        turns = pitch * (t + fall / 28 * (1 - np.exp(-28 * t)))
        angle = np.float32(2 * np.pi) * turns
        tone_ = np.sin(angle) * decay(count, rate)
        tone_ += np.float32(0.3) * np.sin(angle * np.float32(1.593)) * decay(count, rate * 1.8)
        palm = filtered(band(600, 4_500), noise(hit.rng, count)) * decay(count, 160)
        return gate(tone_ + palm * np.float32(slap * 2 * hit.velocity), 0.0015, 0.06)

    return stroke


def shaker(*, low: float, high: float, seconds: float) -> Stroke:
    """Grains thrown forward: noise that swells, then stops."""

    def stroke(hit: Hit) -> Signal:
        count = frames(seconds)
        grains = filtered(band(low, high), noise(hit.rng, count))
        peak = 0.35 * _spread(hit, 0.2)
        place = np.linspace(0, 1, count, dtype=np.float32)
        arch = np.minimum(place / peak, (1 - place) / (1 - peak)) ** 1.5
        return gate(grains * arch.astype(np.float32), 0.004, 0.015)

    return stroke


def sleigh(*, low: float = 4_600, bells: int = 18) -> Stroke:
    """A strap of small bells that do not strike quite together."""

    def stroke(hit: Hit) -> Signal:
        count = frames(0.45)
        out = np.zeros(count, np.float32)
        for late in (0.0, 0.012 * _spread(hit, 0.3), 0.027 * _spread(hit, 0.3)):
            start = frames(late)
            hertz = low * hit.rng.uniform(0.95, 2.1, bells)
            out[start:] += modes(hertz, 1 / bells, hit.rng.uniform(11, 22, bells), count - start)
        return gate(out, 0.001, 0.1)

    return stroke
