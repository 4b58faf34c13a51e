"""Protocol files that tests of several subjects read."""

MINE = """\
version: 1
protocols:
  - id: mine
    title: My protocol
    label: Mine
    version: 3
    drug: ketamine
    route: intravenous infusion
    use: trials
    steps:
      - {name: infusion, length: 1 h 30 min}
    phases:
      - name: first
        cadence: 2 per week
        sessions: 4
        window: {early: 1 day, late: 2 days}
        gap: {min: 2 days, max: 7 days}
    sources:
      - {fact: two a week, source: our clinic, grade: convention}
"""
TRIAL = """\
version: 1
protocols:
  - id: trial
    title: My trial
    label: Trial
    version: 3
    drug: ketamine
    route: intravenous infusion
    use: trials
    steps:
      - {name: infusion, length: 90 min}
    phases:
      - name: treatment
        first_day: 1
        sessions:
          - {name: screening, day: -14, window: {early: 7 days, late: 7 days}, length: 30 min}
          - {name: baseline, day: 1}
          - {name: safety check, day: 1, follows: baseline, window: {early: 0 days, late: 1 day}, length: 20 min}
          - {name: call, day: 2, follows: safety check}
          - {name: dose two, day: 8, window: {early: 1 day, late: 1 day}}
          - {name: end, day: 29}
        window: {early: 0 days, late: 2 days}
    sources:
      - {fact: two doses, source: our trial, grade: convention}
"""
VISITS = """\
    visits:
      - {kind: consultation, length: 45 min, before: first session, distance: {from: 1 day, to: 28 days, ideally: 7 days}}
      - {kind: check-in, length: 20 min, after: session 2, distance: {from: 24 h, to: 72 h, ideally: 48 h}, by: video}
    sources:
"""
WITH_VISITS = TRIAL.replace("    sources:\n", VISITS)
HEAD = """\
version: 1
protocols:
  - id: mine
    title: Mine
    label: Mine
    version: 1
    drug: ketamine
    route: any
    use: tests
"""
"""How a protocol file begins; what follows are its steps."""

NAMES = {
    "blank that does not break": "Mia\u00a0Berg",
    "narrow blank": "Mia\u202fBerg",
    "joiner of Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "joiner of Hindi": "\u0915\u094d\u200d\u0937",
    "marks of Hebrew": "\u05d3\u05e0\u05d4\u200f (A.B.)\u200e",
    "mark of Arabic": "\u0639\u0645\u0631\u061c 7",
    "points of Hebrew": "\u05d3\u05b8\u05bc\u05e0\u05b8\u05d4",
    "emoji": "\U0001f469\u200d\U0001f52c Mia",
    "emoji of a flag": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "emoji with a choice": "\u2764\ufe0f",
    "accent of its own": "Zoe\u0308",
    "soft hyphen": "Anna\u00adLena",
    "word joiner": "A\u2060B",
    "mark of byte order": "A\ufeffB",
    "private sign": "A\ue000",
    "apostrophe": "O'Neil",
}
"""Names of people that every command takes, each for a sign that some program takes amiss."""
