"""Run one of the commands, and tell a person in one message what kept it from its work."""

import importlib
import sys

from prepare import SetupError


def main(name, arguments):
    """Run the command ``name`` and return its exit code."""
    try:
        return importlib.import_module(f"commands.{name}").main(arguments)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
    except PermissionError as error:
        print(f"\nNo permission: {error.filename}. Run this as who owns it, or name another folder.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted. Run it again: it goes on with what is already there.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
