"""Where a person works: the teams that stand behind what they see."""

from sqlalchemy import Connection, select

from models.rules.access import Viewer
from models.tables.people import team


def team_names(tx: Connection, viewer: Viewer) -> list[str]:
    """The counselor's team or the supervised teams, by name; empty for an admin, who sees all."""
    if viewer.sees_all:
        return []
    return list(tx.scalars(select(team.c.name).where(team.c.id.in_(viewer.teams)).order_by(team.c.name)))
