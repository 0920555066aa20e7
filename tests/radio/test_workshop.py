"""How a maker of tracks is told what to make."""

from dataclasses import replace

from lofi.backends import registry
from lofi.catalogue import named
from lofi.radio.variations import Idea
from lofi.radio.workshop import NEURAL_SECONDS, OTHER_SECONDS, Workshop
from lofi.track import PROMPT_LIMIT

IDEA = Idea("rainy jazz", 7)
STYLE = named("jazz lofi")


def test_a_job_is_nobodys_and_of_normal_priority() -> None:
    job = Workshop(registry.get("procedural"), "procedural-v1").job(IDEA)
    assert (job.background, job.priority) == (True, "normal")
    assert (job.request.prompt, job.request.seed) == IDEA
    assert job.request.model_version == "procedural-v1"


def test_tracks_are_as_long_as_the_backend_can_and_the_radio_wants() -> None:
    assert Workshop(registry.get("procedural"), "v").seconds == OTHER_SECONDS
    assert Workshop(registry.get("musicgen"), "v").seconds == NEURAL_SECONDS


def test_a_model_is_told_what_a_style_is_made_of_each_time_in_another_mood() -> None:
    workshop = Workshop(registry.get("musicgen"), "v", STYLE)
    prompts = [workshop.job(IDEA._replace(seed=seed)).request.prompt for seed in range(3)]
    assert all(each.startswith("rainy jazz, jazz lofi") for each in prompts)
    for mood, prompt in zip(STYLE.mood_options, prompts, strict=False):
        assert mood in prompt


def test_what_a_style_is_made_of_is_said_once() -> None:
    workshop = Workshop(registry.get("musicgen"), "v", STYLE)
    prompt = workshop.job(IDEA).request.prompt
    assert workshop.job(Idea(prompt, 8)).request.prompt == prompt


def test_the_composer_knows_styles_by_their_name() -> None:
    workshop = Workshop(registry.get("procedural"), "v", STYLE)
    assert workshop.job(IDEA).request.prompt == "rainy jazz"


def test_a_long_prompt_stays_within_the_limit() -> None:
    workshop = replace(Workshop(registry.get("musicgen"), "v"), style=STYLE)
    prompt = workshop.job(Idea("x" * PROMPT_LIMIT, 1)).request.prompt
    assert len(prompt) <= PROMPT_LIMIT
