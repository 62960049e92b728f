"""Who runs the nodes: the user, but nobody in place of root, since OpenSearch refuses root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.cluster.errors import MissingError

NOBODY = 65534


def wrapper() -> list[str]:
    """The beginning of a node's command, by which it never outlives us and never runs as root.

    Raises:
        MissingError: This isn't Linux.
    """
    if shutil.which("setpriv") is None:
        raise MissingError("no setpriv on the PATH: a cluster needs Linux with util-linux")
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig=KILL"]
    identity = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["setpriv", "--pdeathsig=KILL", *identity]


def can_run(program: Path) -> bool:
    """Whether a node's user may run a program."""
    return subprocess.run([*wrapper(), "test", "-x", program], cwd="/", check=False).returncode == 0


def make_folder(folder: Path) -> None:
    """Makes a folder that a node may write to."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, NOBODY, NOBODY)
