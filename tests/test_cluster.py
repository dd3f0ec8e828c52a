"""Workers of this machine act several: the same bytes as in one process, though one is killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small_runs import arrays, make

import rbm.train
from benchmarks import machines
from experiments import command, record
from experiments.cache import Part, compute
from training import cluster, farm
from training.parallel import Training, train_all
from training.run import RunError, files_of, read_metrics
from training.streams import stream
from training.trained import read

ROOT = Path(__file__).parents[1]
RBM = "--data digits --images 300 --validation 100 --hidden 20 --snapshots 20 --seed"
LONG, *SHORT = (
    Training(f"run-{s}", "rbm", (*RBM.split(), str(s), "--epochs", epochs))
    for s, epochs in enumerate(("60", "2", "2"))
)


def drawn(index, tries):
    """Numbers of a stream. The first process to be asked for number 0 hangs, until it is killed."""
    if tries:
        with open(tries, "a") as file:
            file.write(f"{index} {os.getpid()}\n")
        if re.findall(r"^0 .*", tries.read_text(), re.M) == [f"{index} {os.getpid()}"]:
            time.sleep(100)
    return stream(3, "farmed", index).random(1000).tolist()


def weights(folder):
    return float(read(folder, rbm.train).params.W.sum())


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The address of a scheduler on this machine, and worker() -> (process, its folder)."""
    pytest.importorskip("distributed", reason="the package distributed: `make cluster` installs it")
    folder, began = tmp_path_factory.mktemp("house"), []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    env = os.environ | dict.fromkeys(farm.BLAS_THREADS, "1") | {"PYTHONPATH": paths}

    def start(*words):
        with open(folder / f"{len(began)}.log", "w") as log:
            command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
            began.append(subprocess.Popen(command, cwd=ROOT, env=env, stderr=log))
        return began[-1]

    def worker(threads=1):
        scratch = folder / f"worker-{len(began)}"
        words = ["--no-nanny", "--nthreads", str(threads), "--local-directory", str(scratch)]
        return start("worker", address, *words), scratch

    where = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    start("scheduler", *where, "--idle-timeout", "100")  # should these tests be killed themselves
    yield address, worker
    for process in began:
        process.kill()
        process.wait()


@pytest.fixture
def two(house, tmp_path, monkeypatch):
    """The address, two workers, and an empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    address, worker = house
    workers = [worker(), worker()]
    yield address, workers
    for process, _ in workers:
        process.kill()
        process.wait()


def soon(found):
    """What found() gives, once it gives something."""
    return next(there for _ in iter(lambda: time.sleep(0.01), 0) if (there := found()))


def test_parts_have_the_same_answers_though_a_worker_is_killed(two, tmp_path, capfd):
    address, _ = two
    tries = tmp_path / "tries"
    tries.touch()

    def kill():
        (pid,) = soon(lambda: re.findall(r"^0 (\d+)\n", tries.read_text(), re.M))
        os.kill(int(pid), signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    with farm.on(address):
        answers = compute([Part(drawn, (i, tries)) for i in range(7)])
    assert answers == [drawn(i, None) for i in range(7)]
    assert re.findall(r"(\d) of 7", capfd.readouterr().err) == list("1234567")
    assert len({*re.findall(r"^0 (\d+)", tries.read_text(), re.M)}) == 2
    assert len([*Path("out", "cache").iterdir()]) == 7


def test_trainings_end_with_the_same_bytes_though_a_worker_is_killed(two, tmp_path, monkeypatch):
    """One of them was begun here and goes on there; then parts read what was trained."""
    address, workers = two
    begun = SHORT[0]._replace(options=(*SHORT[0].options[:-1], "1"))
    make(begun)
    begun.folder.rename(SHORT[0].folder)
    first = read_metrics(SHORT[0].folder)
    settings = SHORT[0].folder / "settings.json"
    settings.write_text(settings.read_text().replace('"epochs": 1,', '"epochs": 2,'))

    def kill():
        busy = [p for p, folder in workers if [*folder.glob("**/run-0-*/metrics.csv")]]
        return [process.kill() for process in busy]

    killer = threading.Thread(target=soon, args=(kill,), daemon=True)
    killer.start()
    with farm.on(address):
        train_all([LONG, *SHORT])
        parts = compute([Part(weights, (t.folder,), (t.folder / "checkpoint.npz",)) for t in SHORT])
    killer.join()
    assert read_metrics(SHORT[0].folder)[:1] == first  # its seconds: it went on
    assert sorted(process.poll() for process, _ in workers if process.poll()) == [-signal.SIGKILL]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for training in (LONG, *SHORT):
        make(training)
        far = tmp_path / training.folder
        for file in files_of(training.folder):
            if file.name == "metrics.csv":  # the seconds stand there and in the checkpoint
                assert len(read_metrics(far)) == len(read_metrics(training.folder))
            elif file.name != "checkpoint.npz":
                assert (far / file.name).read_bytes() == file.read_bytes()
        assert len(files_of(far)) == len(files_of(training.folder))
        assert arrays(far) == arrays(training.folder)
    assert parts == [weights(training.folder) for training in SHORT]


def test_a_worker_that_would_compute_something_else_is_refused(two, house, monkeypatch):
    (address, workers), (_, late) = two, house
    other = {**cluster.identity(), "NumPy": "1.0"}
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "identity", lambda: other)
        with pytest.raises(RunError, match=r"refused: NumPy is 2[.0-9]+, expected 1.0; docs/"):
            farm.on(address).__enter__()
    with pytest.raises(RunError, match="refused: --nthreads is 2, expected 1"), farm.on(address):
        for process, _ in workers:
            process.kill()
        late(threads=2)
        compute([Part(drawn, (1, None))])


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense"])
def test_a_scheduler_that_does_not_answer_is_one_sentence(address, monkeypatch, refusal):
    monkeypatch.setattr(cluster, "WAIT", 0.3)
    pytest.importorskip("distributed", reason="the package distributed: `make cluster` installs it")
    said = refusal(command.main, "--all", "--scheduler", address)
    assert said.startswith(f"{address} does not answer; expected a Dask scheduler")


def test_without_dask_a_sentence_says_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match="`make cluster` installs it"):
        farm.on("tcp://127.0.0.1:9").__enter__()


def test_the_page_shows_what_the_longest_first_on_a_free_core_comes_to():
    assert machines.makespan([2, 3, 2, 3, 2], 2) == 7 and machines.makespan([5.0], 10) == 5
    there = machines.table(record.read("machines", "benchmarks").numbers)
    assert there in (ROOT / "docs" / "CLUSTER.md").read_text()
