"""What only the owner of a database can do: take a defence of it away."""

from django.db import connection


def drop_trigger(name: str, table: str) -> None:
    """Let the database take what this rule refuses."""
    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")
