"""Writing files so that a kill at any instant leaves the old one or the new one, never half of either."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

CHUNK = 1 << 20


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by `content` in one step; a no-op when it already holds exactly that."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.writing")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(half, path)
    sync_folder(path.parent)


def write_folder_once(path: Path, files: Mapping[str, bytes], *, mode: int) -> None:
    """Make a folder of files in one step, and make it durable. One that is there stays as it is; what a kill left half-made is made anew."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.writing")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o750)
    for name, content in files.items():
        write_atomically(half / name, content, mode=mode)
    sync_folder(half)
    half.rename(path)
    sync_folder(path.parent)


def copy_with_digest(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of what was copied: it is read once. Durable only when `target` is synced."""
    total = hashlib.sha256()
    with source.open("rb") as coming, target.open("wb") as going:
        while chunk := coming.read(CHUNK):
            total.update(chunk)
            going.write(chunk)
    return total.hexdigest()


def sync_file(path: Path) -> None:
    """Make what was written to a file durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
