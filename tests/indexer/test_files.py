from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from indexer.errors import StorageError
from indexer.files import acquire_lock, replace_file, replacing, sha256_of, stamp


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    replace_file(file, b"one")
    with file.open("rb") as held:
        replace_file(file, b"two")
        assert held.read() == b"one"
    assert file.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    replace_file(file, b"one")
    with pytest.raises(StorageError), replacing(file) as beside:
        raise OSError(beside.write_bytes(b"half"), "no more")
    assert file.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


def test_a_read_only_file_system_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)  # also of a file that isn't there
    with pytest.raises(StorageError, match="read-only; choose another folder"):
        replace_file(tmp_path / "file", b"")


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="gone/file"):
        replace_file(tmp_path / "gone" / "file", b"")


def test_a_stamp_is_of_the_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"abc")
    assert sha256_of(one) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    other.write_bytes(b"abc")
    assert stamp(one) == stamp(other)
    other.write_bytes(b"abd")
    assert stamp(one) != stamp(other)


def test_a_lock_is_held_by_one_and_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    code = (
        "import sys, pathlib; from indexer.files import acquire_lock\n"
        "lock = acquire_lock(pathlib.Path(sys.argv[1])); print('held', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(TimeoutError):
            acquire_lock(path, 0)
        holder.kill()
    lock = acquire_lock(path, 0)
    with pytest.raises(TimeoutError):  # nor does a process hold it twice
        acquire_lock(path, 0)
    released = threading.Timer(0.1, lock.release)
    released.start()
    acquire_lock(path, 5).release()
    released.join()
