"""Protocol, start and clinic become a course: targets, best legal days, linked visits, advice."""
