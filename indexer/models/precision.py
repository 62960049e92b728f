"""What numbers a model may be asked to run with. Apart, since ``--help`` needs no more."""

from typing import Literal

Precision = Literal["auto", "int8"]
"""``auto`` is bf16 where the processor has it, else f32; their vectors can be compared."""
