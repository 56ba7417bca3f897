"""What benchmarks share: a command's time and memory, the machine, and how results are kept.

A result is a row of datasets/bench/NAME.csv, with the machine and versions beside it in NAME.md; nothing is averaged away.
"""

import csv
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "datasets" / "bench"


def run(command, stdout=subprocess.DEVNULL):
    """Runs a command to its end; its wall and CPU seconds, and the peak of its resident memory in MB."""
    started = os.times().elapsed
    process = subprocess.Popen([str(part) for part in command], stdout=stdout, stderr=subprocess.PIPE)
    # Standard error first: a full pipe would stop the command, and wait4 would wait for ever.
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = os.times().elapsed - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nfailed: {said.decode(errors='replace')}")
    return {
        "wall_s": round(elapsed, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def size(folder, below=""):
    """Bytes of the files below a folder."""
    return sum(path.stat().st_size for path in (Path(folder) / below).rglob("*") if path.is_file())


def in_place_of(stage, table):
    """Where a table made elsewhere takes the place of one that a stage wrote. A stage refuses a file that is not as it was left, by its
    hash; what is split into parts has no single one."""
    (Path(stage) / f"{table}.parquet").unlink(missing_ok=True)
    parts = Path(stage) / table
    parts.mkdir()
    return parts / "made.parquet"


def machine():
    """The processor, its cores and the memory, in a line."""
    cpu = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {platform.system()}"


def version(binary):
    """What a command calls its version."""
    return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def keep(name, title, rows, versions, notes=""):
    """Writes the results as CSV and as a table, and prints the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    columns = list(rows[0])
    with open(RESULTS / f"{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = [f"# {title}", "", f"Machine: {machine()}. Versions: {', '.join(versions)}. `just bench {name}` makes this."]
    lines += ["", notes.strip(), ""] if notes else [""]
    lines.append("| " + " | ".join(columns) + " |")
    lines.append("|" + "---|" * len(columns))
    lines += ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows]
    text = "\n".join(lines) + "\n"
    (RESULTS / f"{name}.md").write_text(text)
    print(text)
