"""Who is asking. Every read of the store takes a ``Viewer`` and returns only what that viewer may see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    COUNSELOR = "counselor"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person (or, with ``person_id`` 0, the API key) on whose behalf the store is asked.

    ``teams`` are the ids of the counselor's own team or of the teams a supervisor supervises.
    An admin sees all teams whatever ``teams`` holds.
    """

    person_id: int
    role: Role
    name: str
    email: str
    teams: frozenset[int] = frozenset()

    @property
    def sees_all(self) -> bool:
        return self.role is Role.ADMIN

    def supervises(self, team_id: int | None) -> bool:
        return self.sees_all or (self.role is Role.SUPERVISOR and team_id in self.teams)
