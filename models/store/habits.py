"""How calls to a lead, and to similar leads, ended at which hour: what the best moment to call is drawn from."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from models.rules import moment
from models.rules.call import Direction
from models.rules.moment import Habit, Tried
from models.tables.calls import call
from models.tables.leads import lead

LOOK_BACK = timedelta(days=180)
NEAR = 1500
"""Similar is: of the same programme, and among this many leads that came before or after."""
COHORT = 200

DIALLED = call.c.direction.in_((Direction.OUTBOUND.value, Direction.CAMPAIGN.value))


def of_lead(tx: Connection, lead_id: int, *, now: datetime) -> Habit:
    """When this lead is likely to pick up. The caller has made sure that the viewer may open the lead."""
    own = _hours(tx, call.c.lead_id == lead_id, now)
    programme = tx.scalar(select(lead.c.programme).where(lead.c.id == lead_id))
    # Counted over a stretch of ids, so that a long list of leads costs no more than a short one.
    cohort = tx.scalars(
        select(lead.c.id)
        .where(lead.c.id.between(lead_id - NEAR, lead_id + NEAR), lead.c.id != lead_id)
        .where(lead.c.programme == programme)
        .order_by(func.abs(lead.c.id - lead_id))
        .limit(COHORT)
    ).all()
    similar = _hours(tx, call.c.lead_id.in_(cohort), now) if cohort else {}
    return moment.habit(own, similar)


def _hours(tx: Connection, whose: ColumnElement[bool], now: datetime) -> dict[int, Tried]:
    found = tx.execute(
        select(call.c.local_hour, call.c.outcome, func.count())
        .where(whose, call.c.started_at > now - LOOK_BACK, DIALLED, call.c.over.is_(True))
        .group_by(call.c.local_hour, call.c.outcome)
    )
    return moment.hours((hour, outcome, number) for hour, outcome, number in found)
