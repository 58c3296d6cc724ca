"""Processes of serve: ended with all below them, and by themselves when their parent is gone."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from flows.service.child_process import ChildProcess, is_free, stop_all

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import sys, time
from flows.service.child_process import ChildProcess
child = ChildProcess("watching")
print(child._process.pid, flush=True)
time.sleep(600)
"""
WATCHING = """
import time
from flows.service.child_process import on_parents_end
on_parents_end(lambda: open("told", "w").close(), 0.0)
time.sleep(600)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules that child processes can run."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    (tmp_path / "watching.py").write_text(WATCHING)
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gone(pid: int) -> bool:
    """Wait until a process is gone, or a zombie that nobody waits for; return whether it is."""
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            process.wait(30)
    except psutil.NoSuchProcess:
        return True
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_child_is_asked_to_end() -> None:
    """SIGTERM is enough for one that listens; its exit code can be had."""
    child = ChildProcess("json.tool")  # reads until its input ends
    assert child.ended() is None
    child.stop(30)
    assert child.ended() == -signal.SIGTERM


def test_a_stubborn_child_is_killed_with_its_children(modules: Path) -> None:
    """Nothing that it started is left."""
    log = modules / "log"
    child = ChildProcess("stubborn", log=log)
    while not log.read_text().endswith("\n"):
        assert child.ended() is None
    stop_all([child], 0.0)
    assert child.ended() == -signal.SIGKILL
    assert gone(int(log.read_text()))


def test_a_child_learns_that_its_parent_was_killed(modules: Path) -> None:
    """It can tidy up, and is gone soon after, however the parent ended."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)
    assert (modules / "told").exists()


def test_whether_a_port_is_free() -> None:
    """A port that somebody listens on is not."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)
