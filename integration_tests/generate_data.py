"""Data of the bike company "Wheelhouse": four small seeds as CSV, and the raw tables of five source systems in DuckDB.

The same arguments always give the same rows. Every row has a random generator of its own, made from the seed, the
table and the row's number, and rows are numbered in the order of time: so a longer period (`--grow`) leaves the rows
that were there as they are and adds new ones, and another `--seed` (a resample) draws new rows by the same rules.
What makes the data treacherous (see tests/truths/traps.md) depends on the row's number and on dates, never on luck:
it is there at every scale and for every seed.

    python generate_data.py                        # the data that tests expect
    python generate_data.py --grow 60              # the same rows and sixty more days
    python generate_data.py --seed 8 --scale 3     # another draw, three times as many rows

Only the standard library makes the rows; `duckdb` is imported to store them.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]

HERE = Path(__file__).resolve().parent
START = datetime(2023, 7, 1)
DAYS = 365
NEW_STATUS_SINCE = datetime(2024, 1, 1)  # the app's release 4 renamed the statuses of a rental
NO_DISTANCE_SINCE = datetime(2024, 3, 1)  # the new locks have no GPS
NULL = "\\N"

FIRST_NAMES = ("Ada", "Bela", "Cleo", "Dario", "Emil", "Femke", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Levi")
LAST_NAMES = ("Adler", "Berg", "Conti", "Dahl", "Egger", "Fuchs", "Gruber", "Haas", "Ilic", "Janssen", "Keller")
STATION_NAMES = (
    "Hauptbahnhof", "Markt", "Augustusplatz", "Connewitz Kreuz", "Plagwitz", "Lindenau", "Gohlis", "Zoo",
    "Messe", "Cospuden", "Kulkwitz", "Depot",
)  # fmt: skip
ZONES = {"A": "Centre", "B": "Ring", "C": "Outskirts"}
BIKE_MODELS = {"CT1": "City One", "CT2": "City Two", "EX1": "E-Xplorer", "CG1": "Cargo Max"}

SEEDS: dict[str, tuple[Row, ...]] = {
    "bike_status_codes": (
        ("status_code", "status_label", "is_rentable"),
        (1, "available", "true"),
        (2, "in repair", "false"),
        (3, "reserved", "false"),
        (9, "written off", "false"),
    ),
    "plans": (
        ("plan", "plan_name", "monthly_fee", "included_minutes"),
        ("free", "Pay as you ride", "0.00", 0),
        ("basic", "Basic", "9.90", 300),
        ("plus", "Plus", "19.90", 900),
        ("business", "Business", "49.00", 3000),
    ),
    "countries": (
        ("country_code", "country_name", "vat_rate"),
        ("DE", "Germany", "0.19"),
        ("AT", "Austria", "0.20"),
        ("NL", "Netherlands", "0.21"),
        ("FR", "France", "0.20"),
    ),
    "parts": (
        ("sku", "part_name", "category", "list_price", "cost_price"),
        ("BRK-01", "Brake pads", "brakes", "12.50", "5.10"),
        ("BRK-02", "Brake disc", "brakes", "24.00", "11.00"),
        ("TYR-01", "City tyre", "wheels", "29.90", "14.20"),
        ("TUB-01", "Inner tube", "wheels", "6.90", "2.10"),
        ("CHN-01", "Chain", "drivetrain", "18.00", "8.40"),
        ("LGT-01", "Front light", "lights", "34.50", "17.00"),
        ("SAD-01", "Saddle", "comfort", "39.00", "19.50"),
        ("BEL-01", "Bell", "accessories", "7.50", "2.20"),
    ),
}


@dataclass
class Table:
    """A raw table: its name with schema, its columns with DuckDB types, its rows."""

    name: str
    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Draw:
    """One draw of the data: how long, how much, which seed."""

    seed: int
    scale: float
    days: int

    def generator(self, table: str, number: int) -> random.Random:
        """The generator of one row. Seeding by text gives the same numbers on every platform and Python version."""
        return random.Random(f"{self.seed}/{table}/{number}")

    def moments(self, table: str, per_day: float) -> Iterator[tuple[int, datetime, random.Random]]:
        """Row number, moment and generator of each row of a table with about `per_day` rows a day, in order of time."""
        step = timedelta(days=1) / (per_day * self.scale)
        end = START + timedelta(days=self.days)
        for number in itertools.count():
            generator = self.generator(table, number)
            moment = (START + step * (number + generator.random())).replace(microsecond=0)
            if moment >= end:
                return
            yield number, moment, generator


def accounts(draw: Draw) -> tuple[Table, Table]:
    """`raw_app.accounts` and `raw_app.riders`: an account pays, its one to three riders ride."""
    accounts_table = Table(
        "raw_app.accounts",
        {
            "id": "integer", "name": "varchar", "email": "varchar", "plan": "varchar", "country": "varchar",
            "is_test": "boolean", "signed_up_at": "timestamp", "created_at": "timestamp", "deleted_at": "timestamp",
        },
    )  # fmt: skip
    riders_table = Table(
        "raw_app.riders",
        {
            "id": "integer", "account_id": "integer", "full_name": "varchar", "birth_year": "integer",
            "joined_on": "date",
        },
    )  # fmt: skip
    previous_email = ""
    for number, signed_up_at, generator in draw.moments("accounts", 0.35):
        account = 1001 + number
        name = f"{generator.choice(FIRST_NAMES)} {generator.choice(LAST_NAMES)}"
        email = f"{name.replace(' ', '.').lower()}{account}@example.org"
        if number % 29 == 28:  # a household that shares one address
            email = previous_email
        previous_email = email
        next_month = (signed_up_at.replace(day=1) + timedelta(days=32)).replace(day=1)
        loaded_at = datetime(next_month.year, next_month.month, 1)  # created_at is when the monthly load ran
        accounts_table.rows.append(
            (
                account,
                name,
                email,
                generator.choices(("free", "basic", "plus", "business"), (5, 4, 2, 1))[0],
                generator.choices(("DE", "AT", "NL", "FR"), (8, 2, 1, 1))[0],
                number % 17 == 5,
                signed_up_at,
                loaded_at,
                signed_up_at + timedelta(days=90) if number % 13 == 7 else None,
            )
        )
        for rider in range(1 + number % 3):
            riders_table.rows.append(
                (
                    50001 + len(riders_table.rows),
                    account,
                    name if rider == 0 else f"{generator.choice(FIRST_NAMES)} {name.split()[1]}",
                    None if generator.random() < 0.2 else generator.randint(1950, 2008),
                    (signed_up_at + timedelta(days=rider)).date(),
                )
            )
    return accounts_table, riders_table


def signed_up(account_rows: list[Row], moment: datetime) -> list[Row]:
    """The accounts that existed at `moment` (at least the first), so that a longer period changes no earlier row."""
    return [row for row in account_rows if row[6] <= moment] or account_rows[:1]


def stations(draw: Draw) -> Table:
    """`raw_app.stations`: twelve stations; nobody ever starts at the last one, the depot."""
    table = Table(
        "raw_app.stations",
        {
            "station_id": "integer", "station_name": "varchar", "zone": "varchar", "zone_name": "varchar",
            "city": "varchar", "capacity": "integer", "opened_on": "date",
        },
    )  # fmt: skip
    for number, name in enumerate(STATION_NAMES):
        generator = draw.generator("stations", number)
        zone = "AAABBBBCCCCC"[number]
        opened_on = date(2019, 1, 1) + timedelta(days=number * 97)
        table.rows.append((number + 1, name, zone, ZONES[zone], "Leipzig", generator.randint(4, 12) * 2, opened_on))
    return table


def bikes(draw: Draw) -> Table:
    """`raw_app.bikes`: the fleet as it is today. Written-off bikes were deleted, their rentals were not."""
    table = Table(
        "raw_app.bikes",
        {
            "bike_id": "varchar", "model_code": "varchar", "model_name": "varchar", "frame_size": "varchar",
            "electric": "varchar", "purchased_on": "date", "purchase_price": "decimal(10,2)", "status_code": "integer",
            "updated_at": "timestamp",
        },
    )  # fmt: skip
    for number in range(60):
        generator = draw.generator("bikes", number)
        code = ("CT1", "CT2", "EX1", "CG1")[number % 4]
        electric = None if number % 15 == 14 else ("Y" if code in ("EX1", "CG1") else "N")
        table.rows.append(
            (
                f"B-{number + 1:04d}",
                code,
                BIKE_MODELS[code],
                generator.choice("SMLX") if number % 10 else None,
                electric,
                date(2020, 3, 1) + timedelta(days=generator.randint(0, 1100)),
                f"{generator.randint(90, 480) * 10 + 0.99:.2f}",
                (1, 1, 1, 2, 1, 3, 1, 1, 1, 9)[number % 10],
                datetime(2024, 6, 1) + timedelta(hours=number),
            )
        )
    return table


def rentals(draw: Draw, account_rows: list[Row]) -> Table:
    """`raw_app.rentals`. `user_id` holds the account that pays, not the rider."""
    table = Table(
        "raw_app.rentals",
        {
            "rental_id": "integer", "user_id": "integer", "bike_id": "varchar", "start_station_id": "integer",
            "end_station_id": "integer", "billing_station_id": "integer", "started_at": "timestamp",
            "ended_at": "timestamp", "distance_m": "integer", "fee_cents": "integer", "discount_pct": "decimal(4,2)",
            "status": "varchar", "currency": "varchar", "coupon_code": "varchar", "_loaded_at": "timestamp",
        },
    )  # fmt: skip
    for number, started_at, generator in draw.moments("rentals", 5):
        customers = [row for row in signed_up(account_rows, started_at) if row[0] % 6]  # one in six never rents
        minutes = generator.randint(4, 170)
        cancelled, still_out = number % 23 == 11, number % 31 == 30
        if started_at < NEW_STATUS_SINCE:
            status = "open" if still_out else "closed"
        else:
            status = "active" if still_out else "cancelled" if cancelled else "completed"
        ended_at = None if still_out else started_at + timedelta(minutes=minutes)
        start_station = generator.randint(1, 11)
        discount = generator.choices((0.0, 0.1, 0.25), (8, 2, 1))[0]
        table.rows.append(
            (
                number + 1,
                generator.choice(customers)[0],
                f"B-9{generator.randint(1, 40):03d}" if number % 40 == 3 else f"B-{generator.randint(1, 57):04d}",
                start_station,
                None if still_out else generator.randint(1, 12),
                start_station,
                started_at,
                ended_at,
                minutes * generator.randint(120, 260) if started_at < NO_DISTANCE_SINCE and not still_out else None,
                0 if status == "cancelled" else 100 + 18 * minutes,
                f"{discount:.2f}",
                status,
                "EUR",
                "SUMMER" if discount == 0.25 else None,
                datetime(started_at.year, started_at.month, started_at.day) + timedelta(days=1, hours=3),
            )
        )
    return table


def workshop(draw: Draw, account_rows: list[Row]) -> tuple[Table, Table, Table]:
    """`raw_pos`: tickets, their lines and payments. Lines and payments are in cents, the ticket's amount in euros."""
    tickets = Table(
        "raw_pos.tickets",
        {
            "ticket_no": "varchar", "bike_id": "varchar", "customer_ref": "varchar", "state": "varchar",
            "total_amount": "integer", "amount": "decimal(10,2)", "labour_minutes": "integer", "warranty": "varchar",
            "opened_at": "timestamp", "closed_at": "timestamp", "synced_at": "timestamp",
        },
    )  # fmt: skip
    lines = Table(
        "raw_pos.ticket_lines",
        {
            "line_id": "integer", "ticket_no": "varchar", "sku": "varchar", "qty": "integer", "unit_price": "integer",
            "vat_pct": "decimal(4,2)",
        },
    )  # fmt: skip
    payments = Table(
        "raw_pos.payments",
        {
            "payment_id": "integer", "ticket_no": "varchar", "amount": "integer", "method": "varchar",
            "paid_at": "timestamp",
        },
    )  # fmt: skip
    prices = {row[0]: round(float(row[3]) * 100) for row in SEEDS["parts"][1:]}
    for number, opened_at, generator in draw.moments("tickets", 0.8):
        ticket = f"T-{number + 1:05d}"
        gross = 0
        count = 1 + number % 4
        for _ in range(count):
            sku, quantity = generator.choice(sorted(prices)), generator.randint(1, 3)
            vat = 7 if sku == "BEL-01" else 19
            lines.rows.append((len(lines.rows) + 1, ticket, sku, quantity, prices[sku], f"{vat / 100:.2f}"))
            gross += (quantity * prices[sku] * (100 + vat) + 50) // 100  # rounded half up, as the till does
        state = ("done", "done", "done", "in_work", "done", "new")[number % 6]
        closed_at = opened_at + timedelta(minutes=generator.randint(20, 4000)) if state == "done" else None
        row = [
            ticket,
            f"B-{generator.randint(1, 50):04d}",
            None if number % 3 == 2 else f"ACC-{generator.choice(signed_up(account_rows, opened_at))[0]}",
            state,
            count,
            f"{gross / 100:.2f}",
            generator.randint(5, 240),
            "1" if generator.random() < 0.2 else "0",
            opened_at,
            closed_at,
            opened_at + timedelta(hours=6),
        ]
        tickets.rows.append(tuple(row))
        if number % 25 == 4:  # the till sent the ticket again after the network was down
            tickets.rows.append((*row[:-1], opened_at + timedelta(days=2)))
        if closed_at is not None:
            parts = (gross // 2, gross - gross // 2) if number % 3 == 0 else (gross,)
            for part in parts:
                method = generator.choice(("card", "cash"))
                payments.rows.append((len(payments.rows) + 1, ticket, part, method, closed_at))
    return tickets, lines, payments


def shop(draw: Draw, account_rows: list[Row]) -> tuple[Table, Table, Table]:
    """`raw_shop`: orders (a row for each change of an order), items and payments, all in euros."""
    orders = Table(
        "raw_shop.orders",
        {
            "order_id": "integer", "account_id": "integer", "status": "varchar", "channel": "varchar",
            "order_total": "decimal(10,2)", "net_total": "decimal(10,2)", "shipping_fee": "decimal(10,2)",
            "ordered_at": "timestamp", "updated_at": "timestamp",
        },
    )  # fmt: skip
    items = Table(
        "raw_shop.order_items",
        {
            "order_id": "integer", "line_no": "integer", "sku": "varchar", "quantity": "integer",
            "unit_price": "decimal(10,2)",
        },
    )  # fmt: skip
    payments = Table(
        "raw_shop.payments",
        {
            "payment_id": "integer", "order_id": "integer", "amount": "decimal(10,2)", "method": "varchar",
            "refunded": "varchar", "paid_at": "timestamp",
        },
    )  # fmt: skip
    prices = {row[0]: float(row[3]) for row in SEEDS["parts"][1:]}
    for number, ordered_at, generator in draw.moments("orders", 1.2):
        order = 70001 + number
        account: int | None = generator.choice(signed_up(account_rows, ordered_at))[0]
        if number % 9 == 4:
            account = None  # ordered as a guest
        if number % 50 == 17:
            account = 900 + number % 90  # an account that was purged
        net, last_sku = 0.0, ""
        for line in range(1 + number % 3):
            sku = last_sku if line and number % 12 == 11 else generator.choice(sorted(prices))
            last_sku, quantity = sku, generator.randint(1, 4)
            items.rows.append((order, line + 1, sku, quantity, f"{prices[sku]:.2f}"))
            net += quantity * prices[sku]
        shipping = 0.0 if net > 100 else 4.9
        total = round(net * 1.19 + shipping, 2)
        channel = generator.choice(("web", "app"))
        statuses = ("placed", "shipped") if number % 8 else ("placed", "shipped", "returned")
        for step, status in enumerate(statuses[: 1 if number % 10 == 9 else None]):
            updated_at = ordered_at + timedelta(days=2 * step)
            amounts = (f"{total:.2f}", f"{net:.2f}", f"{shipping:.2f}")
            orders.rows.append((order, account, status, channel, *amounts, ordered_at, updated_at))
        if number % 10 != 9:
            refunded = "true" if number % 8 == 0 else "false"
            method = generator.choice(("paypal", "card", "invoice"))
            payments.rows.append((len(payments.rows) + 1, order, f"{total:.2f}", method, refunded, ordered_at))
    return orders, items, payments


def crm(draw: Draw, account_rows: list[Row]) -> tuple[Table, Table]:
    """`raw_crm`: the history of each contact's segment, and support cases."""
    contacts = Table(
        "raw_crm.contacts_history",
        {
            "contact_id": "integer", "account_id": "integer", "segment": "varchar", "owner": "varchar",
            "valid_from": "date", "valid_to": "date", "is_current": "varchar",
        },
    )  # fmt: skip
    cases = Table(
        "raw_crm.cases",
        {
            "case_id": "integer", "account_id": "integer", "opened_on": "date", "severity": "integer",
            "csat": "integer", "is_resolved": "varchar", "first_reply_minutes": "integer", "agent": "varchar",
        },
    )  # fmt: skip
    for number, row in enumerate(account_rows):
        if number % 11 == 10:
            continue  # never made it into the CRM
        generator = draw.generator("contacts", number)
        valid_from = row[6].date()
        versions = 1 + number % 3
        for version in range(versions):
            valid_to = None if version == versions - 1 else valid_from + timedelta(days=generator.randint(20, 60))
            segment = ("new", "regular", "vip")[version]
            owner = generator.choice(("north", "south"))
            current = "Y" if valid_to is None else "N"
            contacts.rows.append((8000 + number, row[0], segment, owner, valid_from, valid_to, current))
            valid_from = valid_to or valid_from
    for number, opened_at, generator in draw.moments("cases", 0.6):
        cases.rows.append(
            (
                30001 + number,
                generator.choice(signed_up(account_rows, opened_at))[0],
                opened_at.date(),
                generator.randint(1, 4),
                None if number % 3 == 1 else generator.randint(1, 5),
                ("yes", "yes", "no", "yes", "unknown")[number % 5],
                generator.randint(1, 900),
                generator.choice(("mira", "tom", "ole")),
            )
        )
    return contacts, cases


def survey(draw: Draw) -> Table:
    """`raw_sheet.station_survey`: a spreadsheet, with the column names that people give to columns."""
    table = Table(
        "raw_sheet.station_survey",
        {
            "Station_ID": "integer", "Station Name": "varchar", "order": "integer", "group": "varchar",
            "battery 🔋 %": "integer", '5" racks': "integer", "Notes": "varchar",
        },
    )  # fmt: skip
    for number, name in enumerate(STATION_NAMES[:10]):
        generator = draw.generator("survey", number)
        note = "roof leaks" if number == 4 else None
        charge = generator.randint(20, 99)
        table.rows.append((number + 1, name, number + 1, "NSWE"[number % 4], charge, number % 3, note))
    return table


def make_tables(draw: Draw) -> list[Table]:
    """All raw tables of one draw."""
    accounts_table, riders_table = accounts(draw)
    rows = accounts_table.rows
    return [
        accounts_table,
        riders_table,
        stations(draw),
        bikes(draw),
        rentals(draw, rows),
        *workshop(draw, rows),
        *shop(draw, rows),
        *crm(draw, rows),
        survey(draw),
    ]


def write_seeds(folder: Path) -> None:
    """Write the seeds as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in SEEDS.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def load_tables(tables: list[Table], database: Path) -> None:
    """Create or replace the raw tables in the DuckDB file `database`."""
    import duckdb

    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(database)) as connection:
        for table in tables:
            path = Path(folder) / f"{table.name}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([NULL if value is None else value for value in row] for row in table.rows)
            schema = table.name.split(".")[0]
            columns = ", ".join(f"{quoted(name)} {type_}" for name, type_ in table.columns.items())
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace table {table.name} ({columns})")
            connection.execute(f"copy {table.name} from '{path.as_posix()}' (header false, nullstr '{NULL}')")


def main() -> None:
    """Parse the arguments, write the seeds and the raw tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7, help="another seed is another draw by the same rules")
    parser.add_argument("--scale", type=float, default=1, help="how many times as many rows")
    parser.add_argument("--grow", type=int, default=0, metavar="DAYS", help="so many days more, after the same rows")
    parser.add_argument("--database", type=Path, default=HERE / "wheelhouse.duckdb")
    parser.add_argument("--seeds", type=Path, default=HERE / "seeds", help="the folder for the CSV files")
    arguments = parser.parse_args()
    tables = make_tables(Draw(arguments.seed, arguments.scale, DAYS + arguments.grow))
    write_seeds(arguments.seeds)
    load_tables(tables, arguments.database)
    print(f"{sum(len(table.rows) for table in tables)} rows in {len(tables)} tables, {arguments.database}")


if __name__ == "__main__":
    main()
