"""What numbers a model may be asked to run with. Apart, since ``--help`` needs no more."""

from typing import Literal

Precision = Literal["auto", "int8"]
"""``auto`` is the fastest that this processor has and that keeps the vectors: bf16,
:data:`INT8_DYNAMIC` or f32. All their vectors can be compared. ``int8`` is calibrated on an index's
papers, and its vectors are its own."""

INT8_DYNAMIC = "int8-dynamic"
"""8-bit weights; what they are multiplied by is rounded to 8 bits while the model runs."""
INT8_GROUP = 64
"""Numbers that share a scale, in the weights and in what they are multiplied by."""
