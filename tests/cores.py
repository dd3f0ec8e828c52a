"""Tests on all cores: `python -m pytest -p tests.cores`, as `make test` runs them.

This process collects the tests, shows and counts. It starts one pytest a core, which collects them
too, runs one group after another of a queue, and sends the reports here.
"""

import os
import subprocess
import sys
from contextlib import suppress
from itertools import groupby
from multiprocessing.connection import Connection, Pipe, wait
from types import SimpleNamespace

import pytest

from autograd_lite.threads import BLAS_THREADS
from training.farm import processes

PIPE = "PIPE_OF_TESTS"  # the variable that tells a worker its end of the pipe
# The files that take longest are handed out first, a function at a time; then the others, whole.
FIRST = ("test_checks", "test_laws", "test_grading", "test_fig", "test_judge")


def groups(names):
    """The tests that one process runs in a row, those that take longest first."""
    files = {name: name.split("::")[0] for name in names}
    rank = {name: [*(x in file for x in FIRST), True].index(True) for name, file in files.items()}
    key = lambda name: name.split("[")[0] if rank[name] < 2 else files[name]  # noqa: E731
    return [list(group) for _, group in groupby(sorted(names, key=rank.get), key)]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if end := os.environ.pop(PIPE, ""):
        config.workerinput = {}  # by which pytest knows that reports go elsewhere
        config.pluginmanager.set_blocked("terminalreporter")
        config.pluginmanager.register(Runs(config, Connection(int(end))))
    elif processes() > 1 and not (config.option.collectonly or config.option.usepdb):
        config.pluginmanager.register(Shows(config))


class Shows:
    def __init__(self, config):
        self.config, self.hook, self.workers = config, config.hook, []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self):
        line = [sys.executable, "-m", "pytest", *self.config.invocation_params.args]
        for _ in range(processes()):
            pipe, end = Pipe()
            variables = os.environ | dict.fromkeys(BLAS_THREADS, "1") | {PIPE: str(end.fileno())}
            process = subprocess.Popen(line, env=variables, pass_fds=[end.fileno()])
            end.close()
            # Of its group the tests that are left.
            worker = SimpleNamespace(process=process, pipe=pipe, left=[], failed=False)
            self.workers.append(worker)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed or not session.items:
            return None  # pytest says so itself
        queue = groups([item.nodeid for item in session.items])
        while self.workers and not session.shouldfail:
            ready = wait([worker.pipe for worker in self.workers])
            for worker in [worker for worker in self.workers if worker.pipe in ready]:
                try:
                    data = worker.pipe.recv()
                except (EOFError, OSError):
                    self.workers.remove(worker)
                    if worker.process.wait() != worker.failed or worker.left:
                        at = f"with status {worker.process.returncode} at {worker.left[:1]}"
                        session.shouldfail = f"a process of the tests ended {at}"
                    continue
                if data:
                    self.take(worker, data)
                else:
                    worker.left = queue.pop(0) if queue else []
                    worker.pipe.send(worker.left)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        return True

    def take(self, worker, data):
        """Shows a report; without a start, so that pytest writes no file's name before others'."""
        report = self.hook.pytest_report_from_serializable(config=self.config, data=data)
        worker.failed |= report.failed
        self.hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            worker.left = worker.left[1:]
            self.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)

    def pytest_unconfigure(self):
        for worker in self.workers:
            worker.pipe.close()  # it ends after the test that it runs
        for worker in self.workers:
            worker.process.wait()


class Runs:
    def __init__(self, config, pipe):
        self.config, self.hook, self.pipe = config, config.hook, pipe

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        tests = {item.nodeid: item for item in session.items}
        with suppress(EOFError, OSError):  # the other end is closed
            while self.pipe.send(None) or (names := self.pipe.recv()):
                for name, after in zip(names, [*names[1:], None], strict=True):
                    pair = {"item": tests[name], "nextitem": tests.get(after)}
                    self.hook.pytest_runtest_protocol(**pair)
        return True

    def pytest_runtest_logreport(self, report):
        config = self.config
        self.pipe.send(self.hook.pytest_report_to_serializable(config=config, report=report))
