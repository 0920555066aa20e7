"""What a user may choose about ACE-Step; the defaults are those it was published with."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from lofi.track import SEED_LIMIT, Clip, Options


def _plain(value: object) -> object:
    """``Ping-Pong`` and ``ping_pong`` are ``pingpong``."""
    return (
        value.strip().lower().replace("-", "").replace("_", "") if isinstance(value, str) else value
    )


def _spaced(value: object) -> object:
    return value.strip().lower().replace("-", "_") if isinstance(value, str) else value


SchedulerName = Annotated[Literal["euler", "heun", "pingpong"], BeforeValidator(_plain)]
GuidanceName = Annotated[Literal["apg", "cfg", "cfg_star"], BeforeValidator(_spaced)]
Second = Annotated[float, Field(ge=0.0, le=240.0)]


class AceStepOptions(Options):
    """How ACE-Step makes its steps, how it is guided, what it sings and what it starts from."""

    inference_steps: int = Field(
        60,
        ge=1,
        le=200,
        description="how many steps to take, 1 to 200; 27 take half as long as 60",
        json_schema_extra={"error": "INVALID_INFERENCE_STEPS"},
    )
    scheduler: SchedulerName = Field(
        "euler",
        description="how to step: euler, heun (twice as slow) or pingpong (draws noise anew); "
        "a repaint or an extension steps as euler does",
        json_schema_extra={"error": "INVALID_SCHEDULER"},
    )
    guidance_scale: float = Field(
        15.0,
        ge=1.0,
        le=30.0,
        description="how closely to follow the prompt, 1 (least, and fastest) to 30; "
        "with cfg, 5 to 7 is as much as 15 with apg",
        json_schema_extra={"error": "INVALID_GUIDANCE_SCALE"},
    )
    guidance_type: GuidanceName = Field("apg", description="how to guide: apg, cfg or cfg_star")
    guidance_interval: float = Field(
        0.5, ge=0.0, le=1.0, description="the share of steps to guide, in the middle, 0 to 1"
    )
    guidance_decay: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="how far guidance falls to min_guidance_scale while it lasts, 0 to 1",
    )
    min_guidance_scale: float = Field(
        3.0, ge=1.0, le=30.0, description="what guidance falls to, 1 to 30"
    )
    omega: float = Field(
        10.0,
        ge=-100.0,
        le=100.0,
        description="how much steps of euler and heun deviate from their mean, -100 to 100",
    )
    erg_tag: bool | None = Field(
        None,
        description="guide away from the prompt as weakened attention reads it (ERG), and not from "
        "nothing; it counts with erg_lyric; unset: if the model can",
    )
    erg_lyric: bool | None = Field(
        None, description="the same for the lyrics; unset: if the model can"
    )
    erg_diffusion: bool | None = Field(
        None, description="weaken the look at what is guided away from, too; unset: if it can"
    )
    lyrics: str = Field(
        "[inst]",
        max_length=20_000,
        description="words to sing, line by line, with tags such as [verse] between them, at most "
        "20000 characters; [inst]: nothing is sung; empty: whatever the model likes",
    )
    retake_variance: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="how far to go from the track of this seed, or from the source, 0 to 1; "
        "unset: 0 for a track, 0.5 for a repaint, 1 where a source is extended",
    )
    retake_seed: int | None = Field(
        None, ge=0, lt=SEED_LIMIT, description="the seed of the variation, 0 to 2^64 - 1"
    )
    repaint_start: Second | None = Field(
        None, description="the second from which the source is made anew, 0 to 240"
    )
    repaint_end: Second | None = Field(
        None, description="the second up to which it is, more than repaint_start, at most 240"
    )
    extend_left: Second = Field(0.0, description="seconds to make before the source, 0 to 240")
    extend_right: Second = Field(0.0, description="seconds to make after the source, 0 to 240")
    strength: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="how much of the source to keep where all of it is made anew, 0 to 1",
    )
    source: Clip | None = Field(
        None,
        validate_default=True,
        description="audio to change: to repaint (repaint_start, repaint_end), to extend "
        "(extend_left, extend_right), or to make anew (strength), one of these; its beginning, "
        "if it is longer than the track",
    )

    @field_validator("source")
    @classmethod
    def _one_task(cls, source: Clip | None, info: ValidationInfo) -> Clip | None:
        """See that the options name one thing to do with a source, and none without one."""
        asked = info.data
        tasks = (
            asked.get("repaint_start") is not None or asked.get("repaint_end") is not None,
            asked.get("extend_left", 0) > 0 or asked.get("extend_right", 0) > 0,
            asked.get("strength") is not None,
        )
        if sum(tasks) != (source is not None):
            raise ValueError("there is nothing to do, too much, or nothing to do it with")
        return source

    @field_validator("repaint_end")
    @classmethod
    def _after_start(cls, end: float | None, info: ValidationInfo) -> float | None:
        if end is not None and end <= (info.data.get("repaint_start") or 0):
            raise ValueError("it ends before it begins")
        return end
