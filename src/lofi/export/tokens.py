"""The tokenizer of a model folder: one tokenizer.json, whatever the checkpoint brings."""

import shutil
from pathlib import Path

import transformers

from lofi.errors import ModelNotFound

NAME = "tokenizer.json"
PIECES = "spiece.model"


def copy(source: Path, folder: Path) -> None:
    """Put the tokenizer of the checkpoint ``source`` into ``folder``.

    Raises:
        ModelNotFound: the checkpoint has none.
    """
    if (source / NAME).is_file():
        shutil.copyfile(source / NAME, folder / NAME)
        return
    if not (source / PIECES).is_file():
        raise ModelNotFound(
            f"{source.name} has neither {NAME} nor {PIECES}", hint="download the checkpoint again"
        )
    slow = transformers.AutoTokenizer.from_pretrained(source, local_files_only=True, use_fast=True)
    slow.backend_tokenizer.save(str(folder / NAME))
