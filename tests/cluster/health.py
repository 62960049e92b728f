"""Whether nodes are well, and help where a copy of a shard doesn't come back."""

from __future__ import annotations

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

SECONDS = 5.0


def is_green(port: int, count: int) -> bool:
    """Whether a node says within five seconds that a cluster of so many nodes is green."""
    health = f"/_cluster/health?wait_for_status=green&wait_for_nodes={count}&timeout=2s"
    try:
        return _answer(port, "GET", health)[0] == HTTPStatus.OK
    except (OSError, HTTPException):
        return False


def recover_again(port: int, state: str = "INITIALIZING") -> list[dict[str, Any]]:
    """Have all copies of a state recovered anew, as an operator would; returns the commands.

    A recovery that began while nodes restarted was seen to stand still for minutes, before its
    first file and with no task at work, and without its time-outs ending it.
    """
    shards = "/_cat/shards?format=json&h=index,shard,prirep,state,node"
    found = json.loads(_answer(port, "GET", shards)[1])
    commands = [
        {"cancel": {"index": one["index"], "shard": int(one["shard"]), "node": one["node"]}}
        for one in found
        if one["prirep"] == "r" and one["state"] == state
    ]
    if commands:
        body = json.dumps({"commands": commands})
        status, said = _answer(port, "POST", "/_cluster/reroute?metric=none", body)
        if status != HTTPStatus.OK:
            raise OSError(said[:300])
    return commands


def _answer(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
