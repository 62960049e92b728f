"""Three hundred papers, and changes to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "papers.jsonl"
PAPERS = 300


def records() -> list[dict[str, Any]]:
    """The papers that ship with the project, and as many again as are missing to 300."""
    real = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    crossed = [
        {
            "id": f"crossed-{number}",
            "title": f"{real[number]['title']}, once more",
            "abstract": real[-number - 1]["abstract"],
        }
        for number in range(PAPERS - len(real))
    ]
    return [*real, *crossed][:PAPERS]


def changed(papers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every third paper with another title, and thirty new ones."""
    revised = [{**paper, "title": f"{paper['title']}, revised"} for paper in papers[::3]]
    new = [
        {"id": f"new-{number}", "title": f"{papers[number]['title']} revisited"}
        for number in range(30)
    ]
    return [*revised, *new]


def written(path: Path, papers: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
