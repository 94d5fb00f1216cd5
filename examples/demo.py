"""Builds every project beside this file and shows what pimsync says: `python -m examples.demo`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

#: What a build may end with here: 1 says that there are findings, and the dirty catalog has them on purpose.
FINE = (0, 1)


def main() -> None:
    """Build each project in turn; end with the first code that means more than findings."""
    for project in sorted(file.parent for file in HERE.glob("*/pimsync.toml")):
        command = ["build", "-C", project.relative_to(HERE.parent).as_posix()]
        print(f"\n$ pimsync {' '.join(command)}", flush=True)
        code = subprocess.run([sys.executable, "-m", "pimsync", *command], cwd=HERE.parent, check=False).returncode
        if code not in FINE:
            sys.exit(code)


if __name__ == "__main__":
    main()
