"""Another application behind the same guards as the service: hosts, keys, bounds."""

from __future__ import annotations

from starlette.types import ASGIApp

from api.http.access.access import Access
from api.http.access.authorisation import Authorisation
from api.http.access.hosts import KnownHosts
from api.http.load.admission import Admission
from api.http.load.bounds import Bounds
from api.http.load.rates import RateLimits, Rates
from api.http.load.stopping import Taking
from api.http.middleware import SecurityHeaders
from api.http.observing.observation import Observation
from api.keys.key_file import KeyRing


def guarded(app: ASGIApp, access: Access, bounds: Bounds, rates: Rates | None = None) -> ASGIApp:
    """``app`` for who may ask, within bounds; raises ``UsageError`` for a bad file of keys."""
    app = Taking(Admission(app, bounds))
    if rates is not None:
        app = RateLimits(app, rates.each, rates.counters)
    if access.keys is not None:
        app = Authorisation(app, KeyRing(access.keys), open=access.open)
    return Observation(SecurityHeaders(KnownHosts(app, access)))
