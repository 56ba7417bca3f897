# Runs the statement on standard input over Parquet files in DuckDB and prints every row in the form of Rows::lines.
# Arguments: --table NAME FILE… for every table, --kept NAME STATEMENT for every table that a statement makes, in their order.
import struct, sys

import duckdb
import pyarrow as pa

connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
groups, kept, current = {}, [], None
arguments = iter(sys.argv[1:])
for argument in arguments:
    if argument == "--table":
        current = groups.setdefault(next(arguments), [])
    elif argument == "--kept":
        kept.append((next(arguments), next(arguments)))
    else:
        current.append(argument)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


for name, files in groups.items():
    listed = ", ".join(quoted(file) for file in files)
    connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false)')

for name, statement in kept:
    connection.execute(f'CREATE TABLE "{name}" AS {statement.strip().rstrip(";")}')

# Not wrapped in a count or another query: the order of rows is part of what is compared.
table = connection.execute(sys.stdin.buffer.read().decode("utf-8")).to_arrow_table()


# As `quoted` in rows.rs.
def text_of(value):
    for plain, escaped in ("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"):
        value = value.replace(plain, escaped)
    return f'"{value}"'


def cells(column):
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("ms", tz=kind.tz)).cast(pa.int64())
        show = lambda value: f"ms {value}"
    elif pa.types.is_date32(kind):
        column, show = column.cast(pa.int32()), lambda value: f"day {value}"
    elif pa.types.is_boolean(kind):
        show = lambda value: "true" if value else "false"
    elif pa.types.is_floating(kind):
        column, show = column.cast(pa.float64()), lambda value: struct.pack(">d", value).hex()
    elif pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        show = lambda value: str(int(value))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        show = text_of
    else:
        raise SystemExit(f"no form for a column of type {kind}")
    return ["null" if value is None else show(value) for value in column.to_pylist()]


out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False)
print("\t".join(table.column_names), file=out)
for row in zip(*[cells(column) for column in table.columns]):
    print("\t".join(row), file=out)
out.flush()
