"""What this processor can do beyond what OpenVINO tells of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_SUMS_OF_8_BITS = frozenset({"avx512_vnni", "avx_vnni", "amx_int8"})
"""Instructions that add up products of 8-bit numbers in 32 bits. With AVX2 alone the sums overflow
their 16 bits, and OpenVINO computes in 32 bits instead."""
_SUMS_OF_BF16 = frozenset({"avx512_bf16", "amx_bf16"})


def instructions() -> str:
    """What the processor can do, as Linux lists it: virtual ones of one name differ in it."""
    with suppress(OSError), _CPU_INFO.open(errors="replace") as told:
        for line in told:  # the first core's; with hundreds of them, all takes long to list
            if line.startswith(("flags", "Features")):
                return line
    return ""


def sums_8_bits() -> bool:
    """Whether products of 8-bit numbers are added up without overflow."""
    return bool(_SUMS_OF_8_BITS.intersection(instructions().split()))


def prefers_int8() -> bool:
    """Whether 8-bit products are the fastest here: those of bf16 are, where there are any."""
    return sums_8_bits() and not _SUMS_OF_BF16.intersection(instructions().split())
