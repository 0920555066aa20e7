"""Where a sixteenth falls: the swung grid, and milliseconds in beats."""

STEPS_PER_BAR = 16


def onset(step: int, swing: float) -> float:
    """Beat of a sixteenth; the odd ones sit at ``swing`` of their pair (0.5 is straight)."""
    return step // 2 * 0.5 + (0.5 * swing if step % 2 else 0.0)


def milliseconds(duration: float, bpm: float) -> float:
    """A duration in milliseconds, in beats."""
    return duration * bpm / 60_000.0
