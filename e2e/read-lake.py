"""What the Python package deltalake says of the tables of a warehouse. One request of JSON on stdin, one answer on stdout."""

import json
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake


def read(warehouse, into, tables):
    """Version and schema of each table; its rows go to a Parquet file below `into`."""
    answer = {}
    for name in tables:
        table = DeltaTable(os.path.join(warehouse, *name.split(".")))
        rows = table.to_pyarrow_table()
        pq.write_table(rows, os.path.join(into, f"{name}.parquet"))
        fields = json.loads(table.schema().to_json())["fields"]
        answer[name] = {
            "version": table.version(),
            "rows": rows.num_rows,
            "columns": [[field["name"], field["type"]] for field in fields],
        }
    return answer


def append(warehouse, table, copy_of, changes):
    """Appends a copy of the row with the values of `copy_of`, with some of its values changed."""
    location = os.path.join(warehouse, *table.split("."))
    rows = DeltaTable(location).to_pyarrow_table()
    column, value = copy_of
    row = next(each for each in rows.to_pylist() if each[column] == value) | changes
    write_deltalake(location, pa.Table.from_pylist([row], schema=rows.schema), mode="append")
    return {"version": DeltaTable(location).version()}


request = json.load(sys.stdin)
operation = {"read": read, "append": append}[request.pop("do")]
json.dump(operation(**request), sys.stdout)
sys.stdout.flush()
# the answer is out: threads of Arrow that still run would abort an orderly exit now and then
os._exit(0)
