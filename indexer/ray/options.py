"""How Ray is asked for. Apart, since ``--help`` needs no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Device = Literal["auto", "cpu", "cuda"]
"""``auto`` is GPUs where there are any, else CPUs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """Where to embed.

    Attributes:
        address: Empty for this process; ``HOST:PORT`` of a cluster of Ray's to join; ``local`` to
            start one on this machine; ``auto`` to join the one that ``RAY_ADDRESS`` or a ``ray
            start`` on this machine names, else to start one.
        device: What the model runs on.
        actors: How many copies of the model share a node, or a GPU where these are used.
    """

    address: str = "auto"
    device: Device = "auto"
    actors: int = 1
