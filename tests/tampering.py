"""What only a database's owner can do: remove one of its defences."""

from django.db import connection


def drop_trigger(name: str, table: str) -> None:
    """Let the database accept what this trigger refuses."""
    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")
