"""What a user may choose about MusicGen; the defaults are those it was published with."""

from pydantic import Field, ValidationInfo, field_validator

from lofi.track import Clip, Options


class MusicGenOptions(Options):
    """How MusicGen draws, how far it sees, and what it starts from."""

    guidance_scale: float = Field(
        3.0,
        ge=1.0,
        le=30.0,
        description="how closely to follow the prompt, 1 (least, and fastest) to 30",
        json_schema_extra={"error": "INVALID_GUIDANCE_SCALE"},
    )
    temperature: float = Field(1.0, ge=0.05, le=2.0, description="how adventurous to be, 0.05 to 2")
    top_k: int = Field(
        250, ge=0, le=2048, description="how many tokens to draw from, 1 to 2048; 0: all"
    )
    top_p: float = Field(
        0.0, ge=0.0, le=1.0, description="the share of probability to draw from, 0 to 1; 0: all"
    )
    window_sec: int = Field(
        30, ge=10, le=40, description="seconds the model sees at a time, 10 to 40"
    )
    stride_sec: int = Field(
        18, ge=1, le=39, description="seconds each further window adds, 1 to window_sec - 1"
    )
    melody: Clip | None = Field(
        None,
        description="audio whose melody to follow, its loudest pitches as they are: no voice is "
        "taken out of a mix first; needs a musicgen-melody model",
    )
    continue_from: Clip | None = Field(None, description="audio to go on from: its last seconds")

    @field_validator("stride_sec")
    @classmethod
    def _within_window(cls, stride: int, info: ValidationInfo) -> int:
        if stride >= info.data.get("window_sec", 30):
            raise ValueError("the next window must begin before this one ends")
        return stride
