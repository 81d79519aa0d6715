"""An administrator asks for the records, and what is found late rings nobody, in a real browser at a real server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from models.tables.telephony import connection
from simulator.faces import open as face
from simulator.faces.desk import Desk, served
from tests.browser.conftest import Enter
from tests.cast import Known
from tests.databases import Databases
from tests.reconciling import record
from tests.servers import Running, running

pytestmark = pytest.mark.browser
INDIA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def asked(databases: Databases, known_casts: dict[str, Known], tmp_path: object) -> Iterator[Running]:
    """A server whose provider has a missed call of three hours ago that no hook told of."""
    desk = Desk()
    with (
        served(face.make, desk) as url,
        running(databases, known_casts, "sqlite", tmp_path, PRIVATE_HOSTS="127.0.0.1") as server,  # type: ignore[arg-type]
    ):
        store, cast = server.store, server.cast
        started = store.now() - timedelta(hours=3)
        desk.records.append(
            {**record("late-1", str(cast.asha.seat), started), "call_started": started.isoformat()}
        )
        cast.lead("+919811100001", owner=cast.asha, name="Zubeida Khan")
        settings = json.dumps({"records_url": f"{url}/records"})
        with store.db.begin() as tx:
            tx.execute(
                update(connection).values(settings=settings, created_at=store.now() - timedelta(hours=6))
            )
        yield server


def test_what_is_found_late_stands_on_the_boards_and_rings_nobody(asked: Running, enter: Enter) -> None:
    cast = asked.cast
    hers = enter(cast.asha, "/leads", at=asked)
    boards = enter(cast.meera, "/boards", at=asked)
    day = (asked.store.now() - timedelta(hours=3)).astimezone(INDIA).date()
    page = enter(cast.dev, f"/reconciliation?day={day}", at=asked)
    hers.evaluate(
        """() => {
          window.bumped = 0;
          new MutationObserver((found) => found.forEach((one) => {
            if (one.target.classList?.contains('is-bumped')) window.bumped += 1;
          })).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
        }"""
    )
    page.click("#reconciliation-ask")
    expect(page.locator(".heat td.is-repaired")).to_have_count(1)
    expect(page.locator(".sweeps li").first).to_contain_text("Done")
    expect(page.locator("#reconciliation-sums")).to_contain_text("1 call told, 1 added, 0 missing")
    row = boards.locator(".boards-grid .ag-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Found late")
    expect(hers.locator("#shell-missed [data-bell]")).to_have_text("1")
    assert hers.evaluate("window.bumped") == 0
    assert hers.locator(".popup").count() == 0
    page.click("text=Reference line")
    expect(page.locator(".paper")).to_contain_text("1 was added from the records")
