"""The glossary page: every number of the catalogue, with this institution's figures in its formula."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.rules.metrics import CATALOGUE, formula
from models.store.base import Store
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, text
from tests.webapp import Visitor, Web

Visit = Callable[[Person | None], Visitor]

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def test_every_number_is_explained_with_our_own_figures(web: Web, store: Store, cast: Cast) -> None:
    ours = replace(store, rules=replace(store.rules, human_seconds=23, sla_minutes=41))
    app = web.use(ours)
    for person in (cast.asha, cast.ravi, cast.chitra, cast.meera, cast.dev):
        said = text(Visitor(app, ours, person).page("/glossary").get_json())
        for name, metric in CATALOGUE.items():
            assert f"{metric.label} {name} {formula(name, human_seconds=23, sla_minutes=41)}" in said


def test_productivity_leads_to_it(cast: Cast, visit: Visit) -> None:
    assert "/glossary" in attributes(visit(cast.asha).page("/productivity").get_json(), "href")
