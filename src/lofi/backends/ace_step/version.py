"""What tells two sets of ACE-Step's weights apart."""

from pathlib import Path

from lofi.backends import identity
from lofi.backends.ace_step.layout import Files

NAME = "ace-step"


def of(files: Files, folder: Path) -> str:
    """The version of the model that these files of ``folder`` are."""
    return identity.of(folder, files.all, NAME)
