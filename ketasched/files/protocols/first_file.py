"""A first protocol file with comments, to go on from."""

from __future__ import annotations


def first_file(identifier: str) -> str:
    """The text of a file with one protocol of that id, which can be planned as it is."""
    return _FILE.format(id=identifier, title=identifier.replace("-", " ").capitalize())


_FILE = """\
# A protocol to start from: two sessions a week for four weeks. Change it, and check it:
#
#     ketasched check {id}.yaml
#     ketasched plan {id} --start 2027-01-04
#
# Lines that begin with # say nothing yet: take the # away. All keys: docs/protocols.md

version: 1                        # of the format
protocols:
  - id: {id}
    title: "{title}"
    label: "{title}"           # short, for staff calendars
    version: 1                    # of this protocol: raise it when you change it
    # drug: ketamine              # with it no word of it gets into a patient's calendar
    # route: intravenous infusion
    # use: depression
    steps:                        # one session is all its steps
      - {{name: treatment, length: 40 min}}
      - {{name: monitoring, length: 1 h}}
    phases:
      - name: first
        cadence: 2 per week       # or: every 2 weeks; 5 per week; consecutive working days
        sessions: 8               # of the last phase also: open-ended
        window: {{early: 1 day, late: 2 days}}      # how far from its target a session may be
        gap: {{min: 2 days, max: 7 days}}           # between two sessions in a row
        pause: 1 week             # the most the rest may be put off, when nothing else works
        missed: append            # or: keep, squeeze, shift, replan
        # reviews:                # a decision before going on
        #   - {{name: go on or stop}}
      # - name: weekly            # a phase that follows
      #   cadence: 1 per week
      #   sessions: 4
      #   window: {{early: 2 days, late: 2 days}}
      #   gap: {{min: 4 days, max: 14 days}}
    # visits:                     # what stands beside the sessions
    #   - kind: consultation
    #     length: 45 min
    #     before: first session
    #     distance: {{from: 1 day, to: 28 days, ideally: 7 days}}
    # instructions:               # in the calendar entries; they must not name the drug
    #   - {{text: no food, when: for 6 h before}}
    # reminders: [1 day, 2 h]
    # sources:
    #   - {{fact: twice weekly for four weeks, source: our clinic, grade: convention}}
"""
