"""OpenVINO, imported without what isn't needed of it."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_CONVERTER = "openvino.tools.ovc"


def openvino() -> ModuleType:
    """The ``openvino`` package, with its telemetry off, and its converter loaded when it is used.

    Its telemetry writes to the home folder and sends to the network unless it was declined there
    before. It is an optional package of its own: where it can't be imported, OpenVINO does without.
    Its converter of other formats takes as long to import as all the rest; that, too, is optional.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    if "openvino" in sys.modules:
        return sys.modules["openvino"]
    put_off = _CONVERTER not in sys.modules
    if put_off:
        sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        module = import_module("openvino")
    finally:
        if put_off:
            del sys.modules[_CONVERTER]
    vars(module).setdefault("__getattr__", _converter)
    return module


def has_bf16() -> bool:
    """Whether this processor computes in bf16; elsewhere, OpenVINO takes f32 for it."""
    return "BF16" in openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _converter(name: str) -> Any:  # noqa: ANN401 - a function of OpenVINO
    """What ``openvino`` would have of its converter."""
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return import_module(_CONVERTER).convert_model
