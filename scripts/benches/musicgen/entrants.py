"""Who can take part: our own variants, and the peers that can be installed."""

import sys
from collections.abc import Callable, Iterator, Sequence

from scripts.benches import _machine as machine
from scripts.benches.musicgen import tools, traffic
from scripts.benches.musicgen.models import Store
from scripts.benches.musicgen.racer import Entrant
from scripts.benches.musicgen.wire import Json
from tokenizers import Tokenizer

from lofi.backends.musicgen import layout
from lofi.optimize.packing import Precision

PROMPT = "slow lofi hip hop beat, warm rhodes, rain on the window, night"
PUBLISHED = "published fp32"
FUSED = {precision: f"fused {precision}" for precision in Precision}
TORCH = {"transformers fp32": "float32", "transformers bf16": "bfloat16"}
JAVASCRIPT = "transformers.js fp32"
OURS = (PUBLISHED, *FUSED.values())
PEERS = (*TORCH, JAVASCRIPT)
HERE = "scripts/benches/musicgen"


class Field:
    """Makes entrants of names."""

    def __init__(self, store: Store, threads: int | None) -> None:
        """Take models from ``store``, and give each entrant so many threads.

        Args:
            store: where the models are.
            threads: None leaves the number to each of them, and all cores to the peers.
        """
        self._store = store
        self._threads = threads

    def entrants(self, names: Sequence[str]) -> Iterator[tuple[str, Entrant | tools.Absent]]:
        """Everyone of ``names``, or why it cannot take part."""
        for name in names:
            try:
                yield name, self._maker(name)(name)
            except tools.Absent as absent:
                yield name, absent

    def _maker(self, name: str) -> Callable[[str], Entrant]:
        if name in OURS:
            return self._ours
        return self._torch if name in TORCH else self._javascript

    def _ours(self, name: str) -> Entrant:
        precision = next((each for each, called in FUSED.items() if called == name), None)
        store = self._store
        folder = store.published() if precision is None else store.optimised(precision)
        spec: Json = {"folder": str(folder), "prompt": PROMPT, "threads": self._threads}
        command = (sys.executable, "-m", "scripts.benches.musicgen.ours")
        return Entrant(name, command, spec, traffic.of(layout.find(folder)))

    def _torch(self, name: str) -> Entrant:
        folder, python = self._store.checkpoint(), tools.torch()
        spec = {"folder": str(folder), "dtype": TORCH[name]}
        command = (str(python), "-m", "scripts.benches.musicgen.torch_peer")
        share = 1.0 if TORCH[name] == "float32" else 0.5
        read = traffic.of(layout.find(self._store.published())).scaled(share)
        return Entrant(name, command, self._peer(spec), read, peer=True, slow=share == 1.0)

    def _javascript(self, name: str) -> Entrant:
        node, modules = tools.node(), tools.javascript(self._store.cache)
        spec = {"folder": str(self._store.javascript()), "modules": str(modules)}
        command = (node, str(tools.ROOT / HERE / "transformers_js.mjs"))
        read = traffic.of(layout.find(self._store.published()))
        return Entrant(name, command, self._peer(spec), read, peer=True)

    def _peer(self, spec: Json) -> Json:
        tokenizer = Tokenizer.from_file(str(self._store.published() / "tokenizer.json"))
        ids = tokenizer.encode(PROMPT).ids
        return spec | {"ids": ids, "threads": self._threads or machine.cores()}
