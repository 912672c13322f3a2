"""One task of the benchmark with the package deltalake: `theirs.py <task> <rows> <folder>`; prints wall seconds, CPU seconds and peak MB as JSON."""

import json
import os
import resource
import sys
import time

import pyarrow.parquet as pq
from deltalake import DeltaTable, WriterProperties, write_deltalake

task, rows, folder = sys.argv[1:4]
properties = WriterProperties(compression="SNAPPY", max_row_group_size=122880)


def create():
    source = pq.ParquetFile(f"{folder}/base.parquet")
    import pyarrow as pa

    reader = pa.RecordBatchReader.from_batches(source.schema_arrow, source.iter_batches(122880))
    write_deltalake(f"{folder}/theirs", reader, mode="overwrite", writer_properties=properties)


def merge(name):
    source = pq.read_table(f"{folder}/{name}.parquet")
    (
        DeltaTable(f"{folder}/theirs")
        .merge(source, "t.id = s.id", source_alias="s", target_alias="t", writer_properties=properties)
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )


def append(times, table=None):
    # one handle: it reads only what is new
    table = table or DeltaTable(f"{folder}/commits-theirs")
    for _ in range(times):
        rows = pq.read_table(f"{folder}/thousand.parquet")
        write_deltalake(table, rows, mode="append", writer_properties=properties)


def append_by_path(times):
    # as most programs have it: the table is opened by every write
    for _ in range(times):
        rows = pq.read_table(f"{folder}/thousand.parquet")
        write_deltalake(f"{folder}/commits-theirs", rows, mode="append", writer_properties=properties)


def open_log():
    table = DeltaTable(f"{folder}/log")
    if len(table.file_uris()) != 10000:
        raise SystemExit("the log is not what it should be")


def optimize():
    DeltaTable(f"{folder}/commits-theirs").optimize.compact(writer_properties=properties)


def measured():
    return resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()


def steady(work):
    # so many times are not measured, and so many are
    global before, start
    work(100)
    before, start = measured()
    work(100)


def append_steady():
    table = DeltaTable(f"{folder}/commits-theirs")
    steady(lambda times: append(times, table))


before, start = measured()
tasks = {
    "create": create,
    "merge": lambda: merge("changes"),
    "mergeLate": lambda: merge("late"),
    # beside what no merge can do without
    "mergeFloor": lambda: merge("changes"),
    "append": lambda: append(20),
    "appendFloor": lambda: append(20),
    # it syncs nothing anyway
    "appendUnsynced": lambda: append(20),
    "appendByPath": lambda: append_by_path(20),
    "appendSteady": append_steady,
    "appendSteadyFloor": append_steady,
    "appendSteadyByPath": lambda: steady(append_by_path),
    # its own threads stay: with TOKIO_WORKER_THREADS=1 it takes no less
    "appendSteadyOneThread": append_steady,
    "appendSteadyByPathOneThread": lambda: steady(append_by_path),
    "appendOnce": lambda: append(1),
    "open": open_log,
    "optimize": optimize,
}
tasks[task]()
wall = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"wall": wall, "cpu": cpu, "peak": after.ru_maxrss / 1024}))
sys.stdout.flush()
# threads of Arrow that still run would abort an orderly exit now and then
os._exit(0)
