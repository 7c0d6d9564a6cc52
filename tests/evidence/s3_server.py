"""A program: moto's S3 server on a port of its own choice, which it prints; ends with whoever holds its standard input.

Of other services moto has nothing to do here, and its log of requests nobody reads.
"""

import logging
import sys

from moto.server import ThreadedMotoServer


def main() -> None:
    """Serve until the standard input ends."""
    logging.getLogger("werkzeug").addHandler(logging.NullHandler())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"{host}:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
