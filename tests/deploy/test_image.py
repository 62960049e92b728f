"""What the Containerfile says can be done; no test builds it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.deploy.files import DEPLOY, ROOT

TEXT = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    command = [str(program), "--no-color", str(DEPLOY / "Containerfile")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_what_is_copied_is_there() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", TEXT, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert {"indexer", "search", "api", "nearpaper.py"} <= set(copied)
    assert not [name for name in copied if not (ROOT / name).exists()]


def test_it_is_built_on_a_python_that_tests_run_on() -> None:
    versions = re.findall(r"^FROM python:(\d\.\d+)-slim-bookworm", TEXT, re.MULTILINE)
    assert len(versions) == 2
    assert len(set(versions)) == 1
    tested = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert f'"{versions[0]}"' in tested


def test_it_runs_without_rights_and_is_named_after_the_version() -> None:
    assert int(re.findall(r"^USER (\d+)$", TEXT, re.MULTILINE)[-1]) >= 1000
    assert f"--tag nearpaper:{PROJECT['version']} ." in TEXT


def test_it_leaves_out_only_what_it_could_depend_on() -> None:
    (left_out,) = re.findall(r"printf '([^']+)' > excludes", TEXT)
    names = {re.split(r"[<>=~]", needed)[0] for needed in PROJECT["dependencies"]}
    assert set(left_out.split("\\n")) - {""} <= names
