"""Refuse query parameters and fields of a body that nobody knows.

A misspelt filter that is passed over would give an unfiltered answer that looks like a filtered
one. Only ``/api/v1`` is strict: pages and feeds get parameters such as ``utm_source`` added by
others, and clients of other services send what those services know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from pydantic import BaseModel, ConfigDict, model_validator

from search.option_names import require_known


async def known_options(request: Request) -> None:
    """A dependency of strict routes; raises ``UsageError`` that names the nearest known option."""
    params = get_flat_params(request.scope["route"].dependant)
    known = [one.alias for one in params if isinstance(one.field_info, Query)]
    require_known(request.query_params.keys(), known)


class StrictBody(BaseModel):
    """A body whose unknown fields are refused in the same words."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, values: Any) -> Any:  # noqa: ANN401 - not checked yet
        if isinstance(values, Mapping):
            require_known(values, cls.model_fields)
        return values
