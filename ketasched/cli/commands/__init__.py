"""The commands, a module each, by the moment one needs them and with what the help says of them."""

COMMAND_GROUPS = {
    "Look up": {
        "list": "List the protocols.",
        "show": "Show a protocol in full, with its sources.",
    },
    "Plan": {
        "plan": "Lay a protocol out as dated sessions.",
        "suggest": "Find the starts that go best.",
        "admit": "Plan a waiting list together.",
        "import": "Make records of courses that already run.",
    },
    "Live with a course": {
        "status": "Show a saved course today.",
        "done": "A session took place.",
        "move": "Put a session elsewhere.",
        "adjust": "Change what it is planned from.",
        "miss": "A session was missed.",
        "cancel": "Call a session off.",
        "extend": "Add sessions.",
        "review": "Decide at a review.",
        "undo": "Go back one change.",
        "export": "Write its calendar.",
    },
    "The clinic's day": {
        "agenda": "Who comes today.",
        "close-day": "The clinic must close: move its courses.",
        "feed": "Write calendars to subscribe to.",
        "publish": "Keep a calendar on a server in step.",
        "invite": "Mail appointments as invitations.",
    },
    "Files and formats": {
        "init": "Write your clinic's file.",
        "new": "Write a protocol to start from.",
        "check": "Check a file, or prove a folder of records.",
        "convert": "Turn a visit table into a protocol file.",
        "schema": "Print the JSON Schema of a file format.",
    },
}
COMMANDS = {name: line for group in COMMAND_GROUPS.values() for name, line in group.items()}
