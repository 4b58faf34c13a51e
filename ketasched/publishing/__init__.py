"""A calendar on a server; the only room that speaks to other machines, and only when asked to."""
