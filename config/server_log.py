"""What the server that carries our pages says of itself. Imported before Django is set up, so by nothing of ours."""

from typing import Any

from gunicorn.glogging import Logger


class ServerLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages through our log: its own form holds addresses, paths and whole tracebacks."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        # Its warnings come ready-made, with the reader's address and what they sent; its errors do not.
        self.error_log.setLevel("ERROR")
        self.error_log.handlers.clear()
        self.error_log.propagate = True
