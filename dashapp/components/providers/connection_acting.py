"""What the buttons of a connection's page do. All of it is audited; nothing that is secret comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from sqlalchemy import Connection

from dashapp.auth import allow
from dashapp.components.page import banner
from dashapp.components.providers import addresses, entries, trying
from dashapp.components.providers.adding import LONGEST, NOBODY
from dashapp.components.providers.lists_acting import TICK, toast
from dashapp.context import store, viewer
from ingest import intake
from ingest.contract import Vendor
from ingest.vendors import registry
from ingest.webhooks import trial
from models.store import audit, connections, people, rotation
from models.store.connections import Details
from models.store.hooks import TokenBook

OF = "connection-of"
"""Store of the page: ``{"connection": id}``."""

TRY, TRIED = "connection-try", "connection-tried"
SWITCH, DETAILS = "connection-switch", "connection-details"
FIELDS = ("label", "zone", "country", "team")
OVERLAPS = frozenset(hours for hours, _ in addresses.HOURS)


def of(given: dict[str, Any] | None) -> Details | None:
    """The connection the page is of, as of now; None for what is none."""
    connection_id = given.get("connection") if isinstance(given, dict) else None
    if not isinstance(connection_id, int) or isinstance(connection_id, bool):
        return None
    kept = store()
    try:
        with kept.read() as tx:
            return connections.details(tx, viewer(), kept.vault, connection_id)
    except connections.UnknownConnection:
        return None


def vendor_of(found: Details) -> Vendor | None:
    return registry.get(found.vendor) if found.vendor in registry.all_slugs() else None


def write(found: Details, action: str, detail: str, work: Callable[[Connection], Any]) -> Any:
    """Do it and note who did, in one commit; returns what ``work`` did."""
    kept, who = store(), viewer()

    def both(tx: Connection) -> Any:
        done = work(tx)
        audit.by_person(tx, kept.now(), who, action, f"connection:{found.id}", detail)
        return done

    return kept.write(both)


@callback(
    Output(TRIED, "children"),
    Output(TICK, "data", allow_duplicate=True),
    Input(TRY, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _try(clicks: int | None, given: dict[str, Any] | None) -> tuple[Any, Any]:
    found = of(given)
    vendor = vendor_of(found) if found else None
    if not clicks or found is None or vendor is None:
        return no_update, no_update
    kept = store()
    account = TokenBook(kept).by_id(found.id)
    if account is None:
        return no_update, no_update
    try:
        tried = trial.send(kept, vendor, intake.info(account))
    except trial.NoSample as error:
        return banner("unknown", "info-circle", str(error)), no_update
    return trying.result(tried, kept.rules.zone), kept.now().timestamp()


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input(SWITCH, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _switch(clicks: int | None, given: dict[str, Any] | None) -> Any:
    found = of(given)
    if not clicks or found is None:
        return no_update
    kept, on = store(), not found.active
    write(
        found,
        "connection.on" if on else "connection.off",
        found.slug,
        lambda tx: connections.change(tx, kept.vault, found.id, active=on),
    )
    toast("Switched on." if on else "Switched off: its provider is answered 401 from now on.", "power")
    return kept.now().timestamp()


@callback(
    Output("connection-entries", "children"),
    Output("connection-entries-told", "children"),
    Output(TICK, "data", allow_duplicate=True),
    Input(entries.SAVE, "n_clicks"),
    State({"type": entries.ENTRY, "name": ALL}, "value"),
    State({"type": entries.ENTRY, "name": ALL}, "id"),
    State(entries.KEEP, "value"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _save(
    clicks: int | None, values: Any, idents: Any, keep: str | None, given: dict[str, Any] | None
) -> tuple[Any, Any, Any]:
    found = of(given)
    vendor = vendor_of(found) if found else None
    if (
        not clicks
        or found is None
        or vendor is None
        or not isinstance(idents, list)
        or not isinstance(values, list)
    ):
        return no_update, no_update, no_update
    typed = {
        str(each["name"]): value
        for each, value in zip(idents, values, strict=False)
        if isinstance(each, dict)
    }
    try:
        secrets, settings = entries.read(entries.asked(vendor, found), typed, found)
    except entries.BadEntry as error:
        return no_update, banner("missed", "exclamation-triangle-fill", str(error)), no_update
    if secrets or settings:
        _keep(found, secrets, settings, hours(keep))
        toast("Saved. Servers follow within seconds.")
    return entries_form(given), None, store().now().timestamp()


def _keep(found: Details, secrets: dict[str, str], settings: dict[str, Any], overlap: int) -> None:
    kept, who = store(), viewer()
    now = kept.now()

    def work(tx: Connection) -> None:
        connections.change(
            tx,
            kept.vault,
            found.id,
            settings=settings,
            secrets=secrets,
            old_until=now + timedelta(hours=overlap) if overlap else None,
        )
        for name in secrets:
            audit.secret_set(tx, now, found.id, name, who.person_id)

    changed = [*(f"secret {name}" for name in secrets), *(f"setting {name}" for name in settings)]
    write(found, "connection.set", f"{found.slug}: {', '.join(changed)}", work)


@callback(
    Output("connection-entries", "children", allow_duplicate=True),
    Input({"type": entries.END, "name": ALL}, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _end(_clicks: Any, given: dict[str, Any] | None) -> Any:
    found, asked = of(given), ctx.triggered_id
    if found is None or not isinstance(asked, dict) or not ctx.triggered[0]["value"]:
        return no_update
    name = str(asked["name"])
    write(
        found,
        "connection.end",
        f"{found.slug}: older {name}",
        lambda tx: rotation.end_retired(tx, found.id, name),
    )
    toast("Ended: only the new one is accepted within seconds.", "key")
    return entries_form(given)


def entries_form(given: dict[str, Any] | None) -> Any:
    """The form as of now."""
    found = of(given)
    vendor = vendor_of(found) if found else None
    if found is None or vendor is None:
        return None
    kept = store()
    with kept.read() as tx:
        older = rotation.retiring(tx, found.id, kept.now())
    return entries.form(entries.asked(vendor, found), found, older, kept.now(), kept.rules.zone)


@callback(
    Output("connection-details-told", "children"),
    Output(TICK, "data", allow_duplicate=True),
    Input(f"{DETAILS}-save", "n_clicks"),
    *[State(f"{DETAILS}-{name}", "value") for name in FIELDS],
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _details(
    clicks: int | None, label: Any, zone: Any, country: Any, team: Any, given: Any
) -> tuple[Any, Any]:
    found = of(given)
    if not clicks or found is None:
        return no_update, no_update
    kept, name = store(), str(label or "").strip()
    try:
        if not name or len(name) > LONGEST:
            raise ValueError(f"a name has 1 to {LONGEST} characters")
        wanted: dict[str, Any] = {
            "label": name,
            "zone": connections.zone(str(zone or "")),
            "country": connections.country(str(country or "")),
            "team_id": _team(str(team or "")),
        }
    except (ValueError, LookupError) as error:
        return banner("missed", "exclamation-triangle-fill", f"Not saved: {error}."), no_update
    changed = {column: value for column, value in wanted.items() if value != getattr(found, column)}
    if changed:
        write(
            found,
            "connection.set",
            f"{found.slug}: {', '.join(changed)}",
            lambda tx: connections.change(tx, kept.vault, found.id, **changed),
        )
        toast("Saved. Servers follow within seconds.")
    return None, kept.now().timestamp()


def _team(given: str) -> int | None:
    if given in ("", NOBODY):
        return None
    with store().read() as tx:
        ids = {str(each.id): each.id for each in people.teams(tx)}
    if given not in ids:
        raise LookupError("there is no such team")
    return ids[given]


def hours(given: str | None) -> int:
    """One of the choices offered; a day for anything else."""
    text = str(given)
    return int(text) if text.isdecimal() and int(text) in OVERLAPS else 24
