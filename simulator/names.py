"""What invented callers are called, where they live and what they ask about."""

FIRST = (
    "Aarav",
    "Aditi",
    "Akash",
    "Ananya",
    "Arjun",
    "Avni",
    "Devika",
    "Dhruv",
    "Esha",
    "Farhan",
    "Gauri",
    "Ira",
)
LAST = (
    "Agarwal",
    "Bose",
    "Chauhan",
    "Das",
    "Fernandes",
    "Gupta",
    "Iyer",
    "Joshi",
    "Khan",
    "Menon",
    "Nair",
    "Rao",
)
PROGRAMMES = (
    "B.Tech Computer Science",
    "BBA",
    "MBA",
    "B.Sc Data Science",
    "B.Com",
    "LL.B",
    "M.Tech",
    "B.Des",
)
CITIES = ("Pune", "Mumbai", "Delhi", "Jaipur", "Lucknow", "Indore", "Kochi", "Bhopal", "Nagpur", "Surat")
