"""Who is alive."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lofi.library.folder import Folder
from lofi.library.owner import Owner, bury, dead


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.prepare()
    return folder


def test_a_daemon_lives_until_it_leaves(folder: Folder) -> None:
    owner = Owner(folder)
    owner.live()
    owner.live()
    assert not dead(folder, owner.token)
    bury(folder)
    assert not dead(folder, owner.token)
    owner.leave()
    assert dead(folder, owner.token)
    assert list(folder.daemons.iterdir()) == []


def test_one_that_was_never_there_is_dead(folder: Folder) -> None:
    assert dead(folder, "0" * 16)


def test_a_killed_daemon_is_dead_at_once_whoever_has_its_process_id_now(folder: Folder) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from lofi.library.folder import Folder\n"
        "from lofi.library.owner import Owner\n"
        "owner = Owner(Folder(Path(sys.argv[1]))); owner.live()\n"
        "print(owner.token, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        assert not dead(folder, token)
        process.kill()
    assert (folder.daemons / f"{token}.lock").exists()
    assert dead(folder, token)
    assert not (folder.daemons / f"{token}.lock").exists()


def test_a_daemon_whose_lock_was_removed_takes_it_again(folder: Folder) -> None:
    owner = Owner(folder)
    owner.live()
    (folder.daemons / f"{owner.token}.lock").unlink()
    assert dead(folder, owner.token)
    owner.live()
    assert not dead(folder, owner.token)
    owner.leave()


def test_the_lock_does_not_pass_to_spawned_children(folder: Folder) -> None:
    owner = Owner(folder)
    owner.live()
    assert owner._descriptor is not None
    assert not os.get_inheritable(owner._descriptor)
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    ) as child:
        owner.leave()
        assert dead(folder, owner.token)
        child.kill()
