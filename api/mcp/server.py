"""Three tools for agents over the Model Context Protocol.

Answers are short by default, since an agent pays for every word: five papers, abstracts cut, a
cursor for more. The options of a search are built from the fields of
:class:`~search.options.SearchOptions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.mcp.papers import NOTICE, PaperList, WholePaper, paper_list, whole_paper
from api.mcp.strict_server import StrictServer
from api.option_fields import NOT_IN_MCP, SearchField, chosen_options, search_fields
from api.wording import for_strangers
from indexer.errors import NearpaperError
from indexer.version import version
from search.answer.answer import Answer
from search.engine import Engine
from search.limits import MAX_IDS, MAX_QUESTION, MAX_VALUE, MAX_VALUES

MAX_PAPERS = 50
USUAL_PAPERS = 5
ABSTRACT = 300
"""Characters of an abstract in a list; the first sentences say what a paper is about."""
WHOLE_ABSTRACT = 10_000
INSTRUCTIONS = (
    "Searches an index of research papers by meaning and by words. Use search_papers for a "
    "question in plain words, similar_papers for papers similar to given ones, get_paper for one "
    f"paper with its whole abstract. {NOTICE}"
)

_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
Cursor = Annotated[str, Field(max_length=40, description="next_cursor of the previous answer.")]
Ids = Annotated[
    list[Annotated[str, Field(max_length=MAX_VALUE)]],
    Field(max_length=MAX_IDS, description="arXiv ids, DOIs or addresses."),
]
Question = Annotated[str, Field(max_length=MAX_QUESTION, description="What to look for.")]
ExampleText = Annotated[
    str, Field(max_length=MAX_QUESTION, description="A text to find similar papers to.")
]
Characters = Annotated[
    int, Field(ge=0, le=WHOLE_ABSTRACT, description="Characters of each abstract to return.")
]


def make_server(
    engine: Engine, *, tell: Callable[[NearpaperError], str] | None = None
) -> StrictServer:
    """A server over an open engine.

    With ``tell``, which says what clients elsewhere are told of an error, warnings name no folders
    either.
    """
    server = StrictServer(
        "nearpaper", instructions=INSTRUCTIONS, version=version(), log_level="WARNING"
    )
    tools = Tools(engine, tell)
    for tool in (
        _with_options(tools.search_papers),
        _with_options(tools.similar_papers),
        tools.get_paper,
    ):
        server.tool(annotations=_READ_ONLY, structured_output=True)(tool)
    return server


def http_app(server: StrictServer) -> ASGIApp:
    """A server over HTTP, without sessions: each request stands alone, and may go to any process.

    Hosts and origins are checked in front of it. It has nothing to tell unasked, so that nobody
    can wait for that with ``GET``.
    """
    app = server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "POST":
            refusal = PlainTextResponse("send a message by POST", 405, {"Allow": "POST"})
            await refusal(scope, receive, send)
            return
        await app(scope, receive, send)

    return answering


class Tools:
    """What agents may call; each is one call into the engine."""

    def __init__(self, engine: Engine, tell: Callable[[NearpaperError], str] | None) -> None:
        self._engine, self._tell = engine, tell

    def search_papers(
        self,
        question: Question,
        cursor: Cursor = "",
        abstract_characters: Characters = ABSTRACT,
        **choices: Any,  # noqa: ANN401 - as the fields are
    ) -> PaperList:
        """Find papers that answer a question in plain words, best first."""
        with self._errors_for_agents():
            generation, offset = _position(cursor)
            answer = self._engine.search(question, chosen_options({**choices, "offset": offset}))
            return self._listed(answer, abstract_characters, generation)

    def similar_papers(
        self,
        ids: Ids = [],  # noqa: B006 - pydantic copies defaults
        unlike: Ids = [],  # noqa: B006
        text: ExampleText = "",
        cursor: Cursor = "",
        abstract_characters: Characters = ABSTRACT,
        **choices: Any,  # noqa: ANN401
    ) -> PaperList:
        """Find papers similar to given papers or a text, and unlike others."""
        with self._errors_for_agents():
            generation, offset = _position(cursor)
            options = chosen_options({**choices, "offset": offset})
            answer = self._engine.similar(ids, options, unlike=unlike, text=text)
            return self._listed(answer, abstract_characters, generation)

    def get_paper(
        self,
        id: Annotated[
            str, Field(max_length=MAX_VALUE, description="An arXiv id, a DOI or an address.")
        ],
        abstract_characters: Characters = WHOLE_ABSTRACT,
    ) -> WholePaper:
        """Get one paper with its whole abstract."""
        with self._errors_for_agents():
            paper = self._engine.paper(id)
            return whole_paper(paper, abstract_characters, self._engine.generation)

    def _listed(self, answer: Answer, characters: int, generation: int | None) -> PaperList:
        """An answer as a list, after one of a generation."""
        own = for_strangers(answer.warnings) if self._tell else answer.warnings
        return paper_list(answer, characters, (*_changes(generation, answer), *own))

    @contextmanager
    def _errors_for_agents(self) -> Iterator[None]:
        """Errors of ours say what to do; the agent is to read them."""
        try:
            yield
        except NearpaperError as error:
            raise ToolError(self._tell(error) if self._tell else str(error)) from None


def _position(cursor: str) -> tuple[int | None, int]:
    """The generation that a cursor is of, if there is one, and where to go on."""
    if not cursor:
        return None, 0
    generation, colon, offset = cursor.partition(":")
    if not (colon and all(one.isdecimal() and one.isascii() for one in (generation, offset))):
        raise ToolError("cursor: not a next_cursor of an answer; leave it out to start again")
    return int(generation), int(offset)


def _changes(generation: int | None, answer: Answer) -> tuple[str, ...]:
    """What to say if an answer is of another generation than the one before it."""
    if generation in (None, answer.generation):
        return ()
    return ("the index has changed since the previous answer; papers may repeat or be missing",)


def _with_options(tool: Callable[..., PaperList]) -> Callable[..., PaperList]:
    """A tool whose signature has the options of a search in the place of ``choices``."""

    @wraps(tool)
    def with_options(**arguments: Any) -> PaperList:  # noqa: ANN401 - as the signature says
        return tool(**arguments)

    declared = signature(tool, eval_str=True)
    own = [one for one in declared.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    options = [_argument(field) for field in search_fields() if field.name not in NOT_IN_MCP]
    everything = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*own, *options)]
    vars(with_options).update(__signature__=declared.replace(parameters=everything))
    return with_options


def _argument(field: SearchField) -> Parameter:
    """The argument of a tool for an option."""
    kind, default, bounds = field.type, field.default, dict[str, Any]()
    if field.repeatable:
        kind, default = list[Annotated[str, Field(max_length=MAX_VALUE)]], []
        bounds["max_length"] = MAX_VALUES
    elif field.name == "limit":
        default, bounds = USUAL_PAPERS, {"ge": 1, "le": MAX_PAPERS}
    elif kind is str:
        bounds["max_length"] = MAX_VALUE
    elif kind in (int, float):
        bounds.update(ge=field.option.least, le=field.option.most)
    help = f"Number of papers, 1 to {MAX_PAPERS}." if field.name == "limit" else field.option.help
    return Parameter(
        field.name,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, Field(description=help, **bounds)],
    )
