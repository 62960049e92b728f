"""Which model to embed with, and how where that isn't as its own files say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from indexer.errors import ModelError, UsageError
from indexer.models.cache import Facts
from indexer.models.embedder import DEFAULT_MODEL, HASHING_MODEL, Model

_QUERY_OF_BGE = "Represent this sentence for searching relevant passages: "

LONGEST_PROMPT = 2_000
"""Characters of one that may be given."""

KNOWN_PROMPTS: tuple[tuple[str, str, str], ...] = (
    (r"(multilingual-)?e5-(small|base|large)(-v2)?", "query: ", "passage: "),
    (r"bge-(small|base|large)-en(-v1\.5)?", _QUERY_OF_BGE, ""),
    (r"bge-(small|base|large)-zh(-v1\.5)?", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"nomic-embed-text-v1(\.5)?", "search_query: ", "search_document: "),
    (r"modernbert-embed-(base|large)", "search_query: ", "search_document: "),
    (r"mxbai-embed-(large|xsmall)-v1", _QUERY_OF_BGE, ""),
)
"""Names of models whose makers ask for prompts on their pages only, with a question's and a
paper's: E5 (arXiv:2212.03533), BGE (arXiv:2309.07597), Nomic Embed (arXiv:2402.01613)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was asked for; ``None`` leaves it as it is.

    Attributes:
        name: Of the model; ``None`` is the index's own, or the default for a new one.
        query_prefix: Put before a question.
        document_prefix: Put before a paper's text.
        dimension: Numbers in a vector; the first ones are kept (Matryoshka, arXiv:2205.13147).
    """

    name: str | None = None
    query_prefix: str | None = None
    document_prefix: str | None = None
    dimension: int | None = None

    def after(self, own: Model) -> Choice:
        """The same with everything said: what was left open is as in ``own``."""
        return Choice(
            name=own.name if self.name is None else self.name,
            query_prefix=own.query_prefix if self.query_prefix is None else self.query_prefix,
            document_prefix=(
                own.document_prefix if self.document_prefix is None else self.document_prefix
            ),
            dimension=own.dimension if self.dimension is None else self.dimension,
        )

    def facts(self, facts: Facts, name: str) -> Facts:
        """What a model is run with, of what its files say.

        Raises ``ModelError`` where it hasn't as many dimensions.

        Args:
            facts: Of its files.
            name: Of the model as it was found.
        """
        query, document = facts.query_prefix, facts.document_prefix
        if not query and not document:
            query, document = known_prompts(name)
        dimension = facts.dimension if self.dimension is None else self.dimension
        if not 0 < dimension <= facts.dimension:
            raise ModelError(
                f"{name} makes vectors of {facts.dimension} dimensions, and {dimension} are asked "
                f"for; give --dimensions 1 to {facts.dimension}, or another --model"
            )
        return replace(
            facts,
            query_prefix=query if self.query_prefix is None else self.query_prefix,
            document_prefix=document if self.document_prefix is None else self.document_prefix,
            dimension=dimension,
        )

    def require_plain(self, dimension: int) -> None:
        """Raise ``UsageError`` if more is asked of the hashing embedder than it has."""
        if self.query_prefix or self.document_prefix or self.dimension not in {None, dimension}:
            raise UsageError(
                f"{HASHING_MODEL} has no prompts and {dimension} dimensions; leave out "
                "--query-prompt, --document-prompt and --dimensions"
            )


Named = str | Choice
"""A model's name alone, to be run as its files say, or all that was asked for."""


def choice_of(named: Named | None) -> Choice:
    """All that was asked for by a name, if that is all."""
    return named if isinstance(named, Choice) else Choice(name=named)


def name_of(named: Named | None) -> str:
    """The name that was asked for, or the default model's."""
    name = choice_of(named).name
    return DEFAULT_MODEL if name is None else name


def known_prompts(name: str) -> tuple[str, str]:
    """The prompts for a question and for a paper that are known of a model by the end of its name.

    >>> known_prompts("intfloat/e5-small-v2")
    ('query: ', 'passage: ')
    """
    last = re.split(r"[/\\]", name)[-1].lower()
    found = (prompts for pattern, *prompts in KNOWN_PROMPTS if re.fullmatch(pattern, last))
    query, document = next(found, ["", ""])
    return query, document
