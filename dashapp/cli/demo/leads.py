"""Five thousand people who asked about a programme, over the last four months. All invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dashapp.cli.demo import applying
from dashapp.cli.demo.institution import INDORE, ONLINE, PUNE
from dashapp.cli.demo.lists import STAGES

COUNT = 5000
STRANGERS = 140  # numbers nobody knew until they called
DAYS = 120

_FIRST = (
    "Aarav Aanya Abhishek Aditi Akash Alok Amit Amrita Anika Anil Anjali Ankit Anushka Arjun Arnav Arpita Ashwin "
    "Ayesha Bhavna Chetan Chirag Daksh Deepak Devansh Dhruv Diya Esha Fatima Gaurav Gayatri Geeta Hardik Harini "
    "Harsh Heena Himanshu Ishaan Ishita Jatin Jaya Jyoti Kabir Karan Kavya Khushi Kiran Krishna Kriti Lavanya Madhav "
    "Mahima Manav Manish Mansi Maya Meenal Mohit Mukul Myra Nakul Naman Navya Neha Nikhil Nisha Nitin Ojas Pallavi "
    "Parth Pooja Prachi Pranav Priya Rahul Raj Rakesh Rashmi Reyansh Riya Rohit Rudra Sahil Saloni Samarth Sana "
    "Sandeep Sanjana Shaurya Shreya Shubham Simran Sonali Suhana Suresh Swati Tanmay Tanvi Tushar Uday Urvashi "
    "Vaishnavi Varun Vedant Vidya Vihaan Vivek Yamini Yuvraj Zara Zoya"
).split()
_LAST = (
    "Agarwal Ahuja Ansari Arora Bajaj Bansal Bhatt Bhattacharya Bisht Chandra Chaudhary Chavan Dave Desai Dixit Dubey "
    "Dutta Fernandes Ghosh Gill Goel Goswami Gupta Hegde Hussain Jain Jha Joshi Kadam Kapoor Kaur Khan Khanna Kumar "
    "Mahajan Malhotra Mehta Mishra Mukherjee Nair Naik Pandey Parmar Patel Patil Pawar Pillai Prasad Purohit Raina "
    "Rajput Rana Rao Rathore Rawat Reddy Sahu Saxena Sen Shah Sharma Shetty Shinde Shukla Singh Sinha Soni Srivastava "
    "Thakur Thomas Trivedi Varma Verma Vyas Yadav"
).split()

_PROGRAMMES = {
    INDORE: (
        ("B.Tech Computer Science", 30),
        ("B.Tech Mechanical", 10),
        ("BBA", 18),
        ("B.Com (Hons)", 12),
        ("MBA", 22),
        ("B.Pharm", 8),
    ),
    PUNE: (
        ("B.Tech AI & Data Science", 28),
        ("BCA", 16),
        ("B.Des Product Design", 10),
        ("MBA Business Analytics", 24),
        ("BA LL.B", 12),
        ("M.Tech", 6),
    ),
    ONLINE: (
        ("Online MBA", 40),
        ("Online BBA", 18),
        ("Online BCA", 22),
        ("Online M.Com", 8),
        ("PG Diploma Data Science", 12),
    ),
}
_CITIES = {
    INDORE: (
        ("Indore", 40),
        ("Bhopal", 15),
        ("Ujjain", 12),
        ("Dewas", 8),
        ("Jabalpur", 8),
        ("Gwalior", 7),
        ("Khandwa", 5),
        ("Kota", 5),
    ),
    PUNE: (
        ("Pune", 42),
        ("Mumbai", 14),
        ("Nashik", 12),
        ("Kolhapur", 9),
        ("Nagpur", 9),
        ("Solapur", 7),
        ("Ahmednagar", 7),
    ),
    ONLINE: (
        ("Bengaluru", 18),
        ("Hyderabad", 16),
        ("Delhi", 15),
        ("Chennai", 12),
        ("Kolkata", 10),
        ("Kochi", 7),
        ("Guwahati", 6),
        ("Jaipur", 8),
        ("Lucknow", 8),
    ),
}
_REGIONS = {
    "Indore": "Malwa",
    "Ujjain": "Malwa",
    "Dewas": "Malwa",
    "Jabalpur": "Mahakoshal",
    "Gwalior": "Bundelkhand",
    "Pune": "Western Maharashtra",
    "Kolhapur": "Western Maharashtra",
    "Solapur": "Western Maharashtra",
    "Nagpur": "Vidarbha",
    "Bengaluru": "Karnataka",
}
_LANGUAGES = {
    INDORE: ("Hindi", "Hindi", None, "English"),
    PUNE: ("Marathi", None, "Marathi", "Hindi", "English"),
    ONLINE: ("English", None, "Hindi", "Tamil", "Telugu", "Urdu", None),
}
"""What leads say they like to speak, taken in turn; None: they did not say."""

_TEAM_SHARES = ((INDORE, 36), (PUNE, 36), (ONLINE, 28))
_STAGES = (
    ("New enquiry", 16),
    ("Contacted", 22),
    ("Follow-up", 20),
    ("Counselling done", 13),
    ("Not interested", 9),
    ("Application started", 10),
    ("Documents pending", 4),
    ("Fee paid", 4),
    ("Admitted", 2),
)
_SOURCES = (
    ("Website", 30),
    ("Google Ads", 22),
    ("Shiksha", 14),
    ("CollegeDunia", 12),
    ("Education fair", 8),
    ("Referral", 8),
    ("Walk-in", 6),
)
APPLIED = {
    "Application started": ((2, 3, 4), ("Not paid",)),
    "Documents pending": ((4, 5), ("Not paid", "Paid")),
    "Fee paid": ((6, 7), ("Paid",)),
    "Admitted": ((8,), ("Paid",)),
}
STEPS = 8
_SUBS = {stage.name: stage.subs for stage in STAGES}


@dataclass(frozen=True, slots=True)
class Applied:
    """An application: how far it came, of ``STEPS`` steps, and what it lacks."""

    steps_done: int
    payment: str
    created_at: datetime
    updated_at: datetime
    form: str
    missing: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """A lead to be. ``owner`` is a place in the list of counselors; strangers have no owner and no name."""

    name: str
    phone: str
    team: str
    programme: str | None
    city: str | None
    stage: str
    source: str
    email: str | None
    owner: int | None
    created_at: datetime
    applied: Applied | None = None
    region: str | None = None
    language: str | None = None
    sub_stage: str | None = None


def invent(
    rng: Random, now: datetime, owners: Sequence[Sequence[int]], teams: Sequence[str]
) -> list[Prospect]:
    """Leads in order of creation. ``owners[i]`` are the places of the counselors of ``teams[i]``."""
    numbers = _numbers(rng, COUNT)
    places = dict(zip(teams, owners, strict=True))
    return sorted(
        (_prospect(rng, now, number, position, places) for position, number in enumerate(numbers)),
        key=lambda one: one.created_at,
    )


def stranger_number(rng: Random) -> str:
    return f"+9199{rng.randrange(10**8):08}"


def stranger(phone: str, at: datetime, team: str) -> Prospect:
    """Somebody whose first call, at ``at``, made the lead."""
    return Prospect(
        name=f"Unknown caller ••{phone[-3:]}",
        phone=phone,
        team=team,
        programme=None,
        city=None,
        stage="New enquiry",
        source="Telephony",
        email=None,
        owner=None,
        created_at=at,
    )


def pick(rng: Random, weighted: Sequence[tuple[str, int]]) -> str:
    values, weights = zip(*weighted, strict=True)
    chosen: str = rng.choices(values, weights)[0]
    return chosen


def _numbers(rng: Random, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"+91{rng.choice('6789')}{rng.randrange(10**9):09}"] = None
    # The simulator invents its own people in 93…, strangers call from 99….
    return [number if number[3:5] not in ("93", "99") else f"+9182{number[5:]}" for number in found]


def _prospect(
    rng: Random, now: datetime, phone: str, position: int, places: dict[str, Sequence[int]]
) -> Prospect:
    team = pick(rng, _TEAM_SHARES)
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    age = DAYS * rng.random() ** 0.8  # enquiries grow towards the admission season
    created_at = now - timedelta(days=age, minutes=rng.randrange(5, 600))
    stage = "New enquiry" if age < 1.5 and rng.random() < 0.7 else pick(rng, _STAGES)
    steps, payments = APPLIED.get(stage, ((), ()))
    begun = created_at + (now - created_at) * rng.uniform(0.1, 0.8) if steps else None
    done, payment = (rng.choice(steps), rng.choice(payments)) if steps else (0, "")
    programme, city = pick(rng, _PROGRAMMES[team]), pick(rng, _CITIES[team])
    applied = None
    if begun is not None:
        touched = begun + (now - begun) * (position % 7) / 8
        lacks = applying.missing(stage, position)
        applied = Applied(done, payment, begun, touched, applying.form(programme), lacks)
    subs = _SUBS[stage]
    return Prospect(
        name=f"{first} {last}",
        phone=phone,
        team=team,
        programme=programme,
        city=city,
        stage=stage,
        source=pick(rng, _SOURCES),
        email=f"{first}.{last}{position}@mail.example".lower(),
        owner=rng.choice(places[team]) if rng.random() < 0.92 else None,
        created_at=created_at,
        applied=applied,
        region=_REGIONS.get(city),
        language=_LANGUAGES[team][position % len(_LANGUAGES[team])],
        sub_stage=subs[position % len(subs)] if subs and position % 4 else None,
    )
