#!/usr/bin/env python3
"""Tells every version of every trade and position of an SQLite database, in the order in which they
were written, and holds its write lock when told to. For tests/support/page_oracle.mjs.

    book_log.py FILE

One line in, one line out, until the input ends. `log N`: a JSON list of at most 20,000 versions
after the N-th, [number, table, row...]. `lock MS`: nobody else writes for so long; answers at once.
A trigger writes the log, so it is part of each transaction and holds what was committed alone.
"""
import json
import sqlite3
import sys
import threading

TABLES = {
    "trades": ["id", "accountid", "security", "side", "state", "quantity", "updated", "created"],
    "positions": ["accountid", "security", "quantity", "updated"],
}
BATCH = 20_000


def prepare(connection):
    connection.execute(
        "CREATE TABLE IF NOT EXISTS test_log"
        " (n INTEGER PRIMARY KEY AUTOINCREMENT, tab TEXT, a, b, c, d, e, f, g, h)"
    )
    for table, columns in TABLES.items():
        names = "abcdefgh"[: len(columns)]
        into = f"INSERT INTO test_log (tab, {', '.join(names)})"
        connection.execute(f"{into} SELECT '{table}', {', '.join(columns)} FROM {table}")
        for event in ("INSERT", "UPDATE"):
            values = ", ".join("new." + column for column in columns)
            connection.execute(
                f"CREATE TRIGGER test_{table}_{event} AFTER {event} ON {table}"
                f" BEGIN {into} VALUES ('{table}', {values}); END"
            )


def hold_lock(path, milliseconds, locked):
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    locked.set()
    threading.Event().wait(milliseconds / 1000)
    connection.execute("ROLLBACK")
    connection.close()


def main():
    path = sys.argv[1]
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    prepare(connection)
    connection.execute("COMMIT")
    for line in sys.stdin:
        verb, number = line.split()
        if verb == "lock":
            locked = threading.Event()
            threading.Thread(
                target=hold_lock, args=(path, int(number), locked), daemon=True
            ).start()
            locked.wait()
            print("[]", flush=True)
            continue
        rows = connection.execute(
            "SELECT * FROM test_log WHERE n > ? ORDER BY n LIMIT ?", (int(number), BATCH)
        ).fetchall()
        kept = [list(row[: 2 + len(TABLES[row[1]])]) for row in rows]
        print(json.dumps(kept), flush=True)


if __name__ == "__main__":
    main()
