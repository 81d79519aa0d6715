"""The demo institution: a university's admissions office, its people and its telephone lines. All invented."""

from dataclasses import dataclass

from models.rules.access import Role

NAME = "Narmada Valley University"
MAIL = "demo.callboard.example"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the office; ``team`` of a counselor, ``supervises`` of a supervisor."""

    name: str
    role: Role
    team: str | None = None
    supervises: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@{MAIL}"


@dataclass(frozen=True, slots=True)
class Line:
    """One account at a provider and the numbers that ring there, each with the team that answers."""

    slug: str
    vendor: str
    label: str
    team: str
    dids: tuple[tuple[str, str, str], ...]  # number, label, team
    share: int = 1  # of the calls counselors order


@dataclass(frozen=True, slots=True)
class DidRules:
    """How callers of a number find a counselor, where that is not the usual."""

    strategies: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    fallback: str = ""


INDORE, PUNE, ONLINE = "Indore campus", "Pune campus", "Online programmes"
TEAMS = (INDORE, PUNE, ONLINE)

_COUNSELORS = {
    INDORE: (
        "Aarti Solanki",
        "Bhavesh Patidar",
        "Deepika Chouhan",
        "Farhan Qureshi",
        "Harshita Jain",
        "Kunal Raghuvanshi",
        "Nandini Tiwari",
        "Yash Bhadoria",
    ),
    PUNE: (
        "Aditya Kulkarni",
        "Gauri Deshpande",
        "Isha Pawar",
        "Mihir Gokhale",
        "Pranali Shinde",
        "Rohan Jadhav",
        "Sneha Phadke",
        "Vikram Bhosale",
    ),
    ONLINE: (
        "Ananya Menon",
        "Charan Reddy",
        "Divya Krishnan",
        "Imran Shaikh",
        "Lakshmi Iyer",
        "Naveen Gowda",
        "Ritika Banerjee",
        "Tenzin Dorjee",
    ),
}

MEMBERS = (
    *(Member(name, Role.COUNSELOR, team) for team, names in _COUNSELORS.items() for name in names),
    Member("Sunita Vyas", Role.SUPERVISOR, supervises=(INDORE,)),
    Member("Makarand Joshi", Role.SUPERVISOR, supervises=(PUNE,)),
    Member("Fatima Siddiqui", Role.SUPERVISOR, supervises=(ONLINE,)),
    Member("Leela Narayan", Role.ADMIN),
)

LINES = (
    Line(
        "reference-pune",
        "open",
        "Reference line Pune",
        PUNE,
        (("+912067300100", "Pune admissions", PUNE), ("+912067300200", "Pune scholarships", PUNE)),
        share=3,
    ),
    Line(
        "reference-online",
        "open",
        "Reference line Online",
        ONLINE,
        (("+918069800300", "Online programmes", ONLINE),),
    ),
    Line(
        "exotel-indore",
        "exotel",
        "Exotel Indore",
        INDORE,
        (("+917314800400", "Indore admissions", INDORE), ("+917314800500", "Walk-in desk Indore", INDORE)),
        share=2,
    ),
)


RULES = {
    "+918069800300": DidRules(
        ("assigned", "skill", "sticky", "pool"),
        (("language", "English"), ("language", "Hindi")),
        "+918069800399",
    ),
    "+912067300200": DidRules(("assigned", "sticky", "pool"), fallback="+912067300299"),
    "+917314800500": DidRules(asked=(("region", "Malwa"),)),
}
"""By number."""

_SPOKEN = {
    INDORE: (("Hindi", "English"), ("Hindi",), ("Hindi", "English"), ("Hindi", "Urdu")),
    PUNE: (("Marathi", "English"), ("Marathi", "Hindi"), ("Marathi",), ("English", "Hindi")),
    ONLINE: (("English", "Malayalam"), ("English", "Telugu"), ("English", "Tamil"), ("Hindi", "Urdu")),
}
_KNOWS = {
    INDORE: (("region", "Malwa"), ("programme", "MBA"), ("region", "Bundelkhand")),
    PUNE: (("region", "Western Maharashtra"), ("programme", "BCA"), ("region", "Vidarbha")),
    ONLINE: (("programme", "Online MBA"), ("programme", "Online BCA"), ("region", "Karnataka")),
}


def abilities(member: Member) -> list[tuple[str, str]]:
    """What a counselor can do for callers, as (kind, word) pairs; one in four tells nothing of it."""
    if member.team is None:
        return []
    place = _COUNSELORS[member.team].index(member.name)
    if place % 4 == 3:
        return []
    spoken, knows = _SPOKEN[member.team], _KNOWS[member.team]
    return [("language", word) for word in spoken[place % len(spoken)]] + [knows[place % len(knows)]]


def handset(place: int) -> str:
    """The mobile number of the counselor at this place of the list: their seat at every line."""
    return f"+9170007{place:02}{(place * 7919 + 311) % 1000:03}"
