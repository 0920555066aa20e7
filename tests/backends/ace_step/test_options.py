"""What may be asked of ACE-Step, and what is said when it cannot be."""

import pytest

from lofi.backends import registry
from lofi.backends.base import options_in, options_of
from lofi.errors import (
    InvalidGuidanceScale,
    InvalidInferenceSteps,
    InvalidParams,
    InvalidScheduler,
    LofiError,
)
from lofi.track import Clip

BACKEND = registry.get("ace-step")
CLIP = Clip(path="/sound.wav", sha256="0" * 64)


def made(**sent: object) -> dict[str, object]:
    return options_of(BACKEND, sent, lambda _: CLIP).model_dump(exclude_defaults=True)


def test_the_defaults_are_those_of_the_original() -> None:
    plain = options_of(BACKEND, {}, lambda _: CLIP).model_dump()
    expected = {
        "inference_steps": 60,
        "scheduler": "euler",
        "guidance_scale": 15,
        "guidance_type": "apg",
        "guidance_interval": 0.5,
        "guidance_decay": 0,
        "min_guidance_scale": 3,
        "omega": 10,
        "lyrics": "[inst]",
    }
    assert plain.items() >= expected.items()


@pytest.mark.parametrize("name", ["pingpong", "ping_pong", "ping-pong", "PingPong", " PING-PONG "])
def test_a_scheduler_has_several_names(name: str) -> None:
    assert made(scheduler=name) == {"scheduler": "pingpong"}
    assert options_in(BACKEND, {"scheduler": name}, lambda _: CLIP).canonical() == (
        "scheduler=pingpong",
    )


def test_guidance_is_named_with_either_stroke() -> None:
    assert made(guidance_type="CFG-star") == {"guidance_type": "cfg_star"}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"inference_steps": 0}, InvalidInferenceSteps),
        ({"inference_steps": 201}, InvalidInferenceSteps),
        ({"inference_steps": 2.5}, InvalidInferenceSteps),
        ({"scheduler": "dpm"}, InvalidScheduler),
        ({"scheduler": 1}, InvalidScheduler),
        ({"guidance_scale": 0.5}, InvalidGuidanceScale),
        ({"guidance_scale": 31}, InvalidGuidanceScale),
        ({"guidance_type": "erg"}, InvalidParams),
        ({"guidance_interval": 1.1}, InvalidParams),
        ({"retake_variance": -1}, InvalidParams),
        ({"lyrics": "a" * 20_001}, InvalidParams),
    ],
)
def test_what_is_out_of_range_has_its_own_error_and_a_hint(
    sent: dict[str, object], error: type[LofiError]
) -> None:
    with pytest.raises(error) as refused:
        made(**sent)
    assert type(refused.value) is error
    assert refused.value.hint


@pytest.mark.parametrize(
    "sent",
    [
        {"source": "x", "repaint_start": 1},
        {"source": "x", "repaint_end": 3},
        {"source": "x", "repaint_start": 1, "repaint_end": 3.5},
        {"source": "x", "extend_left": 1, "extend_right": 2},
        {"source": "x", "strength": 0},
    ],
)
def test_a_source_has_one_thing_done_to_it(sent: dict[str, object]) -> None:
    assert made(**sent)["source"] == CLIP.model_dump()


@pytest.mark.parametrize(
    "sent",
    [
        {"source": "x"},
        {"repaint_start": 1},
        {"extend_left": 1},
        {"strength": 0.5},
        {"source": "x", "strength": 0.5, "repaint_end": 3},
        {"source": "x", "extend_right": 3, "repaint_end": 3},
    ],
)
def test_a_source_without_a_task_or_a_task_without_a_source_is_refused(
    sent: dict[str, object],
) -> None:
    with pytest.raises(InvalidParams, match="source") as refused:
        made(**sent)
    assert "one of these" in (refused.value.hint or "")


def test_a_source_that_is_refused_is_called_by_its_name() -> None:
    with pytest.raises(InvalidParams, match=r"^source: '/sound\.wav' is not valid$"):
        options_in(BACKEND, {"source": "sound.wav"}, lambda _: CLIP)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidParams, match="repaint_end"):
        made(source="x", repaint_start=3, repaint_end=3)


def test_every_option_says_its_range() -> None:
    for name, schema in BACKEND.options.model_json_schema()["properties"].items():
        assert schema["description"], name
