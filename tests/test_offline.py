"""With the network denied and an empty home, the default model indexes and answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DENY = """
import sys

def deny(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto"):
        print("NETWORK", event, arguments, file=sys.stderr)
        raise OSError("the network is denied")

sys.addaudithook(deny)
"""


@pytest.mark.slow  # a process that makes its own model, under strace
def test_index_and_search_never_look_at_the_network(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DENY)
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "a.jsonl").write_text(
        '{"title": "Attention and its uses"}\n{"title": "Black holes"}\n'
    )
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = kept | {"PYTHONPATH": str(tmp_path), "HOME": str(home)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "nearpaper", *arguments, "--index", "index"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    indexed = run("index", "a.jsonl")
    assert indexed.returncode == 0, indexed.stderr
    found = run("search", "what is a dense star's end", "--limit", "1")
    assert "Black holes" in found.stdout, found.stderr
    assert "NETWORK" not in indexed.stderr + found.stderr
    written = {path.relative_to(home).parts[:2] for path in home.rglob("*") if path.is_file()}
    assert written <= {(".cache", "nearpaper")}
