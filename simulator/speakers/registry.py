"""Which speaker speaks which vendor's language."""

from simulator.speakers.exotel import Exotel
from simulator.speakers.language import Speaker
from simulator.speakers.open import Open

SPEAKERS: dict[str, Speaker] = {"open": Open(), "exotel": Exotel()}
DIRECTIONS = {"open": ("inbound", "outbound", "campaign"), "exotel": ("inbound", "outbound")}
