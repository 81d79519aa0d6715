"""What ``doctor`` says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    WELL = "ok"
    LOOK = "look"  # works, but somebody should know
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    grade: Grade
    subject: str
    text: str
