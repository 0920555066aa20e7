"""Where the parts of a model lie in its folder: side by side, as published and as exported."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lofi.backends import onnxfacts
from lofi.errors import BackendNotInstalled, ModelLoadFailed

SUFFIXES = ("", "_fp16", "_int8")
"""Variants of one graph, most faithful first."""
HINT = "`lofi-daemon models get` downloads a model; --model-dir names a folder that holds one"
GRAPHS = ("text_encoder", "transformer_encoder", "transformer_decoder", "dcae_decoder", "vocoder")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one model."""

    tokenizer: Path
    text_encoder: Path
    condition_encoder: Path
    denoiser: Path
    latent_decoder: Path
    vocoder: Path
    latent_encoder: Path | None
    """Only needed to start from existing audio."""
    lyric_tokenizer: Path | None
    """Only needed for words to sing."""
    weights: tuple[Path, ...]
    """What lies beside the graphs because it is too large to lie in them."""

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file."""
        every = (
            self.tokenizer,
            self.text_encoder,
            self.condition_encoder,
            self.denoiser,
            self.latent_decoder,
            self.vocoder,
            self.latent_encoder,
            self.lyric_tokenizer,
            *self.weights,
        )
        return tuple(path for path in every if path is not None)


def find(folder: Path) -> Files:
    """The files of the model in ``folder``.

    Raises:
        BackendNotInstalled: there is no such folder, or it lacks a file.
    """
    if not folder.is_dir():
        raise BackendNotInstalled(f"there is no model folder {folder}", hint=HINT)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise _missing(folder, tokenizer.name)
    text, condition, denoiser, decoder, vocoder = (_needed(folder, stem) for stem in GRAPHS)
    encoder = _graph(folder, "dcae_encoder")
    lyrics = folder / "lyric_tokenizer.json"
    graphs = (text, condition, denoiser, decoder, vocoder, *([encoder] if encoder else []))
    weights = tuple(folder / name for graph in graphs for name in _weights(graph))
    for path in weights:
        if not path.is_file():
            raise _missing(folder, path.name)
    return Files(
        tokenizer=tokenizer,
        text_encoder=text,
        condition_encoder=condition,
        denoiser=denoiser,
        latent_decoder=decoder,
        vocoder=vocoder,
        latent_encoder=encoder,
        lyric_tokenizer=lyrics if lyrics.is_file() else None,
        weights=weights,
    )


def _weights(graph: Path) -> tuple[str, ...]:
    status = graph.stat()
    return _external(graph, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=32)
def _external(graph: Path, _size: int, _time: int) -> tuple[str, ...]:
    """Files with weights of a graph; of one that cannot be read, none: loading it will say why."""
    try:
        return onnxfacts.external(graph)
    except ModelLoadFailed:
        return ()


def _graph(folder: Path, stem: str) -> Path | None:
    paths = (folder / f"{stem}{suffix}.onnx" for suffix in SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _needed(folder: Path, stem: str) -> Path:
    found = _graph(folder, stem)
    if found is None:
        raise _missing(folder, f"{stem}.onnx")
    return found


def _missing(folder: Path, name: str) -> BackendNotInstalled:
    return BackendNotInstalled(f"the model folder {folder} lacks {name}", hint=HINT)
