"""The container's health check: ``python -m config.probe /healthz`` asks the server on this machine."""

import http.client
import os
import sys
from http import HTTPStatus

SECONDS = 4


def main(path: str) -> int:
    """0 when the answer is 200; the host name is one that the portal serves, or it would be refused."""
    server = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("GRANIAN_PORT", "8000")), timeout=SECONDS
    )
    try:
        server.request("GET", path, headers={"Host": os.environ.get("SHARED_HOST", "127.0.0.1")})
        return int(server.getresponse().status != HTTPStatus.OK)
    except OSError:
        return 1
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
