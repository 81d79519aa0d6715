"""Every action that the code notes in the audit is told in words on its page."""

import re

from dashapp.components import audit_words
from tests.house.code import ROOT

NAMED = re.compile(
    r'"((?:number|lead|follow_up|recording|disposition|stage|connection|did|user|team|api-key|softphone)\.[a-z_-]+)"'
)
COLUMNS = (".id", ".why", ".secrets")
"""How texts in such files end that look like an action and are none."""


def test_every_action_has_words() -> None:
    found = set()
    for room in ("models", "ingest", "dashapp"):
        for path in (ROOT / room).rglob("*.py"):
            source = path.read_text()
            if path.name != "audit_words.py" and ("audit" in source or "note(" in source):
                found |= set(NAMED.findall(source))
    assert len(found) > 30
    actions = {name for name in found if not name.endswith(COLUMNS)}
    assert actions - audit_words.ACTIONS.keys() == set()
