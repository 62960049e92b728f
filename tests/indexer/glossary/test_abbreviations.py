"""What papers say that their abbreviations stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.glossary.abbreviations import long_key, pairs, short_key


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        (
            "We study Reinforcement Learning from Human Feedback (RLHF) here.",
            ("rlhf", "reinforcement learning from human feedback"),
        ),
        ("Large language models (LLMs) are large.", ("llm", "large language model")),
        ("with a Mixture-of-Experts (MoE) layer", ("moe", "mixture of experts")),
        ("by Proximal Policy Optimization (PPO)", ("ppo", "proximal policy optimization")),
        ("Low-Rank Adaptation (LoRA) is", ("lora", "low rank adaptation")),
        ("Multi-modal large language models (MLLMs)", ("mllm", "multi modal large language model")),
        ("3D Gaussian Splatting (3DGS, for short)", ("3dgs", "3d gaussian splatting")),
        ("a GAN (generative adversarial network)", ("gan", "generative adversarial network")),
        (r"\textbf{Chain of Thought} (CoT)", ("cot", "chain of thought")),
    ],
)
def test_a_long_form_stands_before_its_short_form(text: str, pair: tuple[str, str]) -> None:
    assert pairs(text) == {pair}


@pytest.mark.parametrize(
    "text",
    [
        "accuracy rises (see Table 2)",
        "by Vaswani et al. (2017)",
        "It is large. Models (XYZ) fail",
        "a word (e.g., this one)",
        "one (A)",
        "no parentheses at all",
        "(RLHF)",
        "over (ABC",
        "the LLM community (LLM)",
    ],
)
def test_what_is_no_abbreviation_is_none(text: str) -> None:
    assert pairs(text) == set()


def test_forms_are_one_however_they_are_written() -> None:
    assert short_key("3D-GS") == short_key("3DGS") == short_key("3dgs")
    assert short_key("LLMs") == short_key("llm")
    assert long_key("Chain-of-Thoughts") == long_key("chain of thought")
    assert long_key("analysis of statistics") == "analysis of statistics"
    assert [long_key(word) for word in ("policies", "losses", "boxes")] == ["policy", "loss", "box"]


@given(st.text(st.sampled_from("aAbB ()-.sS1ßİ\n"), max_size=60))
def test_any_text_tells_of_pairs_of_words(text: str) -> None:
    for short, long in pairs(text):
        assert short == short_key(short)
        assert len(long.split()) > 1
