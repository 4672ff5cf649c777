"""`python -m tests.function_app.functions_host FOLDER`: index the app in a folder, say what it has, and end."""

import os
import sys
from pathlib import Path

from tests.function_app.functions_host.host import FunctionsHost


def main(folder: str) -> int:
    """Status 0 when each function was indexed and loaded; its settings are this process's environment."""
    with FunctionsHost(Path(folder), os.environ) as host:
        sys.stdout.write(f"indexed {', '.join(sorted(host.bindings))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
