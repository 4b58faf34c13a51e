"""The commands, a module each, in the order of the help and with what it says of them there."""

COMMANDS = {
    "list": "List the protocols.",
    "show": "Show a protocol in full, with its sources.",
    "plan": "Lay a protocol out as dated sessions.",
    "suggest": "Find the starts that go best.",
    "check": "Check a protocol or clinic file.",
    "convert": "Turn a visit table into a protocol file.",
    "schema": "Print the JSON Schema of a file format.",
    "status": "Show a saved course today.",
    "move": "Put a session elsewhere.",
    "miss": "A session was missed.",
    "cancel": "Call a session off.",
    "done": "A session took place.",
    "extend": "Add sessions.",
    "review": "Decide at a review.",
    "close-day": "The clinic must close: move its courses.",
    "undo": "Go back one change.",
    "export": "Write its calendar.",
    "agenda": "Who comes today.",
    "feed": "Write calendars to subscribe to.",
    "publish": "Keep a calendar on a server in step.",
}
