"""The composition root: one Flask server, one Dash application on it, and all their parts."""

import json
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash
from dash import Dash, set_props
from dash.exceptions import DependencyException
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from dashapp import (
    after_call,
    alerting,
    auth,
    claiming,
    context,
    dialling,
    finding,
    leadwork,
    live,
    recordings,
    revealing,
    softphone,
)
from dashapp.components import document, errors, shell, sign_in
from dashapp.config import Settings
from ingest.api import views as api
from ingest.dialing import Dialer
from ingest.webhooks import doors
from models.rules.access import Role
from models.store import sip_seats
from models.store.base import Store
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent / "assets"

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'{speak}; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
YEAR = 31_536_000
PRIVATE = frozenset({"text/html", "application/json", "text/event-stream"})


class Undeclared(Exception):
    """Something can be called that nobody said who may call."""


def create_app(settings: Settings, store: Store, hub: live.Hub | None = None) -> Dash:
    """Build the application. Call it once a process: Dash registers pages and callbacks globally.

    Raises ``Undeclared`` when a route or callback has no policy.
    """
    server = Flask("callboard", static_folder=None)
    server.secret_key = settings.secret_key.get_secret_value() or secrets.token_hex(32)
    server.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    server.extensions[context.EXTENSION] = store
    _compress_files_once(server)
    app = Dash(
        "dashapp",
        server=server,
        use_pages=True,
        pages_folder=str(HERE / "pages"),
        assets_folder=str(ASSETS),
        assets_ignore=document.ASSETS_IGNORE,
        assets_path_ignore=document.ASSETS_PATH_IGNORE,
        index_string=document.INDEX,
        title="Callboard",
        update_title="",
        suppress_callback_exceptions=True,
        csrf_token_name=auth.cookie_name(auth.CSRF_COOKIE, settings),
        csrf_header_name=auth.CSRF_HEADER,
        compress=True,
        on_error=_report,
        add_log_handler=False,
    )
    app.enable_dev_tools(debug=False)
    _guard_pages()
    app.layout = shell.layout
    hooks = doors.blueprint(store, settings.public_url or None)
    for part in (
        hooks,
        *api.blueprints(settings.url),
        live.blueprint(live.Hub() if hub is None else hub),
        sign_in.blueprint(settings),
        alerting.blueprint(),
        claiming.blueprint(),
        recordings.blueprint(),
        revealing.blueprint(),
        dialling.blueprint(Dialer(store, frozenset(settings.private_hosts))),
        after_call.blueprint(),
        softphone.blueprint(),
        leadwork.blueprint(),
        finding.blueprint(),
    ):
        server.register_blueprint(part)
    auth.install(app, settings)
    _say_faults(server)
    _secure(app)
    missing = auth.undeclared(app)
    if missing:
        raise Undeclared("; ".join(missing))
    _doors_first(server, doors.application(hooks, settings.max_body_bytes))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _doors_first(server: Flask, hooks: Flask) -> None:
    """Providers' requests go to a Flask of their own. The addresses stand in both: the application's own
    list of addresses and policies is complete."""
    people = server.wsgi_app

    def either(environ: Any, start_response: Any) -> Any:
        served = hooks if environ["PATH_INFO"].startswith("/webhooks/v1/") else people
        return served(environ, start_response)

    server.wsgi_app = either  # type: ignore[method-assign]


def _guard_pages() -> None:
    """Each page's layout answers only to the roles it was registered with."""
    for page in dash.page_registry.values():
        roles = page.get("roles")
        if not roles:
            raise Undeclared(f"page {page['path']} names no roles")
        page["supplied_layout"] = page["layout"] = _for_roles(
            page["layout"], frozenset(Role(role) for role in roles)
        )


def _for_roles(layout: Any, roles: frozenset[Role]) -> Callable[..., Any]:
    def guarded(**given: Any) -> Any:
        if context.viewer().role not in roles:
            return errors.not_here()
        return layout(**given) if callable(layout) else layout

    return guarded


def _say_faults(server: Flask) -> None:
    """What goes wrong before or outside a page is told in the house's style; programs get JSON."""

    @server.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        status = error.code or 500
        reference = ""
        if status >= 500:
            reference = secrets.token_hex(4)
            log.error("%s failed, reference %s", request.endpoint, reference)
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            body, kind = errors.document_for(status, reference), "text/html; charset=utf-8"
        else:
            body, kind = json.dumps({"error": error.name, "reference": reference}), "application/json"
        answer = Response(body, status, content_type=kind)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(error.valid_methods)
        return answer

    @server.errorhandler(DependencyException)
    def no_such_file(_: Exception) -> Response:
        """Dash raises this where somebody asks for a script of a package it doesn't have."""
        return known(NotFound())


def _secure(app: Dash) -> None:
    """Headers that keep the browser from doing what we never ask of it."""
    server: Flask = app.server
    allowed: dict[str, str] = {}

    @server.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        if response.mimetype == "text/html":
            policy = allowed.get("policy", "default-src 'none'")
            headers["Content-Security-Policy"] = policy.replace("{speak}", "".join(_sip_servers()))
            headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        if server.extensions["callboard.settings"].secure_cookies:
            headers["Strict-Transport-Security"] = f"max-age={YEAR}"
        if response.mimetype in PRIVATE:
            headers.setdefault("Cache-Control", "no-store")
        elif response.status_code in (200, 304) and _never_changes():
            headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    # Dash completes itself at the first request; only then is every inline script known whose hash the
    # policy must allow.
    server.test_client().get("/healthz")
    allowed["policy"] = CONTENT_POLICY.replace("{hashes}", " ".join(app.csp_hashes()))


def _sip_servers() -> list[str]:
    """Where the softphone of the person who gets this document registers; nobody else's browser may go there."""
    if g.get("viewer") is None:
        return []
    try:
        with context.store().read() as tx:
            return [f" {origin}" for origin in sip_seats.origins(tx, context.viewer())]
    except (SQLAlchemyError, Unavailable):
        log.exception("the SIP servers could not be read: this document's softphone will not register")
        return []


def _never_changes() -> bool:
    """Is this a file whose address changes whenever it does (its time of change, or a version's folder)?"""
    path = request.path
    return path.startswith("/assets/vendor/") or (path.startswith("/assets/") and "m" in request.args)


def _report(error: Exception) -> None:
    """A callback failed: log it under a reference and show the person that reference."""
    reference = secrets.token_hex(4)
    log.error("callback failed, reference %s", reference, exc_info=error)
    set_props(shell.ERROR_STORE, {"data": {"reference": reference}})


class _FileCache:
    """Compressed answers of files that never change while the process lives.

    Flask-Compress asks it for *every* answer, under ``algorithm;key``: an empty key is an answer to one
    person, which must never be kept.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        if key.partition(";")[2]:
            self._kept[key] = value


def _compress_files_once(server: Flask) -> None:
    """Compressing plotly.js takes a third of a second: do it once, not at every request."""
    cache = _FileCache()
    server.config["COMPRESS_CACHE_BACKEND"] = lambda: cache
    server.config["COMPRESS_CACHE_KEY"] = lambda request: (
        request.full_path if request.path.startswith(("/assets/", "/_dash-component-suites/")) else ""
    )
