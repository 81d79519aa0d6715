"""What counselors of an Indian university's admissions office write down. Some of it holds a telephone number."""

from collections.abc import Mapping, Sequence

NOTES: Mapping[str, Sequence[str]] = {
    "Interested": (
        "Wants {programme}. Asked for fee structure and scholarship slabs, sent both on e-mail.",
        "Papa se baat karke batayenge, form link bhej diya. {programme} pakka hai.",
        "Good talk. 84 % in class 12, PCM. Asked about placements of {programme} last year.",
        "Interested but worried about hostel. Told her about the girls' block and the mess timings.",
        "Father is deciding. His number is {phone}, call him after 7 pm only.",
        "Scholarship on JEE percentile explained, expects 91. Will start the form tonight.",
        "Asked whether education loan works with our fee schedule. Sent SBI and HDFC letters.",
        "Comparing with two private universities in the city. Stressed NAAC grade and lab facilities.",
        "Very clear about {programme}, wants seat booking amount. Sent the payment page.",
        "Speaks Marathi, prefers it. Mother joined the call, questions mostly about safety and transport.",
        "Wants lateral entry after diploma, eligibility checked: ok with 60 %.",
        "EMI query. Told: three instalments, no interest. Happy with that.",
    ),
    "Call back": (
        "In class, asked to call in the evening.",
        "Exam going on till Friday, call after that.",
        "Mother picked up. Student is at coaching, back by 6. Mother's own number: {phone}",
        "Driving, call tomorrow before 11.",
        "Will discuss with uncle on Sunday, call Monday.",
        "Network problem, voice was breaking. Try again later, WhatsApp sent.",
        "Result on the 12th. Wants a call once it is out.",
        "Busy in family function this week, asked for a call next week.",
        "Abhi bahar hain, shaam ko call karna.",
    ),
    "Documents sent": (
        "Brochure of {programme} and fee sheet sent, will read and call back.",
        "Helped with the form up to step 3. Photo was too large, told how to shrink it.",
        "Needs transfer certificate format, sent. Marksheet will come by post from the board.",
        "Sent list of documents for category seat. Aadhaar and income certificate still missing.",
        "Eligibility letter sent on e-mail as the bank asked for it.",
    ),
    "Campus visit planned": (
        "Coming on Saturday with parents, 11 am. Booked with the front desk.",
        "Visit next Tuesday from {city}, needs directions from the station. Contact on that day {phone}",
        "Wants to see the labs and the hostel. Two seats in the campus bus reserved.",
    ),
    "Not now": (
        "Dropping a year for JEE. Ask again next season.",
        "Job first, maybe {programme} next year.",
        "Not decided between courses at all. Sent the career test.",
        "Only collecting brochures at the moment.",
    ),
    "Not interested": (
        "Fee is too high for the family, no scholarship possible with these marks.",
        "Wants a government college only.",
        "Hostel too far, will study in {city}.",
        "Wanted agriculture, which we do not have.",
    ),
    "Enrolled elsewhere": (
        "Took admission in a college in {city} last week, fee paid there.",
        "Got a seat through CAP round, not coming.",
        "Joined another university, asked us not to call any more.",
    ),
    "Wrong number": (
        "Somebody else has this number. Correct one may be {phone} as per the fair's list.",
        "Shopkeeper picked up, knows nothing of any enquiry.",
    ),
}
"""By disposition; {programme} and {city} are the lead's, {phone} is a relative's number."""

WHY: Sequence[str] = (
    "Ask whether parents have decided",
    "Fee structure read? Scholarship slab",
    "After the exam result",
    "Help with the form, step 4",
    "Missing marksheet",
    "Campus visit: confirm the day",
    "Call in the evening, in class before",
    "Hostel question answered by the warden",
    "Seat booking amount",
    "Talk to the mother, she decides",
    "Loan letter from the bank",
    "Wants to compare once more",
)

DIALLED: Sequence[str] = (
    "Third time no answer, WhatsApp sent.",
    "Rings out. Evening is better according to the form.",
    "Call waiting, will come back.",
    "Switched off since two days.",
)
"""Beside a call that nobody took."""
