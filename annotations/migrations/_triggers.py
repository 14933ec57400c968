"""What the database itself refuses, on SQLite and PostgreSQL, whoever asks.

1. An event is never changed or removed, nor what it says; only a withdrawal, while its
   study is open, erases that.
2. No answer is written once its study is locked: ratings, choices, comments,
   guesses, own diagnoses, and the assignments that carry "cannot judge".
3. No text, and no seat's rater or study, changes once the study is locked.
4. A study's state never goes back.

SQLite drops a table's triggers when a migration rebuilds the table, so a migration
that alters one of these must ``remove`` first and ``install`` at its end; a test looks
whether every rule stands in the migrated database.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_OF_SLOT = """SELECT s.state FROM annotations_study s
  JOIN annotations_seat e ON e.study_id = s.id
  JOIN annotations_assignment a ON a.seat_id = e.id
  JOIN annotations_slot l ON l.assignment_id = a.id WHERE l.id = {row}.slot_id"""
_OF_ASSIGNMENT = """SELECT s.state FROM annotations_study s
  JOIN annotations_seat e ON e.study_id = s.id
  JOIN annotations_assignment a ON a.seat_id = e.id WHERE a.id = {row}.assignment_id"""
_OF_SEAT = """SELECT s.state FROM annotations_study s
  JOIN annotations_seat e ON e.study_id = s.id WHERE e.id = {row}.seat_id"""
_OF_EVENT = """SELECT s.state FROM annotations_study s
  JOIN annotations_event v ON v.study_id = s.id WHERE v.id = {row}.event_id"""
_OF_STUDY = "SELECT s.state FROM annotations_study s WHERE s.id = {row}.study_id"

_ANSWERS = {
    "annotations_rating": _OF_SLOT,
    "annotations_choice": _OF_ASSIGNMENT,
    "annotations_comment": _OF_ASSIGNMENT,
    "annotations_guess": _OF_ASSIGNMENT,
    "annotations_owndiagnosis": _OF_ASSIGNMENT,
    "annotations_assignment": _OF_SEAT,
    "annotations_slot": _OF_ASSIGNMENT,
}
_FORWARD = ("draft open", "open locked", "locked unblinded")
_STEPS = ", ".join(f"'{step}'" for step in _FORWARD)


def _is_closed(state: str, *rows: str) -> str:
    """Whether the study of any of these rows has been locked."""
    return " OR ".join(
        f"({state.format(row=row)}) IN ('locked', 'unblinded')" for row in rows
    )


# name: (table, operation, condition, message)
Rule = tuple[str, str, str, str]


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for operation in ("UPDATE", "DELETE"):
        rules[f"event_no_{operation.lower()}"] = (
            "annotations_event",
            operation,
            "1 = 1",
            "events are append-only",
        )
    rules["content_no_update"] = (
        "annotations_eventcontent",
        "UPDATE",
        "1 = 1",
        "what was logged is never changed",
    )
    rules["content_locked_delete"] = (
        "annotations_eventcontent",
        "DELETE",
        _is_closed(_OF_EVENT, "OLD"),
        "the study is locked",
    )
    for table, state in _ANSWERS.items():
        for operation in ("INSERT", "UPDATE", "DELETE"):
            rows = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
            frozen = _is_closed(state, *rows[operation])
            name = f"{table.removeprefix('annotations_')}_locked_{operation.lower()}"
            rules[name] = (table, operation, frozen, "the study is locked")
    rules["seat_locked_update"] = (
        "annotations_seat",
        "UPDATE",
        "(OLD.study_id <> NEW.study_id"
        " OR COALESCE(OLD.rater_id, 0) <> COALESCE(NEW.rater_id, 0))"
        f" AND ({_is_closed(_OF_STUDY, 'OLD', 'NEW')})",
        "the study is locked",
    )
    rules["study_never_back"] = (
        "annotations_study",
        "UPDATE",
        "OLD.state <> NEW.state AND (OLD.state || ' ' || NEW.state) "
        f"NOT IN ({_STEPS})",
        "a study never goes back",
    )
    return rules


def _sqlite(name: str, rule: Rule) -> str:
    table, operation, condition, message = rule
    return (
        f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _postgresql(name: str, rule: Rule) -> str:
    table, operation, condition, message = rule
    kept = "OLD" if operation == "DELETE" else "NEW"
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $body$ BEGIN
  IF {condition} THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN {kept}; END $body$ LANGUAGE plpgsql;
CREATE TRIGGER {name} BEFORE {operation} ON {table}
FOR EACH ROW EXECUTE FUNCTION {name}()"""


def _drop(name: str, table: str, vendor: str) -> str:
    on_table = f" ON {table}" if vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {name}{on_table}"


def install(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make every trigger anew; refuses a database for which none are written.

    A table that a later migration makes gets its triggers there.
    """
    vendor = schema_editor.connection.vendor
    if vendor not in ("sqlite", "postgresql"):
        raise NotImplementedError(f"no triggers are written for {vendor}")
    remove(schema_editor)
    make = _sqlite if vendor == "sqlite" else _postgresql
    for name, rule in _present(schema_editor).items():
        schema_editor.execute(make(name, rule))


def remove(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop every trigger (to rebuild a table, or to empty a test database)."""
    for name, rule in _present(schema_editor).items():
        schema_editor.execute(_drop(name, rule[0], schema_editor.connection.vendor))


def _present(schema_editor: BaseDatabaseSchemaEditor) -> dict[str, Rule]:
    """The rules whose tables exist."""
    tables = set(schema_editor.connection.introspection.table_names())
    return {name: rule for name, rule in _rules().items() if rule[0] in tables}


def standing(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the rules that the database enforces now."""
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        found = {row[0] for row in cursor.fetchall()}
    return found & _rules().keys()


def rule_names() -> set[str]:
    """The names of all rules."""
    return set(_rules())
