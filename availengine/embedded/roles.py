"""The two roles and the database, with the rights that the application needs and no more."""

import psycopg
from psycopg import sql

OWNER, APP, DATABASE = "availengine_owner", "availengine_app", "availengine"
ROLES = {
    OWNER: "LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS CREATEDB",  # CREATEDB: tests make their own database
    APP: "LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOCREATEDB",
}


def ensure_roles_and_database(host: str, *, tests: bool) -> None:
    """Bring a server to the state that the application expects. Can be repeated and interrupted at any point."""
    with _connect(host, "postgres") as connection:
        for name, attributes in ROLES.items():
            verb = "ALTER" if _exists(connection, "pg_roles", "rolname", name) else "CREATE"
            connection.execute(sql.SQL(f"{verb} ROLE {{}} {attributes}").format(sql.Identifier(name)))
    # template1 too: a test database is a copy of it, default rights included.
    _grant_defaults(host, "template1", tests=tests)
    with _connect(host, "postgres") as connection:
        if not _exists(connection, "pg_database", "datname", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
    _grant_defaults(host, DATABASE, tests=tests)


def _connect(host: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=host, user="postgres", dbname=database, autocommit=True)


def _exists(connection: psycopg.Connection[tuple[object, ...]], catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
    return connection.execute(query, [name]).fetchone() is not None


def _grant_defaults(host: str, database: str, *, tests: bool) -> None:
    tables = "SELECT, INSERT, UPDATE, DELETE" + (", TRUNCATE" if tests else "")  # pytest-django truncates
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    with _connect(host, database) as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {APP}",
            f"{defaults} {tables} ON TABLES TO {APP}",
            f"{defaults} USAGE, SELECT ON SEQUENCES TO {APP}",
        ):
            connection.execute(statement.encode())
