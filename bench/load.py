"""Filling the database as the owner of its tables: valid rows, with the constraints checked afterwards in bulk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg
from psycopg import sql

from bench.tenants import MAIN, ZONE, booked_cells

Row = tuple[int, int, datetime]  # lane, number of its customer, local start

PAST, FUTURE = 1095, 60
SPAN = PAST + FUTURE
STRIDE = 7919  # prime, so that a lane's days are all different until it has been through SPAN of them
BULK_HOURS, BULK_FIRST_HOUR = 10, 8
VISITS_PER_CUSTOMER = 10
REBUILD_FROM = 20_000
TABLES = ("bookings_customer", "bookings_booking", "bookings_allocation")

LANES = """
CREATE TEMP TABLE lane AS
SELECT (row_number() OVER (ORDER BY r.id))::int - 1 AS lane, r.business_id, r.id AS resource_id,
       s.id AS service_id, b.slug LIKE 'other-%' AS future, b.slug
FROM businesses_resource r
JOIN businesses_business b ON b.id = r.business_id
JOIN businesses_service s ON s.business_id = b.id
"""
NEW_CUSTOMERS = """
CREATE TEMP TABLE new_customer AS
SELECT lane, customer_no, nextval(pg_get_serial_sequence('bookings_customer', 'id')) AS customer_id
FROM (SELECT lane, customer_no FROM load EXCEPT SELECT lane, customer_no FROM lane_customer) fresh
"""
# The order of time is the order in which bookings lie on the disk.
STAMPED = f"""
CREATE TEMP TABLE stamped AS
SELECT nextval(pg_get_serial_sequence('bookings_booking', 'id')) AS id, timely.* FROM (
    SELECT lane.*, c.customer_id, load.local_start AT TIME ZONE '{ZONE}' AS starts_at
    FROM load JOIN lane USING (lane) JOIN lane_customer c USING (lane, customer_no)
    ORDER BY load.local_start, lane
) timely
"""
CUSTOMER = {
    "id": "customer_id",
    "uuid": "gen_random_uuid()",
    "business_id": "business_id",
    "live": "true",
    "first_name": "'Customer'",
    "last_name": "'No. ' || customer_id",
    "phone": "'+30690' || lpad(customer_id::text, 7, '0')",
    "phone_key": "'+30690' || lpad(customer_id::text, 7, '0')",
    "updated_at": "now()",
}
BOOKING = {
    "id": "id",
    "uuid": "gen_random_uuid()",
    "business_id": "business_id",
    "customer_id": "customer_id",
    "live": "true",
    "status": "CASE WHEN starts_at < now() THEN 'completed' ELSE 'confirmed' END",
    "source": "'online'",
    "code": "'AV-' || upper(lpad(to_hex(id), 7, '0'))",
    "starts_at": "starts_at",
    "ends_at": "starts_at + interval '1 hour'",
    "party_size": "1",
    "guest_first_name": "'Customer'",
    "guest_last_name": "'No. ' || customer_id",
    "guest_phone": "'+30690' || lpad(customer_id::text, 7, '0')",
    "price_cents": "3500",
    "currency": "'EUR'",
    "policy": """'{"cancel_notice_hours": 24}'""",
    "created_at": "least(now(), starts_at - interval '7 days')",
    "updated_at": "least(now(), starts_at - interval '7 days')",
}
ALLOCATION = {
    "business_id": "business_id",
    "booking_id": "id",
    "service_id": "service_id",
    "resource_id": "resource_id",
    "sequence": "0",
    "live": "true",
    "starts_at": "starts_at",
    "ends_at": "starts_at + interval '1 hour'",
    "blocked_from": "starts_at",
    "blocked_until": "starts_at + interval '1 hour'",
    "updated_at": "now()",
}
REBUILT_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'x') ORDER BY contype DESC, conname
"""
REBUILT_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique AND NOT indisexclusion
"""


class Loader:
    """Brings the number of bookings to the sizes asked for, one after another."""

    def __init__(self, owner_url: str, today: date) -> None:
        self.today = today
        self.connection = psycopg.connect(owner_url, autocommit=True)
        self.bookings = 0
        self._bulk = 0
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '512MB'", "work_mem = '128MB'"):
            self._execute(f"SET {setting}")
        self._execute(LANES)
        self._execute("CREATE TEMP TABLE lane_customer (lane int, customer_no int, customer_id bigint)")
        found = self.connection.execute("SELECT lane, future, slug FROM lane ORDER BY lane").fetchall()
        self._future = [bool(future) for _, future, _ in found]
        self._main = next(lane for lane, _, slug in found if slug == MAIN)

    def close(self) -> None:
        self.connection.close()

    def fill(self, size: int, say: Callable[[str], None]) -> None:
        """First the main business's 3,600, then bookings of the past and of other businesses up to `size`."""
        if not self.bookings:
            self._load(self._main_rows())
        more = size - self.bookings
        if more > 0:
            with self._rebuilding(more >= REBUILD_FROM):
                self._load(self._bulk_rows(more))
                say(f"loaded {more:,} rows, checking constraints and building indexes")
        self._execute("VACUUM (ANALYZE)")

    def _main_rows(self) -> Iterator[Row]:
        for index, resource, day, hour in booked_cells(self.today):
            yield self._main + resource, -1 - index // VISITS_PER_CUSTOMER, datetime.combine(day, time(hour))

    def _bulk_rows(self, count: int) -> Iterator[Row]:
        """Every lane gets its next day and hour in turn; only other businesses have such bookings to come."""
        midnight = datetime.combine(self.today, time())
        for number in range(self._bulk, self._bulk + count):
            turn, lane = divmod(number, len(self._future))
            round_, place = divmod(turn, SPAN)
            if round_ >= BULK_HOURS:
                raise ValueError(f"At most {SPAN * BULK_HOURS * len(self._future):,} bookings fit.")
            first = -PAST if self._future[lane] else -SPAN - 1
            day = first + place * STRIDE % SPAN
            hour = BULK_FIRST_HOUR + (round_ + lane) % BULK_HOURS
            yield lane, turn // VISITS_PER_CUSTOMER, midnight + timedelta(days=day, hours=hour)
        self._bulk += count

    def _load(self, rows: Iterator[Row]) -> None:
        from bookings.models import Allocation, Booking, Customer

        self._execute("CREATE TEMP TABLE load (lane int, customer_no int, local_start timestamp)")
        with self.connection.cursor() as cursor, cursor.copy("COPY load FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        self._execute(NEW_CUSTOMERS)
        self._execute("INSERT INTO lane_customer SELECT * FROM new_customer")
        for table in ("load", "lane", "lane_customer", "new_customer"):
            self._execute(f"ANALYZE {table}")
        self._execute(STAMPED)
        self._insert(Customer, CUSTOMER, "new_customer JOIN lane USING (lane)")
        self.bookings += self._insert(Booking, BOOKING, "stamped ORDER BY id")
        self._insert(Allocation, ALLOCATION, "stamped ORDER BY id")
        self._execute("DROP TABLE load, new_customer, stamped")

    def _insert(self, model: Any, values: dict[str, str], source: str) -> int:
        """Rows of `source`; columns that are not named get what the model gives them."""
        from django.db import connection

        defaults = {
            field.column: field.get_db_prep_save(field.get_default(), connection)
            for field in model._meta.concrete_fields
            if field.column not in values and not field.generated and not field.has_db_default()
            if not field.primary_key
        }
        columns = ", ".join([*values, *defaults])
        expressions = ", ".join([*values.values(), *["%s"] * len(defaults)])
        statement = f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {expressions} FROM {source}"
        return self.connection.execute(sql.SQL(statement), [*defaults.values()]).rowcount

    @contextmanager
    def _rebuilding(self, worthwhile: bool) -> Iterator[None]:
        """For large loads: exclusion constraint, foreign keys and plain indexes are made again afterwards."""
        if not worthwhile:
            yield
            return
        constraints = self.connection.execute(REBUILT_CONSTRAINTS, [list(TABLES)]).fetchall()
        for table, name, _ in constraints:
            self._execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = self.connection.execute(REBUILT_INDEXES, [list(TABLES)]).fetchall()
        for name, _ in indexes:
            self._execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            self._execute(definition)
        for table, name, definition in reversed(constraints):
            self._execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    def _execute(self, statement: str) -> None:
        self.connection.execute(statement.encode())


class Changes:
    """One booking of each of the 60 days cancelled or taken back, in an order in which no state comes twice."""

    BITS = 20

    def __init__(self, loader: Loader, business: int) -> None:
        self.connection, self._count, self._state = loader.connection, 0, 0
        found = self.connection.execute(
            f"SELECT array_agg(id ORDER BY id) FROM bookings_allocation WHERE business_id = %s AND starts_at > now() "
            f"GROUP BY (starts_at AT TIME ZONE '{ZONE}')::date",
            [business],
        ).fetchall()
        self._days = [ids[: self.BITS] for (ids,) in found]

    def next(self) -> None:
        """A state that no question has seen: the count's Gray code, which differs by one booking of a day."""
        self._count += 1
        self._toggle(self._state ^ self._count ^ (self._count >> 1))

    def undo(self) -> None:
        """All bookings active again, so that answers remembered from before fit again."""
        self._toggle(self._state)

    def _toggle(self, bits: int) -> None:
        keys = [day[bit] for day in self._days for bit in range(self.BITS) if bits >> bit & 1]
        self.connection.execute("UPDATE bookings_allocation SET active = NOT active WHERE id = ANY(%s)", [keys])
        self._state ^= bits
