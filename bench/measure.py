"""What the benchmarks share: CPU and memory of whole processes, and fresh cases."""

import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE / "work"


def cpu(command: list[str], *, folder: Path | None = None) -> tuple[float, float]:
    """Run a command; give CPU seconds of it and its children, and wall seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 3}:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - start


def fresh(name: str) -> str:
    """Make an empty case; give its path."""
    case = WORK / name
    shutil.rmtree(case, ignore_errors=True)
    subprocess.run([unsealed(), "new", str(case), "--quiet"], check=True)
    return str(case)


def unsealed() -> str:
    """Give the path of our command."""
    return str(Path(sys.executable).with_name("unsealed"))


def watched(command: list[str]) -> tuple[str, int]:
    """Run a command; give its standard output, and the peak of what all its processes hold, in bytes."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak: list[int] = [0]
        watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
        watcher.start()
        told, _ = process.communicate()
        watcher.join()
    if process.returncode not in {0, 3}:
        sys.exit(f"{command}: exit {process.returncode}")
    return told, peak[0]


def _watch(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_held(pid) for pid in _family(process.pid)))
        time.sleep(0.1)


def _family(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _held(pid: int) -> int:
    """Give a process's own memory: proportional set size, without the pages of files that are only mapped."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:] if len(line.split()) > 1}
    return sizes.get("Pss_Anon", 0) + sizes.get("Pss_Shmem", 0) or sizes.get("Pss", 0)
