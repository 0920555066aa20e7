"""A racer: transformers with torch, generating as its documentation does."""

import json
import sys
import time

import torch
from scripts.benches.musicgen.wire import Json, Wire
from transformers import LogitsProcessorList, MusicgenForConditionalGeneration

ENDLESS = 1_000_000


class Left(Exception):
    """The racer is called away in the middle of a window."""

    def __init__(self, command: Json | None) -> None:
        self.command = command


class Clock:
    """A logits processor that changes nothing and looks at the clock."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __call__(self, _ids: object, scores: torch.Tensor) -> torch.Tensor:
        """A step is done."""
        self.times.append(time.perf_counter())
        return scores


class Pace(Clock):
    """One that holds the generation until further steps are asked for."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire
        self._wanted = 0

    def __call__(self, _ids: object, scores: torch.Tensor) -> torch.Tensor:
        """A step is done; the first one has read all that came before."""
        super().__call__(_ids, scores)
        if len(self.times) > self._wanted:
            self._wire.say(times=[b - a for a, b in zip(self.times, self.times[1:], strict=False)])
            command = self._wire.hear()
            if command is None or command["do"] != "steps":
                raise Left(command)
            self._wanted = command["count"]
            self.times = [time.perf_counter()]
        return scores


class Peer:
    """The model of a checkpoint."""

    def __init__(self, spec: Json, wire: Wire) -> None:
        self._wire = wire
        self._model = MusicgenForConditionalGeneration.from_pretrained(
            spec["folder"], dtype=getattr(torch, spec["dtype"])
        ).eval()
        self._ids = torch.tensor([spec["ids"]])

    def obey(self, command: Json) -> Json:
        """Do what is asked; with ``at``, answer from within and leave by ``Left``."""
        if command["do"] == "at":
            self._generate(Pace(self._wire), ENDLESS, command["position"])
        clock = Clock()
        began = time.perf_counter()
        steps = 50 * command["seconds"] + 3
        self._generate(clock, steps, 0)
        wall = time.perf_counter() - began
        rate = (steps - 1) / (clock.times[-1] - clock.times[0])
        return {"wall": wall, "first": wall, "steps": steps, "writing": steps / rate}

    def _generate(self, clock: Clock, steps: int, position: int) -> None:
        books = self._model.config.decoder.num_codebooks
        past = {"decoder_input_ids": torch.randint(0, 2048, (books, position))} if position else {}
        with torch.inference_mode():
            self._model.generate(
                input_ids=self._ids, attention_mask=torch.ones_like(self._ids),
                max_new_tokens=steps, do_sample=True, guidance_scale=3.0,
                logits_processor=LogitsProcessorList([clock]), **past,
            )  # fmt: skip


def main() -> None:
    """Obey until the end."""
    wire = Wire()
    spec = json.loads(sys.argv[1])
    if spec["threads"] is not None:
        torch.set_num_threads(spec["threads"])
    peer = Peer(spec, wire)
    wire.say()
    command = wire.hear()
    while command is not None:
        try:
            wire.say(**peer.obey(command))
            command = wire.hear()
        except Left as left:
            command = left.command


if __name__ == "__main__":
    main()
