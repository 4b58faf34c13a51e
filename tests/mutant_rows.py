"""The mutants: what breaks, in which file of the program, the line, what it becomes, the tests."""

ROWS = [
    # Placement
    ("tie-break: least minutes", "planning/best_days.py", "abs(start[1])", "0", "test_real_life_optimum.py"),
    ("tie-break: earliest date", "planning/best_days.py", "day = min(state.day", "day = max(state.day", "test_placement_optimum.py"),
    ("window: a day too wide", "planning/best_days.py", "latest = target.last + put_off", "latest = target.last + put_off + timedelta(1)", "test_placement_optimum.py"),
    ("window: before the start", "planning/best_days.py", "bound = self.start if target.day >= self.start else date.min", "bound = date.min", "test_placement_optimum.py"),
    ("gap: the least", "planning/best_days.py", "return least <= days and", "return least < days and", "test_placement_optimum.py"),
    ("gap: the most", "planning/best_days.py", "(most is None or days <= most)", "(most is None or days < most)", "test_placement_optimum.py"),
    ("gap: between phases", "planning/best_days.py", "return min(before.phase.gap.min, here.phase.gap.min), None", "return here.phase.gap.min, None", "test_placement_optimum.py"),
    ("pause: one week less", "planning/placement.py", "range(1 + max(target.phase.pause for target in targets))", "range(max(target.phase.pause for target in targets))", "test_placement_optimum.py"),
    ("pause: the gap it widens", "planning/best_days.py", "most += 7 * (here.weeks - before.weeks)", "most += 0", "test_placement_optimum.py"),
    ("closed end", "domain/clinic.py", "return self.first <= day <= self.last", "return self.first <= day < self.last", "test_placement.py"),
    ("hours: the last minute", "domain/clinic.py", "return self.opens <= begins and ends <= self.closes", "return self.opens <= begins and ends < self.closes", "test_real_life.py"),
    ("busy: from the minute a session ends", "domain/busy.py", "bisect_left(self._stretches, end, key", "bisect_left(self._stretches, end + timedelta(minutes=1), key", "test_busy_times.py"),
    ("busy: travel on one side", "domain/busy.py", "times.overlapping(start - on_the_way, end + on_the_way)", "times.overlapping(start, end + on_the_way)", "test_real_life_optimum.py"),
    ("linked visits: 24-72 h", "planning/linked_visits.py", "timedelta(minutes=offset.least) <= passed <=", "timedelta(minutes=offset.least) < passed <=", "test_visits.py"),
    ("linked visits: one beside another", "planning/linked_visits.py", "if entry.start < end and start < entry.end]", "if entry.start <= end and start < entry.end]", "test_visits.py"),
    # Running
    ("rules: lapse", "running/broken_rules.py", "if longest is not None and days > longest:", "if longest is not None and days >= longest:", "test_changes.py"),
    ("rules: the least gap", "running/broken_rules.py", "if 0 <= days < least:", "if 0 <= days < least - 1:", "test_changes.py"),
    ("rules: window", "running/broken_rules.py", "if not session.window_start <= day <= session.window_end:", "if not session.window_start <= day:", "test_changes.py"),
    ("approval: one session more", "running/authorisation.py", "if most and len(live) > most:", "if most and len(live) >= most:", "test_clinics_courses.py -k approval"),
    ("chairs: a video visit takes one", "running/agenda.py", "return not by_video and not is_gone(self.entry)", "return not is_gone(self.entry)", "test_agenda.py"),
    ("chairs: people at once", "running/agenda.py", "changes.get(end.astimezone(UTC), 0) - 1", "changes.get(end.astimezone(UTC), 0) - 2", "test_agenda.py"),
    # Calendars
    ("SEQUENCE stays", "records/told_calendars.py", "before.sequence + 1", "before.sequence", "test_records.py"),
    ("SEQUENCE rises always", "records/told_calendars.py", "elif before.said != said:", "else:", "test_records.py"),
    ("LAST-MODIFIED goes back", "records/told_calendars.py", "later = max(now, before.modified)", "later = now", "test_records.py"),
    ("UID key", "calendar/uid.py", "key += [session.phase, session.place]", "key += [session.number]", "test_calendar.py"),
    ("fold inside a character", "calendar/content_line.py", "cut -= 1", "break", "test_calendar.py"),
    ("fold at 76 octets", "calendar/content_line.py", "room = _OCTETS - 1", "room = _OCTETS", "test_calendar.py"),
    ("VTIMEZONE: which offset comes before", "calendar/time_zone.py", '_observance("DAYLIGHT", daylight, standard.offset)', '_observance("DAYLIGHT", daylight, daylight.offset)', "test_calendar_zones.py"),
    ("VTIMEZONE: the last week", "calendar/time_zone.py", "week = -1 if onset.week == 5 else onset.week", "week = onset.week", "test_calendar_zones.py"),
    ("VTIMEZONE: the hour that comes twice", "calendar/time_zone.py", "return rule if true and not any(map(_is_repeated, moments)) else None", "return rule if true else None", "test_calendar.py -k repeated"),
    ("zone rules: the oldest", "zone.py", "sorted(folders, reverse=True)", "sorted(folders)", "test_zone.py"),
    ("cancelled keeps its alarms", "calendar/ics_file.py", "event.extra.data += [] if gone else self.alarms", "event.extra.data += self.alarms", "test_records.py"),
    ("discretion: the label", "calendar/entry_text.py", '''if view.audience == "patient":
        return "Appointment"''', '''if view.audience == "nobody":
        return "Appointment"''', "test_calendar.py"),
    ("discretion: reasons", "calendar/entry_text.py", "reason.without_detail if gives_away(protocol, reason.full) else reason", "reason", "test_reasons.py"),
    # Records
    ("lock: none", "records/write.py", "with _locked(path):", "with contextlib.nullcontext():", "test_records.py -k lock"),
    ("precondition: changed meanwhile", "records/write.py", "if opened is not None and digest_of(path) != opened.digest:", "if False:", "test_records.py"),
    ("calendars somebody altered", "records/write.py", "_digest_there(file) not in known:", "not known:", "test_clinics_courses.py -k altered"),
    ("backup: none", "records/write.py", 'if keep_before else None', 'if not keep_before else None', "test_records.py"),
    ("writing in place", "records/atomic.py", "                temporary.replace(file.path)\n", "                file.path.write_bytes(file.data)\n", "test_records.py -k kill"),
]
