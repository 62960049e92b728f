from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from indexer.models.card import Card, read_card
from indexer.models.hub import find_model


def card(folder: Path, text: str) -> Card:
    (folder / "README.md").write_text(text, encoding="utf-8")
    return read_card(folder)


def test_the_default_model_says_what_it_is() -> None:
    found = read_card(find_model("all-MiniLM-L6-v2").path)
    assert (found.architecture, found.layers) == ("BertModel", 6)
    assert (found.licence, found.languages) == ("apache-2.0", ("en",))
    assert found.parameters == pytest.approx(22.7e6, rel=0.001)


def test_a_transformer_in_a_folder_of_its_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text('[{"idx": 0, "path": "0_Transformer"}]')
    inner = tmp_path / "0_Transformer"
    inner.mkdir()
    (inner / "config.json").write_text('{"model_type": "distilbert", "n_layers": 6}')
    save_file({"a": np.zeros((3, 4)), "b": np.zeros(5)}, inner / "model.safetensors")
    assert read_card(tmp_path) == Card(architecture="distilbert", layers=6, parameters=17)


@pytest.mark.parametrize(
    ("front", "licence", "languages"),
    [
        ("license: mit\nlanguage: en", "mit", ("en",)),
        ("license: 'mit'\nlanguage:\n- en\n- de\ntags:\n- x", "mit", ("en", "de")),
        ("language: [en, zh]\nlicense:\n  - mit\n  - gpl-3.0", "mit, gpl-3.0", ("en", "zh")),
        ("license: other\nlicense_name: house-rules", "house-rules", ()),
        ("license: other", "other", ()),
        ("model-index:\n- name: x\n  license: gpl-3.0\n  language: fr", "", ()),
        ("tags: [a]", "", ()),
        ("base: &a [*a, *a]\nlicense: *a", "*a", ()),
    ],
)
def test_the_front_matter_names_licence_and_languages(
    tmp_path: Path, front: str, licence: str, languages: tuple[str, ...]
) -> None:
    found = card(tmp_path, f"---\n{front}\n---\n# A model\nlicense: of something else\n")
    assert (found.licence, found.languages) == (licence, languages)


@pytest.mark.parametrize("text", ["", "# A model\n\nlicense: mit\n", "---\nlicense: mit\n", "---"])
def test_a_card_without_front_matter_says_nothing(tmp_path: Path, text: str) -> None:
    assert card(tmp_path, text) == Card()


@pytest.mark.parametrize(
    "path",
    ["../other", "/etc", "\0", "0_Transformer/../../other", 7, None, ["x"]],
)
def test_modules_never_lead_out_of_the_folder(tmp_path: Path, path: object) -> None:
    model, other = tmp_path / "model", tmp_path / "other"
    model.mkdir()
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "outside"}')
    (model / "modules.json").write_text(json.dumps([{"path": path}]))
    assert read_card(model) == Card()


@pytest.mark.parametrize("name", ["modules.json", "config.json", "model.safetensors", "README.md"])
@given(content=st.one_of(st.binary(max_size=200), st.text("[{-:\n\"'}],1al", max_size=200)))
def test_whatever_the_files_hold_reading_them_ends(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes | str
) -> None:
    folder = tmp_path_factory.mktemp("model")
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(raw)
    assert read_card(folder).parameters is None


def test_deeply_nested_settings_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("[" * 100_000)
    (tmp_path / "modules.json").write_text('{"a":' * 100_000)
    assert read_card(tmp_path) == Card()


def test_a_long_card_is_read_in_bounds(tmp_path: Path) -> None:
    lines = "\n".join(f"- {number}" for number in range(400_000))
    assert card(tmp_path, f"---\nlicense: mit\nlanguage:\n{lines}\n---\n") == Card()
    lines = "\n".join(f"- {number}" for number in range(1_000))
    found = card(tmp_path, f"---\nlicense: mit\nlanguage:\n{lines}\n---\n")
    assert (found.licence, len(found.languages)) == ("mit", 200)
