"""The patient's own calendar: .ics files of any program."""
