"""The names of the formats. Apart, since an answer that isn't exported needs no more."""

from typing import Literal

ExportName = Literal["bibtex", "ris", "csl", "csv", "jsonl", "markdown"]
