# Runs a command and prints its wall seconds, CPU seconds and peak memory, those of the processes it starts included.
import json, os, resource, subprocess, sys, time

output = open(sys.argv[1], "wb")
start = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
print(json.dumps({
    "wall": wall,
    "cpu": usage.ru_utime + usage.ru_stime,
    "megabytes": usage.ru_maxrss / 1024,
    "status": os.waitstatus_to_exitcode(status),
}))
