"""Weights of one network of a checkpoint: safetensors, never pickle."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from lofi.errors import ModelLoadFailed, ModelNotFound

Network = TypeVar("Network", bound=nn.Module)
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def settings(folder: Path) -> dict[str, Any]:
    """config.json of a network.

    Raises:
        ModelNotFound: there is none.
        ModelLoadFailed: it is no JSON object.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise ModelNotFound(
            f"no config.json in {folder.name}", hint="name the folder of ACE-Step-v1-3.5B"
        )
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise ModelLoadFailed(f"config.json in {folder.name} is no JSON object") from None


class Weights:
    """Named tensors in the safetensors files of a folder, read one at a time."""

    def __init__(self, folder: Path) -> None:
        """Read the names.

        Raises:
            ModelNotFound: there are no safetensors.
            ModelLoadFailed: a file is damaged.
        """
        self.folder = folder
        self.files: dict[str, Any] = {}
        for path in sorted(folder.glob("*.safetensors")):
            try:
                file = safe_open(path, framework="pt")
            except (OSError, SafetensorError):
                raise ModelLoadFailed(
                    f"cannot read {path.name} in {folder.name}",
                    hint="download the checkpoint again",
                ) from None
            self.files |= dict.fromkeys(file.keys(), file)
        if not self.files:
            raise _missing(folder)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of the tensor ``name``.

        Raises:
            ModelLoadFailed: there is none.
        """
        if name not in self.files:
            raise ModelLoadFailed(
                f"{self.folder.name} lacks {name}", hint="download the checkpoint again"
            )
        return tuple(self.files[name].get_slice(name).get_shape())

    def names(self) -> Iterable[str]:
        """Of all tensors."""
        return self.files.keys()

    def fill(self, module: Network) -> Network:
        """``module`` with its weights, in float32. What it has no use for is left out.

        Raises:
            ModelLoadFailed: a weight is missing or has another shape.
        """
        wanted = module.state_dict()
        found = {name: self._tensor(name, value.shape) for name, value in wanted.items()}
        module.load_state_dict(found, assign=True)
        module.requires_grad_(requires_grad=False)
        module.eval()
        return module

    def _tensor(self, name: str, shape: torch.Size) -> Tensor:
        tensor = self._read(name).to(torch.float32)
        # a convolution over one place is stored with that axis, and is a linear layer here
        if tensor.numel() != shape.numel() or tensor.shape[: len(shape)] != shape:
            raise ModelLoadFailed(
                f"{name} in {self.folder.name} is {list(tensor.shape)}, not {list(shape)}",
                hint="export a checkpoint of ACE-Step v1",
            )
        return tensor.reshape(shape).contiguous()

    def _read(self, name: str) -> Tensor:
        """A tensor; one with weight norm is folded."""
        stem = name.removesuffix("weight")
        pairs = (
            (f"{name}_g", f"{name}_v"),
            (f"{stem}parametrizations.weight.original0",
             f"{stem}parametrizations.weight.original1"),
        )  # fmt: skip
        for size, direction in pairs:
            if size in self.files and direction in self.files:
                raw = self._plain(direction)
                length = raw.flatten(1).norm(dim=1).reshape(-1, *[1] * (raw.dim() - 1))
                return raw * (self._plain(size) / length)
        self.shape(name)
        return self._plain(name)

    def _plain(self, name: str) -> Tensor:
        tensor: Tensor = self.files[name].get_tensor(name).to(torch.float32)
        return tensor


def _missing(folder: Path) -> ModelNotFound:
    if any(path for pattern in PICKLED for path in folder.glob(pattern)):
        return ModelNotFound(
            f"{folder.name} holds its weights as pickle only, which can run code",
            hint="take the safetensors files of the same checkpoint",
        )
    return ModelNotFound(
        f"no safetensors file in {folder.name}", hint="download the checkpoint again"
    )
