"""Migration operations for what Django's models cannot say: composite tenant keys and configuration versions."""

from typing import Any

from django.db import migrations


def tenant_foreign_key(table: str, column: str, parent: str) -> migrations.RunSQL:
    """`table.(business_id, column)` references `parent.(business_id, id)`: no row can point into another tenant."""
    name = f"{table}_{column}_tenant_fk"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def counts_as_configuration(table: str) -> migrations.RunSQL:
    """Every change of `table` raises `config_version` of the businesses concerned."""
    triggers = [("insert", "REFERENCING NEW TABLE AS changed"), ("delete", "REFERENCING OLD TABLE AS changed")]
    triggers.append(("update", "REFERENCING NEW TABLE AS changed"))
    create: list[Any] = [
        f"CREATE TRIGGER {table}_config_{event} AFTER {event.upper()} ON {table} {referencing} "
        "FOR EACH STATEMENT EXECUTE FUNCTION availengine_configuration_changed()"
        for event, referencing in triggers
    ]
    drop: list[Any] = [f"DROP TRIGGER {table}_config_{event} ON {table}" for event, _ in triggers]
    return migrations.RunSQL(create, drop)


def audited(
    table: str, subject: str, *, unspoken: str = "", events: str = "INSERT OR UPDATE OR DELETE"
) -> migrations.RunSQL:
    """Every change of a row of `table` is noted as one of a `subject`; columns in `unspoken` are left out."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_audit AFTER {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION availengine_audit('{subject}', '{unspoken}')",
        f"DROP TRIGGER {table}_audit ON {table}",
    )
