"""Labels of fields whose Dash id is a pattern: the id such a field has in the document."""

import json
from collections.abc import Mapping


def dom_id(ident: Mapping[str, str | int]) -> str:
    """As Dash writes a pattern's id: JSON, keys in order, without blanks."""
    return json.dumps(dict(ident), sort_keys=True, separators=(",", ":"))
