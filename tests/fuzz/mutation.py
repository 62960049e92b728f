"""Files that are nearly right, from files that are: by grammar, by type, by bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from tests.fuzz.samples import SEEDS, TREES

HOSTILE = (
    *("", " ", "\n", "\t", "\0", "x" * 3_000, "é" * 50, "\u2028", "\ufeff", "\x1b[31m", "💥"),
    *(r"\href{", r"\href{u}{t}", r"\verb", r"\verb|x", r"\begin{document}", r"\'", r"{\"", "\\"),
    *("{" * 70, "}" * 70, "$", "$$x", r"\(", "[" * 200, "]" * 9, "(" * 200, "'", '"', "`", "~"),
    *("<b>", "</b>", "<mml:math>", "<mfrac><mi>", "&amp;lt;", "&#xD800;", "&#9999999;", "&x;"),
    *("<!--", "<![CDATA[", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<?xml version='1.0'?>"),
    *("9" * 400, "1e999", "-1", "NaN", "nan", "None", "N/A", "0", "1.0", "[1,2", "['a', 'b'"),
    *("2019-13-45", "0000/00/00", "May", "DEC 15", "1 Jan 99999", "10.5555/", "10.5555/x y"),
    *("https://[", "javascript:x", "http://arxiv.org/abs/", "arXiv:9999.99999v0", "pmid:"),
    *("a;b|c and d, e", "et al.", "and and and", ", ,", ";;;", "@article{", "TY  - ", "ER  -"),
)
"""Values that some reader of some program stumbled over, or might."""

_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
_JSON_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    [],
    {},
    [None],
    [[[]]],
    {"": 0},
)
_LONGEST = 200_000
_REWRITTEN: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    lambda data: data.decode("utf-8", "replace").encode("cp1252", "replace"),
    lambda data: data.replace(b"\n", b"\r"),
    lambda data: data.replace(b"\n", b"\r\n"),
)


def mutated(name: str, random: Random) -> bytes:
    """A file that a reader of a format should meet sooner or later."""
    kinds = [_in_bytes, _in_tokens, _in_values, _by_grammar, _put_together]
    if name in TREES:
        kinds += [_in_tree] * 4
    data = random.choice(kinds)(name, random)
    if random.random() < 0.1:
        data = random.choice(_REWRITTEN)(data)
    return data[:_LONGEST]


def _seed(name: str, random: Random) -> bytes:
    return SEEDS.get(name) or random.choice(list(SEEDS.values()))


def _hostile(random: Random) -> bytes:
    return random.choice(HOSTILE).encode("utf-8", "surrogatepass")


def _in_bytes(name: str, random: Random) -> bytes:
    """Some bytes changed, lost or doubled."""
    data = bytearray(_seed(name, random))
    for _ in range(random.randint(1, 6)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice([1, 1, 2, 8, 64]))
        piece = random.choice([b"", data[start:end] * random.randint(2, 40), random.randbytes(3)])
        data[start:end] = piece
    return bytes(data)


def _in_tokens(name: str, random: Random) -> bytes:
    """Words and signs changed places, were lost, or came from another format."""
    tokens = _TOKEN.findall(_seed(name, random))
    others = _TOKEN.findall(random.choice(list(SEEDS.values())))
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(tokens))
        tokens[place] = random.choice([b"", random.choice(tokens), random.choice(others)])
    return b"".join(tokens)


def _in_values(name: str, random: Random) -> bytes:
    """Some words became values that are hard to read."""
    tokens = _TOKEN.findall(_seed(name, random))
    words = [place for place, token in enumerate(tokens) if token[:1].isalnum()] or [0]
    for place in random.choices(words, k=random.randint(1, 5)):
        tokens[place] = _hostile(random)
    return b"".join(tokens)


def _by_grammar(name: str, random: Random) -> bytes:
    """The signs and names of a format in any order, with hard values between them."""
    tokens = _TOKEN.findall(_seed(name, random))
    return b"".join(
        _hostile(random) if random.random() < 0.2 else random.choice(tokens)
        for _ in range(random.randint(1, 150))
    )


def _put_together(name: str, random: Random) -> bytes:
    """Parts of several files behind each other."""
    pieces = []
    for _ in range(random.randint(2, 5)):
        data = _seed(name, random) if random.random() < 0.7 else random.choice(list(SEEDS.values()))
        pieces.append(data[random.randrange(len(data)) :] if random.random() < 0.5 else data)
    return random.choice([b"", b"\n", b"\n\n"]).join(pieces)


def _in_tree(name: str, random: Random) -> bytes:
    """JSON in which values have other types, and texts are hard to read."""
    tree = json.loads(json.dumps(TREES[name]))
    for _ in range(random.randint(1, 4)):
        tree = _changed(tree, random)
    lines = random.randint(1, 3) if name in ("jsonl", "arxiv-snapshot", "openalex") else 1
    text = "\n".join([json.dumps(tree, ensure_ascii=random.random() < 0.5)] * lines)
    return text.encode("utf-8", "surrogatepass")


def _changed(value: Any, random: Random) -> Any:
    inner = isinstance(value, dict | list) and len(value) > 0
    if not inner or random.random() < 0.15:
        texts = (random.choice(HOSTILE), "\ud800", [random.choice(HOSTILE)] * 3)
        return deepcopy(random.choice([*_JSON_VALUES, *texts]))
    key = random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))
    value[key] = _changed(value[key], random)
    return value
