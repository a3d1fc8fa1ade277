"""Writing files: the old one or the new one, never half of either."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.files import write_atomically


def test_a_file_is_written_with_its_folders_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"one")
    assert path.read_bytes() == b"one"
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"one")
    before = path.stat()
    write_atomically(path, b"one")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_reader_that_opened_the_old_file_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"one")
    with path.open("rb") as stream:
        write_atomically(path, b"two")
        assert stream.read() == b"one"


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_kill_before_the_rename_leaves_the_old_file_whole_and_the_next_write_goes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"a long old content")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, step, killed)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, b"new")
    assert path.read_bytes() == b"a long old content"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_private_file_is_private_from_its_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    seen: list[int] = []
    rename = os.replace

    def watched(half: Path, path: Path) -> None:
        seen.append(half.stat().st_mode & 0o777)
        rename(half, path)

    monkeypatch.setattr(os, "replace", watched)
    path = tmp_path / "file"
    write_atomically(path, b"secret", mode=mode)
    assert (seen, path.stat().st_mode & 0o777) == ([mode], mode)
