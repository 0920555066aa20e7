"""What makes tracks for the radio, and how it is told what to make. Light to import."""

from dataclasses import dataclass

from lofi import catalogue
from lofi.backends.base import Backend
from lofi.catalogue import Style
from lofi.jobs.job import Job
from lofi.radio.variations import Idea
from lofi.track import PROMPT_LIMIT, Request

NEURAL_SECONDS = 60
OTHER_SECONDS = 120
"""How long tracks are made, where the backend can."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What tracks are made with."""

    backend: Backend
    model_version: str
    style: Style | None = None

    @property
    def seconds(self) -> int:
        """How long they are."""
        wanted = NEURAL_SECONDS if self.backend.neural else OTHER_SECONDS
        return min(max(wanted, self.backend.seconds[0]), self.backend.seconds[-1])

    def job(self, idea: Idea) -> Job:
        """The job that makes it."""
        request = Request(
            prompt=self._caption(idea),
            seconds=self.seconds,
            seed=idea.seed,
            backend=self.backend.name,
            model_version=self.model_version,
            options=self.backend.options(),
        )
        return Job(request, background=True)

    def _caption(self, idea: Idea) -> str:
        """The prompt; a neural model is told what a style is made of, too, each time in another
        of its moods."""
        if self.style is None or not self.backend.neural or self.style.base_tags[0] in idea.prompt:
            return idea.prompt
        mood = self.style.mood_options[idea.seed % len(self.style.mood_options)]
        bpm = sum(self.style.tempo_range) // 2
        return f"{idea.prompt}, {catalogue.tag_line(self.style, mood, bpm)}"[:PROMPT_LIMIT]
