"""Leads: found by id, external id, e-mail and number; created once, completed, never emptied."""

import pytest
from sqlalchemy import func, select

from models.store import api_leads
from models.store.base import Store
from models.tables.leads import lead as lead_table
from models.tables.leads import lead_phone
from models.tables.people import audit
from tests.cast import Cast
from tests.databases import Clock
from tests.ingest.api.calling import Caller

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
FULL = {
    "phone": "98765 43210",
    "name": "Isha Verma",
    "email": "Isha@Example.org",
    "programme": "B.Tech",
    "city": "Indore",
    "region": "Malwa",
    "language": "Hindi",
    "owner": "Asha@example.org",
    "external_id": "CRM-1",
}


def test_upsert_creates_once_and_answers_the_same_id(
    store: Store, cast: Cast, clock: Clock, caller: Caller
) -> None:
    created = caller.post("/leads", FULL)
    assert created.status_code == 201
    assert created.json == {"id": created.json["id"], "created": True}
    again = caller.post("/leads", FULL)
    assert (again.status_code, again.json) == (200, {"id": created.json["id"], "created": False})
    read = caller.get(f"/leads/{created.json['id']}")
    assert read.json == {
        "id": created.json["id"],
        "external_id": "CRM-1",
        "name": "Isha Verma",
        "phone_masked": "+91 ••••• ••210",
        "phones_masked": ["+91 ••••• ••210"],
        "email": "isha@example.org",
        "programme": "B.Tech",
        "city": "Indore",
        "region": "Malwa",
        "language": "Hindi",
        "stage": "New enquiry",
        "source": "API",
        "owner": "asha@example.org",
        "last_talk": None,
        "created_at": "2026-03-02T05:30:00Z",
        "updated_at": "2026-03-02T05:30:00Z",
    }
    for answer in (created, again, read):
        assert b"98765" not in answer.data
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(lead_table)) == 1
        sealed = tx.execute(select(lead_phone.c.phone_ct)).scalar_one()
        assert store.vault.open(sealed, b"lead_phone.phone") == b"+919876543210"


def test_absent_null_and_blank_fields_erase_nothing(cast: Cast, caller: Caller) -> None:
    lead_id = caller.post("/leads", FULL).json["id"]
    before = caller.get(f"/leads/{lead_id}").json
    for said in (
        {"external_id": "CRM-1"},
        {"phone": "+91 98765-43210", "name": None, "owner": None},
        {
            "external_id": "CRM-1",
            "name": " ",
            "email": "",
            "city": "",
            "region": "",
            "language": " ",
            "phone": "",
            "owner": "",
        },
    ):
        assert caller.post("/leads", said).json == {"id": lead_id, "created": False}
        assert caller.get(f"/leads/{lead_id}").json == before


def test_what_is_told_replaces_what_was_known(cast: Cast, clock: Clock, caller: Caller) -> None:
    lead_id = caller.post("/leads", FULL).json["id"]
    clock.advance(minutes=5)
    said = {"external_id": "CRM-1", "city": "Pune", "stage": "Applied", "owner": "ravi@example.org"}
    assert caller.post("/leads", said).status_code == 200
    read = caller.get(f"/leads/{lead_id}").json
    assert (read["city"], read["stage"], read["owner"], read["name"]) == (
        "Pune",
        "Applied",
        "ravi@example.org",
        "Isha Verma",
    )
    assert (read["created_at"], read["updated_at"]) == ("2026-03-02T05:30:00Z", "2026-03-02T05:35:00Z")


def test_external_id_goes_before_number(cast: Cast, caller: Caller) -> None:
    first = caller.post("/leads", {"phone": "9876543210", "external_id": "A"}).json["id"]
    second = caller.post("/leads", {"phone": "9876543211", "external_id": "B"}).json["id"]
    moved = caller.post("/leads", {"phone": "9876543211", "external_id": "A"})
    assert moved.json == {"id": first, "created": False}
    assert caller.get(f"/leads/{first}").json["phones_masked"] == ["+91 ••••• ••211", "+91 ••••• ••210"]
    assert caller.get(f"/leads/{second}").json["phones_masked"] == ["+91 ••••• ••211"]


def test_a_number_names_the_most_recently_worked_lead(cast: Cast, clock: Clock, caller: Caller) -> None:
    cast.lead("+919876543210", worked_at=clock.ago(days=2))
    recent = cast.lead("+919876543210", worked_at=clock.ago(days=1))
    cast.lead("+919876543210", worked_at=clock.ago(days=3))
    assert caller.post("/leads", {"phone": "09876543210", "city": "Agra"}).json == {
        "id": recent.id,
        "created": False,
    }
    found = caller.post("/leads/search", {"phone": "+91 98765 43210"})
    assert [item["id"] for item in found.json["items"]] == [recent.id, 1, 3]
    assert b"98765" not in found.data


def test_a_lead_of_telephony_takes_the_external_id_but_nobody_loses_theirs(
    cast: Cast, clock: Clock, caller: Caller
) -> None:
    nameless = cast.lead("+919876543210", name="Unknown caller ••210", source="Telephony")
    taken = caller.post("/leads", {"phone": "9876543210", "external_id": "A", "name": "Isha"})
    assert taken.json == {"id": nameless.id, "created": False}
    assert caller.get(f"/leads/{nameless.id}").json["external_id"] == "A"
    sister = caller.post("/leads", {"phone": "9876543210", "external_id": "B", "name": "Diya"})
    assert sister.json["created"] is True
    assert caller.get(f"/leads/{nameless.id}").json["name"] == "Isha"


def test_leads_without_a_name_get_one_that_says_so(cast: Cast, caller: Caller) -> None:
    lead_id = caller.post("/leads", {"phone": "9876543210"}).json["id"]
    assert caller.get(f"/leads/{lead_id}").json["name"] == "Unnamed ••210"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "not a number"}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"name": "Isha"}, "phone"),
        ({"external_id": "nobody's", "name": "Isha"}, "phone"),
        ({"phone": "9876543210", "owner": "nobody@example.org"}, "owner"),
        ({"phone": "9876543210", "owner": "meera@example.org"}, "owner"),
        ({"phone": 9876543210}, "phone"),
        ({"phone": "9876543210", "nmae": "Isha"}, "nmae"),
        ({"phone": "9876543210", "name": "a\x00b"}, "name"),
        ({"phone": "9876543210", "name": "x" * 161}, "name"),
        ({"phone": "9876543210", "name": ["Isha"]}, "name"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(
    store: Store, cast: Cast, caller: Caller, body: object, field: str
) -> None:
    answer = caller.post("/leads", body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert b"9876543210" not in answer.data
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(lead_table)) == 0
        assert tx.scalar(select(func.count()).select_from(audit)) == 0


def test_writes_are_audited_without_values(store: Store, cast: Cast, caller: Caller) -> None:
    lead_id = caller.post("/leads", FULL).json["id"]
    caller.post("/leads", FULL)
    caller.post("/leads", {"external_id": "CRM-1", "phone": "9876500000", "city": "Bhopal"})
    with store.read() as tx:
        rows = tx.execute(select(audit.c.action, audit.c.subject, audit.c.detail).order_by(audit.c.id)).all()
    assert [tuple(row) for row in rows] == [
        (
            "lead.created",
            f"lead:{lead_id}",
            "key everything: city, email, external_id, language, name, owner_id, phone, programme, region",
        ),
        ("lead.updated", f"lead:{lead_id}", "key everything: city, phone"),
    ]


def test_look_ups(cast: Cast, caller: Caller) -> None:
    isha = cast.lead(email="isha@example.org", external_id="CRM-1")
    diya = cast.lead(email="isha@example.org")
    assert [item["id"] for item in caller.items("/leads", external_id="CRM-1")] == [isha.id]
    assert [item["id"] for item in caller.items("/leads", email="Isha@example.org")] == [isha.id, diya.id]
    assert caller.items("/leads", external_id="CRM-2") == []
    assert caller.post("/leads/search", {"phone": "+919999999999"}).json == {"items": []}
    for query in ({}, {"external_id": "a", "email": "b"}, {"phone": "+919876543210"}):
        answer = caller.get("/leads", **query)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "query")
    assert "search" in caller.get("/leads", phone="1").json["errors"][0]["message"]


def test_ids_that_nobody_has(caller: Caller) -> None:
    for lead_id in ("7", "0", "-1", "x", "1.0", "²", "٣", str(2**63), "9" * 5000, "1%00", "%ED%A0%80"):
        answer = caller.get(f"/leads/{lead_id}")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), lead_id


@ON_SQLITE
def test_the_institution_is_not_for_a_part_of_it(store: Store, cast: Cast) -> None:
    for name in ("asha", "meera"):
        with store.read() as tx, pytest.raises(api_leads.NotForViewer):
            api_leads.by_id(tx, cast.viewer(name), 1)


@ON_SQLITE
def test_bodies_that_are_no_json(caller: Caller) -> None:
    assert caller.send("/leads", b"{").status_code == 400
    assert caller.send("/leads", b"[" * 50_000).json["type"] == "urn:callboard:problem:not-json"
    assert caller.send("/leads", b"phone=1", "application/x-www-form-urlencoded").status_code == 415
    assert caller.send("/leads", b'{"name": "' + b"x" * 70_000 + b'"}').status_code == 413
    assert caller.send("/leads", b'{"phone": "\\ud800"}').status_code == 400
