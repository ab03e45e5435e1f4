"""The database wrapper Django looks for in a backend."""

from typing import Any

from django.db.backends.postgresql import base

from gonghui.project import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection to the embedded server, started when the first connection is asked for."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Find or start the server, then connect as usual."""
        embedded.start()
        return super().get_new_connection(conn_params)
