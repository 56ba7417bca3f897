"""Holds every NAME.parquet of a folder against NAME.json, read by pyarrow and by DuckDB.

The JSON says what was written: columns, rows (times in ms, days in days, since 1970) and the footer's entries.
"""

import json
import pathlib
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "day": pa.date32(),
    "timestamp": pa.timestamp("ms", tz="UTC"),
    "list": pa.list_(pa.field("item", pa.string(), nullable=False)),
}
DUCK = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "day": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "list": "VARCHAR[]",
}


def same(who, name, found, expected):
    if found != expected:
        sys.exit(f"{who}, table {name}:\n  expected {expected!r}\n  found    {found!r}")


def by_pyarrow(path, table):
    name, file = table["table"], pq.ParquetFile(path)
    for field, column in zip(file.schema_arrow, table["columns"], strict=True):
        same("pyarrow", name, (field.name, field.type, field.nullable), (column["name"], ARROW[column["type"]], column["null"]))
    entries = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    for key, value in table["footer"].items():
        same("pyarrow", name, (key, entries.get(key)), (key, value))
    group = file.metadata.row_group(0)
    same("pyarrow", name, {group.column(i).compression for i in range(group.num_columns)}, {"ZSTD"})
    columns = []
    for values, column in zip(file.read().columns, table["columns"]):
        plain = {"timestamp": pa.int64(), "day": pa.int32()}.get(column["type"])
        columns.append((values.cast(plain) if plain else values).to_pylist())
    same("pyarrow", name, [list(row) for row in zip(*columns)], table["rows"])


def by_duckdb(path, table):
    name = table["table"]

    def rows(sql):
        return duckdb.execute(sql, [str(path)]).fetchall()

    described = [tuple(row[:2]) for row in rows("DESCRIBE SELECT * FROM read_parquet(?)")]
    same("DuckDB", name, described, [(column["name"], DUCK[column["type"]]) for column in table["columns"]])
    entries = {bytes(key).decode(): bytes(value).decode() for key, value in rows("SELECT key, value FROM parquet_kv_metadata(?)")}
    for key, value in table["footer"].items():
        same("DuckDB", name, (key, entries.get(key)), (key, value))
    plain = {"timestamp": "epoch_ms({})", "day": "date_diff('day', DATE '1970-01-01', {})"}
    columns = ", ".join(plain.get(column["type"], "{}").format('"' + column["name"] + '"') for column in table["columns"])
    same("DuckDB", name, [list(row) for row in rows(f"SELECT {columns} FROM read_parquet(?)")], table["rows"])


def main():
    expected = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
    for path in expected:
        table = json.loads(path.read_text(encoding="utf-8"))
        by_pyarrow(path.with_suffix(".parquet"), table)
        by_duckdb(path.with_suffix(".parquet"), table)
    print(len(expected), "tables")


main()
