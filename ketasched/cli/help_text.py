"""What --help says of each command: examples first, then the rest."""

MAIN = """Lay a treatment protocol out as dated sessions, and write them as a calendar.

\b
Examples:
  ketasched list
  ketasched show spravato
  ketasched plan iv --start 2027-01-04 --at 09:30
  ketasched plan spravato --start 2027-01-05 --ics spravato.ics
  ketasched suggest spravato --from 2027-01-01 --to 2027-03-31 --holidays US

Exit codes: 0 all is well, 1 a file has problems, 2 the command cannot be read,
3 no placement satisfies the rules, 4 a server cannot be reached or refuses,
130 interrupted.
"""
PLAN = """Lay a protocol out from a start date, and explain every date that moved.

\b
Examples:
  ketasched plan iv --start 2027-01-04 --at 09:30 --tz America/Chicago
  ketasched plan iv --start 2027-01-04 --closed 2027-01-18 --ics alex.ics
  ketasched plan iv --start 2027-01-04 --name A.B. --for staff --ics all.ics
  ketasched plan im --start "next tuesday" --sessions 4 --format month
  ketasched plan iv --start 2027-01-04 --at mon=09:00,thu=13:30
  ketasched plan iv --start 2027-01-04 --until 2027-06-30 --holidays US
  ketasched plan iv --start 2027-01-04 --clinic clinic.yaml --busy alex.ics
  ketasched plan iv --start 2027-02-01 --away 2027-02-08..2027-02-12 --flex 2h

Nothing is written unless --ics names a file.
"""
LIST = """List the protocols.

\b
Examples:
  ketasched list
  ketasched list --protocols clinic-protocols.yaml
"""
SHOW = """Show a protocol in full, with its sources.

\b
Examples:
  ketasched show spravato
"""
SUGGEST = """Try every start of a range with every weekday pattern, and rank them: the
fewest pauses, the fewest sessions moved, the fewest days moved, then the earliest.

\b
Examples:
  ketasched suggest iv --from 2027-01-01 --to 2027-03-31 --holidays US
  ketasched suggest spravato --from tomorrow --to 2027-02-28 --busy alex.ics
"""
CHECK = """Check a protocol or clinic file; - reads standard input.

\b
Examples:
  ketasched check my-protocols.yaml
  ketasched check clinic.yaml --year 2027
"""
CONVERT = """Turn the visit table of a trial into a protocol file, on standard output.

The table is CSV: visit name, day from baseline, window minus, window plus, protocol version;
lengths if it has them. - reads standard input.

\b
Examples:
  ketasched convert visits.csv > trial.yaml
  ketasched convert visits.csv --column day="Study Day" --id trial-7 > trial.yaml
"""
SCHEMA = """Print the JSON Schema of a file format, protocols or clinic, for your editor.

\b
Examples:
  ketasched schema protocols > protocols.schema.json
  ketasched schema clinic > clinic.schema.json
"""

STATUS = """Show a saved course: done, next, due, and what to look at.

\b
Examples:
  ketasched status alex
  ketasched status alex --history
"""

MOVE = """Put a session at another time; a weekday is the one nearest to where it stands.

--rest says what happens to the others: keep leaves them, shift moves all later
ones by the same distance and then to the nearest legal days, replan places all
that nobody fixed anew.

\b
Examples:
  ketasched move alex 5 "thu 14:00"
  ketasched move alex 5 2027-01-21 --rest shift --reason "car broke down"
"""

MISS = """A session was missed. --then says what happens: keep leaves the rest, append
adds one session at the end, squeeze puts a make-up on the nearest legal free day,
shift moves the rest by one place, replan places the rest anew.

\b
Examples:
  ketasched miss alex 5 --then append
"""

CANCEL = """Call a session off; --then as for miss.

\b
Examples:
  ketasched cancel alex 5 --then squeeze
"""

DONE = """A session took place: nothing moves it any more.

\b
Examples:
  ketasched done alex 5
  ketasched done alex 5 --on 2027-01-20 --at 10:15
"""

EXTEND = """Add sessions to a course: a number of them, up to a day, or one on a day.

--cadence and --step-back say how often: another cadence that the phase offers, or
that of the phase before. By themselves they change what is to come of the phase.

\b
Examples:
  ketasched extend alex --sessions 3
  ketasched extend alex --until 2027-06-30 --cadence "1 per week"
  ketasched extend alex --on 2027-03-02
  ketasched extend alex --step-back
"""

REVIEW = """Decide at a review: go on, or stop there.

\b
Examples:
  ketasched review alex "response review" --continue
"""

UNDO = """Go back to the plan before the last change.

\b
Examples:
  ketasched undo alex
"""

EXPORT = """Write the calendar of a saved course, the whole of it.

\b
Examples:
  ketasched export alex --ics alex.ics --force
"""

CLOSE_DAY = """The clinic must close: every course of a folder with a session on that day is
placed anew without it, its calendars are rewritten, and you are told whom to call.

\b
Examples:
  ketasched close-day 2027-01-21 . --reason snow
  ketasched close-day tomorrow records --dry-run
"""

AGENDA = """Who comes on a day: the sessions and linked visits of all records in a folder by
time, what is due, and how many people are in the house at once.

\b
Examples:
  ketasched agenda
  ketasched agenda records --day tomorrow
  ketasched agenda records --week --clinic clinic.yaml
"""

FEED = """Write calendars that other programs subscribe to: one for the staff, and one for
each patient under a name nobody can guess. Files that have not changed are left
alone. Serve the folder with a web server; see docs/feeds.md.

\b
Examples:
  ketasched feed records --to /srv/feeds
"""

PUBLISH = """Keep a calendar on a CalDAV server in step with a course, or with all of a folder:
only what differs is sent. What somebody else changed there is never written over:
it is shown with a verdict, and --accept or --overwrite decides.

\b
Examples:
  ketasched publish alex --to https://host/calendars/clinic/ --dry-run
  ketasched publish records --to https://host/calendars/clinic/ --for staff
  ketasched publish alex --to https://host/calendars/clinic/ --accept
"""
