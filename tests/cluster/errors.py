"""What keeps a cluster from running, each one line that says what to do."""

from __future__ import annotations


class ClusterError(Exception):
    """The cluster didn't start, or didn't get green."""


class MissingError(ClusterError):
    """This machine lacks a program that a cluster needs."""
