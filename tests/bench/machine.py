"""What a run was measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

import psutil

MEASURED = (
    "openvino",
    "faiss-cpu",
    "tantivy",
    "torch",
    "sentence-transformers",
    "txtai",
    "chromadb",
    "lancedb",
    "qdrant-client",
)
WANTED = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16")


def facts() -> dict[str, str]:
    """Name and value of what figures depend on."""
    processor, flags = _processor()
    return {
        "processor": f"{processor} ({' '.join(flag for flag in WANTED if flag in flags)})",
        "cores": str(cores()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
        "versions": ", ".join(f"{name} {version}" for name, version in _versions()),
    }


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> tuple[str, set[str]]:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine(), set()
    pairs = (line.partition(":") for line in path.read_text().splitlines())
    known = {name.strip(): value.strip() for name, _, value in pairs}
    flags = known.get("flags") or known.get("Features") or ""
    return known.get("model name", platform.machine()), set(flags.split())


def _versions() -> list[tuple[str, str]]:
    found = []
    for name in MEASURED:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found
