"""The program; also ``python -m ketasched``."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Importing makes tens of thousands of objects and no garbage; looking for some takes a tenth
    # of the whole run.
    gc.set_threshold(1_000_000)
    try:
        from ketasched.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
