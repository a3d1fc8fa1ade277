"""The Dagster UI and its daemon on this home, side by side, until one of them ends or the user stops them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.run import instance
from pipelines.settings import PACKAGE_ROOT, Home

PORT = "3000"


def main() -> None:
    """Start `dagster-webserver` and `dagster-daemon`; both end when either does."""
    home = Home.here()
    with instance(home):
        pass
    environment = {**os.environ, "DAGSTER_HOME": str(home.dagster), "UDBYTTE_HOME": str(home.root)}
    tools, workspace = Path(sys.executable).parent, str(PACKAGE_ROOT / "workspace.yaml")
    port = os.environ.get("PORT", PORT)
    commands = [[str(tools / "dagster-webserver"), "-w", workspace, "-h", "127.0.0.1", "-p", port], [str(tools / "dagster-daemon"), "run", "-w", workspace]]
    print(f"Dagster on http://127.0.0.1:{port} (Ctrl-C ends it)", flush=True)
    children = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for command in commands]
    try:
        os.wait()
    except KeyboardInterrupt:
        print()
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


if __name__ == "__main__":
    main()
