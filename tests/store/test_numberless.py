"""A number told as a part of a name, a place or a campaign is masked where it is kept, so nobody is shown it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, String, Table, func, select, text

from models.db import Database
from models.migrations import schema
from models.rules import redaction
from models.rules.access import Role
from models.store import bulk, connections, leads, people, presence, searching, upsert_leads
from models.store.base import Store
from models.store.bulk import NewApplication, NewLead
from models.store.upsert_leads import LeadFacts, Upserted
from models.tables.base import Numberless, metadata
from models.tables.calls import call, feed
from models.tables.leads import application, lead
from models.tables.people import audit
from models.tables.people import presence as presences
from models.tables.telephony import connection
from tests.cast import Cast
from tests.databases import KINDS, Databases
from tests.telling import rung, tell

TOLD = LeadFacts(
    phone="+919812300001", external_id="9123456781", name="Ravi 9123456780 father", city="Dewas 91234 56782",
    programme="MBA 2026-2028, 9123456783", region="Batch 2026-27", stage="New 9123456784",
    source="9123456785", language="Hindi", email="Ravi9123456786@example.org",
)  # fmt: skip


def upserted(store: Store, cast: Cast, facts: LeadFacts) -> Upserted:
    def work(tx: Connection) -> Upserted:
        done = upsert_leads.upsert(tx, cast.dev.viewer, store.vault, facts, store.now())
        assert isinstance(done, Upserted)
        return done

    done: Upserted = store.write(work)
    return done


def test_what_another_system_tells_is_kept_without_numbers(store: Store, cast: Cast) -> None:
    first, again = upserted(store, cast, TOLD), upserted(store, cast, TOLD)
    assert (first.created, again.created, again.id) == (True, False, first.id)
    with store.read() as tx:
        row = tx.execute(select(lead).where(lead.c.id == first.id)).one()
        changes = tx.scalar(select(func.count()).where(audit.c.action == "lead.updated"))
        shown = leads.profile(tx, cast.dev.viewer, first.id, now=store.now(), rules=store.rules)
        by_part = searching.find(store, tx, cast.dev.viewer, "91234").rows
        by_name = searching.find(store, tx, cast.dev.viewer, "ravi father").rows
    assert row.name == "Ravi ••••• ••780 father"
    assert row.city == "Dewas ••••• ••782"
    assert row.programme == "MBA 2026-2028, ••••• ••783"
    assert (row.region, row.language) == ("Batch 2026-27", "Hindi")
    assert (row.stage, row.source) == ("New ••••• ••784", "••••• ••785")
    assert row.external_id == "9123456781", "another system's key is kept as told"
    assert row.email == "ravi9123456786@example.org"
    assert changes == 0, "told twice, changed nothing"
    assert by_part == []
    assert [found.id for found in by_name] == [first.id]
    assert shown is not None
    assert shown.external_id is None, "no screen has a key that is a number"
    assert shown.email == "ravi••••• ••786@example.org"


def test_a_key_without_a_number_is_shown(store: Store, cast: Cast) -> None:
    one = cast.lead(external_id="CRM-88121", owner=cast.asha)
    with store.read() as tx:
        shown = leads.profile(tx, cast.asha.viewer, one.id, now=store.now(), rules=store.rules)
    assert shown is not None
    assert shown.external_id == "CRM-88121"


def test_what_is_added_in_bulk_is_kept_without_numbers(store: Store, cast: Cast) -> None:
    now = store.now()
    one = NewLead(
        phone="+919812300002", name="Bulk 9123456780", email=None, programme="B.A. 9123456781", city="9123456782",
        region=None, language=None, stage="New", source="Fair 9123456783", owner_id=cast.asha.id, created_at=now,
    )  # fmt: skip

    def work(tx: Connection) -> None:
        [lead_id] = bulk.add_leads(tx, store.vault, [one])
        bulk.add_applications(
            tx,
            [
                NewApplication(
                    lead_id=lead_id, programme="9123456784", stage="9123456785", payment="UPI 9123456786",
                    steps_done=1, steps_total=2, created_at=now, form="9123456787", missing="Call 9123456788",
                )
            ],
        )  # fmt: skip

    store.write(work)
    with store.read() as tx:
        row = tx.execute(select(lead.c.name, lead.c.programme, lead.c.city, lead.c.source)).one()
        form = tx.execute(select(application)).one()
    assert tuple(row) == ("Bulk ••••• ••780", "B.A. ••••• ••781", "••••• ••782", "Fair ••••• ••783")
    assert (form.programme, form.stage, form.payment) == ("••••• ••784", "••••• ••785", "UPI ••••• ••786")
    assert (form.form, form.missing) == ("••••• ••787", "Call ••••• ••788")


def test_what_a_provider_tells_is_kept_and_sent_without_numbers(store: Store, cast: Cast) -> None:
    """The pop-up is made of the call as it was folded, not of its row."""
    caller = cast.lead("+919812300003", owner=cast.asha)
    told = {"campaign": "List 9123456780", "disposition": "Busy 9123456781", "words": "left 9123456782"}
    tell(store, cast, rung(store, cast.asha, caller, "c1", **told))
    with store.read() as tx:
        row = tx.execute(select(call.c.campaign, call.c.disposition, call.c.words)).one()
        sent = "".join(tx.scalars(select(feed.c.body)))
    assert tuple(row) == ("List ••••• ••780", "Busy ••••• ••781", "left ••••• ••782")
    assert "••780" in sent
    assert "91234" not in sent


def test_what_people_and_administrators_say_is_kept_without_numbers(store: Store, cast: Cast) -> None:
    said = presence.set_state(store, cast.asha.viewer, "break", "Ring 9123456780")
    with store.db.begin() as tx:
        made = connections.add(
            tx, store.vault, slug="line", vendor="open", label="Line 9123456781", at=store.now()
        )
        who = people.add(
            tx, name="Uma 9123456782", email="uma@example.org", role=Role.ADMIN, password="long enough words",
            at=store.now(),
        )  # fmt: skip
    with store.read() as tx:
        assert tx.scalar(select(presences.c.reason)) == "Ring ••••• ••780" == said["reason"]
        assert tx.scalar(select(connection.c.label).where(connection.c.id == made)) == "Line ••••• ••781"
        assert [one.name for one in people.everybody(tx) if one.id == who] == ["Uma ••••• ••782"]


def test_a_mask_fits_where_its_number_did(store: Store, cast: Cast) -> None:
    made = cast.lead(name="x" * 153 + "1234567")
    with store.read() as tx:
        kept = tx.scalar(select(lead.c.name).where(lead.c.id == made.id))
        assert tx.scalar(select(lead.c.id).where(lead.c.name == made.name)) == made.id, "asked as it is kept"
    assert kept == "x" * 153 + "••••• •"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("B.Tech 2026-2030", "B.Tech 2026-2030"), ("2026 – 2028", "2026 – 2028"), ("L-20418", "L-20418"),
        ("Batch 2026-27", "Batch 2026-27"), ("2030-2026", "••••• ••026"), ("2026-2028 91", "••••• ••891"),
        ("91 20 2026-2028", "••••• ••028"), ("1990-2026", "••••• ••026"), ("98765\u200b43210", "••••• ••210"),
        ("98765\u200943210", "••••• ••210"), ("\u202a98765\u200e43210\u202c", "\u202a••••• ••210\u202c"),
        ("९८७६५४३२१०", "••••• ••२१०"), ("9876543210, 2026-2028", "••••• ••210, 2026-2028"),
    ],
)  # fmt: skip
def test_years_are_no_number_and_a_number_is_one_however_spaced(said: str, kept: str) -> None:
    assert redaction.detail(said) == kept
    assert redaction.detail(kept) == kept


KEPT_AS_IT_IS = {
    "audit.action", "audit.subject", "api_key.key_hash", "api_key.name", "api_key.scopes", "call.direction",
    "call.outcome", "choice.name", "connection.country", "connection.slug", "connection.vendor", "connection.zone",
    "delivery.door", "delivery.verdict", "disposition.directions", "disposition.ends", "feed.kind",
    "follow_up.state", "hook_token.token_hash", "intent.mode", "intent.reason", "intent.state",
    "login_session.csrf", "login_session.id_hash", "notification.cleared_how", "notification.direction",
    "notification.kind", "notification.reason", "notification.state", "offer.reason", "opening.how",
    "person.password_hash", "person.role", "phone_event.kind", "preference.name", "presence.state",
    "retired_secret.name", "routing_decision.strategy", "seat.kind", "skill.kind", "sweep.state",
    # masks, made by ``phone``
    "lead_phone.mask", "offer.seat_mask", "seat.mask",
    # the institution's own numbers, and what it calls them
    "call.did", "did.number", "did.label", "did.fallback", "did.strategies", "did.unknown_rule",
    # by these something is found again, and screens show them masked or not at all
    "lead.email", "lead.external_id", "person.email", "call.provider_call_id", "call_event.provider_call_id",
    "delivery.provider_call_id", "intent.provider_call_id", "call.intent", "intent.reference",
    "phone_event.id", "phone_event.reference",
    # masked as they are read, for administrators alone
    "delivery.reason", "sweep.reason", "unknown_word.field", "unknown_word.word", "mapping.note",
    # their own person's, and nobody else's
    "preference.value",
}  # fmt: skip
"""Every other short text of every table is ``Numberless``; a new column must be one, or be thought of here."""


def test_every_told_text_is_masked_as_it_is_written() -> None:
    texts = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and column.type.length
    }
    assert texts == KEPT_AS_IT_IS


# ---- What was kept before

OLD = "9123456780"
AT = datetime(2026, 3, 2, tzinfo=UTC)


def _old(tx: Connection, table: Table, **values: Any) -> None:
    """A row as 0003 wrote it: no column type of ours comes between."""
    row = {
        column.name: _filler(column.type)
        for column in table.columns
        if not column.nullable and column.name != "id" and column.server_default is None
    }
    names = {**row, **values}
    marks = ", ".join(f":{name}" for name in names)
    tx.execute(text(f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({marks})'), names)


def _filler(kind: Any) -> Any:
    plain = getattr(kind, "impl_instance", kind)
    return {str: "x", int: 1, bool: True, bytes: b""}[plain.python_type]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_kept_before_is_masked(kind: str, databases: Databases) -> None:
    tables = metadata.tables
    with databases.database(kind, empty=True) as url:
        db = Database(url)
        with db.begin() as tx:
            config = schema._config()
            config.attributes["connection"] = tx
            command.upgrade(config, "0003")
        with db.begin() as tx:
            _old(tx, tables["team"], name=f"Team {OLD}")
            _old(tx, tables["team"], name="Team 9999999780")
            _old(tx, tables["person"], name=f"Uma {OLD}", team_id=1)
            _old(tx, tables["connection"], label=f"Line {OLD}")
            _old(tx, tables["presence"], person_id=1, reason=OLD)
            for at in range(3):
                _old(
                    tx, tables["lead"], name=f"Ravi {OLD}", city="Dewas", programme="M.A. 2026-2028",
                    stage=f"New {OLD}", external_id=f"{OLD}{at}", email=f"{OLD}@example.org",
                )  # fmt: skip
            _old(tx, tables["application"], lead_id=1, form=f"Form {OLD}", missing=f"Ring {OLD}")
            _old(tx, tables["call"], connection_id=1, campaign=f"List {OLD}", disposition=None, words=OLD)
            _old(tx, tables["intent"], person_id=1, lead_id=1, words=f"no {OLD}")
            _old(tx, tables["stage_change"], lead_id=1, to_stage=f"New {OLD}")
            for at, other in enumerate((OLD, "9999999780")):
                _old(tx, tables["disposition"], label=f"Call {other}", stage=f"New {other}", position=at)
                _old(tx, tables["stage"], name=f"New {other}", position=at)
            body = f'{{"id": 1234567, "reference": "canary{OLD}", "lead": {{"name": "R {OLD}"}}, "also": ["{OLD}"]}}'
            _old(tx, tables["feed"], body=body)
        schema.upgrade(db)
        assert schema.revision(db) == schema.head()
        with db.read() as tx:

            def kept(said: str) -> list[tuple[Any, ...]]:
                table, _, names = said.partition(": ")
                return [tuple(row) for row in tx.execute(text(f'SELECT {names} FROM "{table}" ORDER BY id'))]

            assert kept("lead: name, city, programme, stage, external_id, email") == [
                ("Ravi ••••• ••780", "Dewas", "M.A. 2026-2028", "New ••••• ••780", f"{OLD}{at}", f"{OLD}@example.org")
                for at in range(3)
            ]  # fmt: skip
            assert kept("team: name") == [("Team ••••• ••780",), ("Team ••••• ••780 (2)",)]
            assert kept("person: name") == [("Uma ••••• ••780",)]
            assert kept("connection: label") == [("Line ••••• ••780",)]
            assert kept("presence: reason") == [("••••• ••780",)]
            assert kept("application: form, missing") == [("Form ••••• ••780", "Ring ••••• ••780")]
            assert kept("call: campaign, disposition, words") == [("List ••••• ••780", None, "••••• ••780")]
            assert kept("intent: words") == [("no ••••• ••780",)]
            assert kept("stage_change: to_stage") == [("New ••••• ••780",)]
            assert kept("disposition: label, stage") == [
                ("Call ••••• ••780", "New ••••• ••780"), ("Call ••••• ••780 (2)", "New ••••• ••780")
            ]  # fmt: skip
            assert kept("stage: name") == [("New ••••• ••780",), ("New ••••• ••780 (2)",)]
            masked = body.replace(f"R {OLD}", "R ••••• ••780").replace(f'["{OLD}"]', '["••••• ••780"]')
            assert kept("feed: body") == [(masked,)]
        db.close()


def test_the_migration_knows_every_column_that_is_masked() -> None:
    from importlib import import_module

    known = import_module("models.migrations.versions.0004_no_number_in_a_name")
    masked = {(table, name): size for table, columns in known.TOLD.items() for name, size in columns.items()}
    masked |= {(table, name): size for table, (name, size) in known.UNLIKE.items()}
    ours = {
        (table.name, column.name): column.type.length
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Numberless)
    }
    # the first was never written with a number, the other is said in a command by who runs the server
    assert ours == masked | {("phone_event", "detail"): 200, ("skill", "word"): 80}
