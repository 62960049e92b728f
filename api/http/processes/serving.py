"""A service by one process, or by several."""

from __future__ import annotations

from api.http.processes.service import Service
from api.http.server import Place, announce, listening, listening_for_probes, serve_app
from search.engine import Engine


def serve_service(service: Service, place: Place) -> None:
    """Answer requests until the process is told to stop.

    Raises:
        NearpaperError: The index can't be opened, the address is taken, or an option is wrong.
    """
    service.check()
    if service.workers == 1:
        serve_app(service.app, service.index, place, service.bounds)
        return
    from api.http.processes.workers import serve_by_workers

    with Engine.open(service.index) as engine:  # what is wrong with it is told now
        papers = engine.papers
    with listening(place) as listener, listening_for_probes(place) as probes:
        announce(papers, listener, place, probes)
        serve_by_workers(service, listener, place, probes)
