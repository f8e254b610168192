"""Whether the server of this machine can answer: exit 0 or 1, for a container's health check. Standard library only."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    """Ask `/readyz`; where the server goes by certain names only, by the first of them."""
    port = sys.argv[1] if len(sys.argv) > 1 else "8300"
    name = os.environ.get("TRANSCITE_HOSTS", "").split(",")[0].strip()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": name} if name else {})
    # No proxy of the environment is asked for what is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return 0 if response.status == 200 else 1
    except (OSError, urllib.error.URLError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
