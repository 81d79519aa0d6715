"""Whose calls a viewer may count, and the conditions that make a call one kind or another.

Reports and the lists behind their numbers share these, which is why recounting a list gives its number.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from models.rules.access import Role, Viewer
from models.rules.call import Direction, Outcome
from models.store.base import Rules
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead
from models.tables.people import person

DIALLED = (Direction.OUTBOUND.value, Direction.CAMPAIGN.value)
ANSWERED_BY_ANYTHING = (Outcome.CONNECTED.value, Outcome.VOICEMAIL.value, Outcome.ABANDONED.value)
RAISED = ("open", "cleared")  # a withdrawn entry was an error of early news, not a miss

connected: ColumnElement[bool] = call.c.outcome == Outcome.CONNECTED.value
attempt: ColumnElement[bool] = call.c.direction.in_(DIALLED)
network: ColumnElement[bool] = and_(attempt, call.c.outcome.in_(ANSWERED_BY_ANYTHING))


def human(rules: Rules) -> ColumnElement[bool]:
    """An attempt that a person answered."""
    return and_(attempt, connected, call.c.talk_seconds >= rules.human_seconds, call.c.machine.is_(False))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls a viewer counts, narrowed by a filter on teams (empty: no filter)."""

    viewer: Viewer
    teams: frozenset[int] = frozenset()

    @property
    def whole(self) -> bool:
        return self.viewer.sees_all and not self.teams

    @property
    def own(self) -> bool:
        return self.viewer.role is Role.COUNSELOR

    @property
    def seen_teams(self) -> frozenset[int]:
        """The teams counted; meaningless where ``whole`` or ``own``."""
        if self.viewer.sees_all:
            return self.teams
        return self.viewer.teams & self.teams if self.teams else self.viewer.teams

    def people(self) -> ColumnElement[bool]:
        """The condition on ``person``."""
        if self.own:
            return person.c.id == self.viewer.person_id
        return true() if self.whole else person.c.team_id.in_(self.seen_teams)

    def calls(self) -> ColumnElement[bool]:
        """The condition on ``call``. A call without a counselor counts for the team that owns its lead or
        whose counselors it rang at."""
        if self.whole:
            return true()
        if self.own:
            return call.c.person_id == self.viewer.person_id
        members = select(person.c.id).where(self.people())
        owned = exists().where(lead.c.id == call.c.lead_id, lead.c.owner_id.in_(members)).correlate(call)
        rang = exists().where(offer.c.call_id == call.c.id, offer.c.person_id.in_(members)).correlate(call)
        return or_(call.c.person_id.in_(members), and_(call.c.person_id.is_(None), or_(owned, rang)))

    def rings(self) -> ColumnElement[bool]:
        """The condition on ``offer``."""
        if self.whole:
            return true()
        if self.own:
            return offer.c.person_id == self.viewer.person_id
        return offer.c.person_id.in_(select(person.c.id).where(self.people()))

    def entries(self) -> ColumnElement[bool]:
        """The condition on ``notification`` outer-joined with ``notification_for``."""
        if self.whole:
            return true()
        if self.own:
            return notification_for.c.person_id == self.viewer.person_id
        addressed = or_(
            notification_for.c.person_id.in_(select(person.c.id).where(self.people())),
            notification_for.c.team_id.in_(self.seen_teams),
        )
        return addressed if self.teams else or_(addressed, notification.c.everyone)
