"""The run: from noise to a latent, one evaluation of the network after the other."""

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from lofi.backends.ace_step.conditions import Conditions
from lofi.backends.ace_step.denoiser import Denoiser
from lofi.backends.ace_step.guidance import Guidance, Plan
from lofi.backends.ace_step.latents import Latent, between
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.schedule import Sigmas, timestep
from lofi.backends.ace_step.schedulers import Euler, Heun, PingPong, Scheduler
from lofi.backends.ace_step.task import Part, Whole
from lofi.errors import ModelInferenceFailed

Run = Generator[None, None, Latent]
"""Yields after every evaluation; what it returns is the latent."""


class Evaluation(NamedTuple):
    """One call of the network, or two where it is guided."""

    reached: int
    """Steps of which the latent is the result after it, be it provisional."""
    guided: bool


class Diffusion:
    """One run over a task."""

    def __init__(self, task: Whole | Part, options: AceStepOptions, noise: Noise) -> None:
        self._task = task
        self._options = options
        self._steps = len(task.sigmas) - 1
        self._guidance = Guidance(options.guidance_type)
        self._plan = guidance_plan(options)
        self._scheduler = _scheduler(task, options, noise)
        self._skipped = min(task.skipped, self._steps) if isinstance(task, Part) else 0

    @property
    def steps(self) -> int:
        """How many are taken."""
        return self._steps - self._skipped

    @property
    def evaluations(self) -> list[Evaluation]:
        """One for each time that the run yields."""
        levels = self._scheduler.levels[self._skipped :]
        return [
            Evaluation(then - self._skipped, self._plan.scale_at(level, self._steps) is not None)
            for level, then in zip(levels, (*levels, self._steps)[1:], strict=True)
        ]

    @property
    def guided(self) -> bool:
        """Whether the answer to nothing is asked for in any step."""
        return any(each.guided for each in self.evaluations)

    def run(self, denoiser: Denoiser, conditions: Conditions) -> Run:
        """Make the latent.

        Raises:
            ModelInferenceFailed: values are no numbers any more; the message names the step.
            GenerationCancelled, ModelLoadFailed: as ``Stage.run``.
        """
        answers = _Answers(denoiser, conditions, self._guidance, self._plan, self._steps)
        if isinstance(self._task, Part):
            return self._partly(self._task, answers)
        return self._wholly(self._task, answers)

    def _wholly(self, task: Whole, answers: "_Answers") -> Run:
        latent = task.start
        for evaluation, level in enumerate(self._scheduler.levels):
            velocity = answers.velocity(latent, evaluation, level, task.sigmas)
            latent = self._scheduler.advance(evaluation, latent, velocity)
            yield
        return latent

    def _partly(self, task: Part, answers: "_Answers") -> Run:
        """After each step, what is kept is the source with as much noise as is left."""
        if task.skipped >= self._steps:
            return task.source
        latent = between(task.source, task.noise, task.sigmas[task.skipped])
        for step in range(task.skipped, self._steps):
            now, then = task.sigmas[step : step + 2]
            velocity = answers.velocity(latent, step, step, task.sigmas)
            kept = between(task.source, task.noise, then)
            latent = np.where(task.mask, latent + (then - now) * velocity, kept)
            yield
        return latent


class _Answers:
    """What the network says in a run, guided where the plan says so."""

    def __init__(
        self,
        denoiser: Denoiser,
        conditions: Conditions,
        guidance: Guidance,
        plan: Plan,
        steps: int,
    ) -> None:
        self._denoiser = denoiser
        self._conditions = conditions
        self._guidance = guidance
        self._plan = plan
        self._steps = steps

    def velocity(self, latent: Latent, evaluation: int, level: int, sigmas: Sigmas) -> Latent:
        time = timestep(sigmas[level])
        scale = self._plan.scale_at(level, self._steps)
        if scale is None or self._conditions.free is None:
            velocity = self._denoiser.velocity(latent, time, self._conditions)
        else:
            both = self._denoiser.velocities(latent, time, self._conditions)
            velocity = self._guidance.guided(evaluation, scale, *both)
        if not np.isfinite(velocity).all():
            raise ModelInferenceFailed(
                f"the model produced values that are not numbers in step {level + 1} "
                f"of {self._steps}",
                hint="try another seed; a 16-bit model may overflow where a 32-bit one does not",
            )
        return velocity


def guidance_plan(options: AceStepOptions) -> Plan:
    """When to guide a run, by its options."""
    return Plan(
        options.guidance_scale,
        options.guidance_interval,
        options.guidance_decay,
        options.min_guidance_scale,
    )


def _scheduler(task: Whole | Part, options: AceStepOptions, noise: Noise) -> Scheduler:
    frames = (task.source if isinstance(task, Part) else task.start).shape[-1]
    if isinstance(task, Part) or options.scheduler == "euler":
        return Euler(task.sigmas, options.omega)
    if options.scheduler == "heun":
        return Heun(task.sigmas, options.omega)
    return PingPong(task.sigmas, lambda: noise.step(frames))
