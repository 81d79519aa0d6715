"""Applications of the demo: which form, and what still lacks."""

from collections.abc import Sequence

_FORMS = (
    ("Online", "Online programmes form, July 2026"),
    ("PG Diploma", "Online programmes form, July 2026"),
    ("MBA", "Postgraduate form 2026–27"),
    ("M.", "Postgraduate form 2026–27"),
    ("BA LL.B", "Law entrance form 2026–27"),
    ("B.Des", "Design aptitude form 2026–27"),
)
_USUAL = "Undergraduate form 2026–27"

_EARLY = (
    ("Class 12 marksheet", "Photograph"),
    ("Class 12 marksheet",),
    ("Aadhaar copy", "Class 10 marksheet", "Class 12 marksheet"),
    ("Photograph", "Signature"),
    ("Parent's declaration",),
)
_LATE = (
    ("Transfer certificate",),
    ("Migration certificate", "Transfer certificate"),
    ("Category certificate",),
    ("Income certificate", "Domicile certificate"),
)
_MISSING: dict[str, Sequence[Sequence[str]]] = {
    "Application started": _EARLY,
    "Documents pending": (*_LATE, *_EARLY[:2]),
    "Fee paid": ((), (), ("Migration certificate",), ("Medical certificate",)),
}


def form(programme: str) -> str:
    """The application form of a programme."""
    return next((name for start, name in _FORMS if programme.startswith(start)), _USUAL)


def missing(stage: str, place: int) -> str:
    """What an application at this stage lacks, in words; ``place`` makes them differ. Empty: nothing."""
    found = _MISSING.get(stage, ((),))
    return ", ".join(found[place % len(found)])
