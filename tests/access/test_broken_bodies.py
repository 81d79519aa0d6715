"""What no database takes is refused at the door of every small call, before it is in a commit with others."""

from collections.abc import Callable

import pytest

from tests.cast import Cast, Person
from tests.webapp import Visitor

BODIES: dict[str, dict[str, object]] = {
    "/after": {"lead": 1, "note": "%s"},
    "/reveal": {"lead": 1, "reason": "a reason long enough %s"},
    "/search.json": {"q": "%s"},
    "/claim": {"do": "%s", "entry": 1},
    "/preference": {"name": "%s", "value": "on"},
    "/dial": {"lead": 1, "reference": "%s"},
    "/dial/over": {"reference": "%s"},
    "/dial/mode": {"mode": "%s"},
    "/lead-details": {"lead": 1, "name": "%s"},
    "/live/presence": {"state": "break", "reason": "%s"},
    "/live/viewing": {"opening_id": 1, "more": ["%s"]},
}


@pytest.mark.parametrize("broken", ["\0", "half \ud83d", "\udc00"], ids=["NUL", "half", "low"])
@pytest.mark.parametrize("path", BODIES)
def test_a_broken_text_is_refused(
    visit: Callable[[Person | None], Visitor], cast: Cast, path: str, broken: str
) -> None:
    body = {name: _with(value, broken) for name, value in BODIES[path].items()}
    for who in (cast.asha, cast.meera):
        assert visit(who).post(path, body).status_code == 400, who.name


@pytest.mark.parametrize("opening", [True, 2**63, -1, "1", None])
def test_an_opening_is_a_number_that_can_be_one(
    visit: Callable[[Person | None], Visitor], cast: Cast, opening: object
) -> None:
    assert visit(cast.asha).post("/live/viewing", {"opening_id": opening}).status_code == 400


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "soon"])
def test_a_follow_up_of_another_age_is_told(
    visit: Callable[[Person | None], Visitor], cast: Cast, at: str
) -> None:
    lead = cast.lead(owner=cast.asha)
    assert visit(cast.asha).post("/after", {"lead": lead.id, "note": "x", "at": at}).status_code == 409


def _with(value: object, broken: str) -> object:
    if isinstance(value, list):
        return [_with(one, broken) for one in value]
    return value % broken if isinstance(value, str) and "%s" in value else value
