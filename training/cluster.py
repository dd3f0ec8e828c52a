"""Jobs on the workers of a Dask scheduler: docs/CLUSTER.md says how to start them.

No folder is shared: the files that a job reads go with it, and it runs in an empty folder with
these. A worker whose results could differ from those of this machine is refused.
"""

import hashlib
import logging
import os
import platform
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import chdir, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from data.idx import DataError
from data.mnist import load_mnist
from training.farm import Farm, Job, timed
from training.run import RunError

ROOT = Path(__file__).parent.parent
WAIT = 15.0  # seconds for a scheduler to answer, and then for a worker to be there
AS_STARTED = {"--nthreads": "1", "OPENBLAS_NUM_THREADS": "1"}  # which dask worker sets


@contextmanager
def connected(scheduler: str) -> Iterator[Farm]:
    """The workers of a scheduler such as "tcp://host:8786"; RunError where it fails us."""
    try:
        dask: Any = import_module("distributed")
    except ImportError as error:
        raise RunError(
            f"--scheduler takes one more package ({error}); `make cluster` installs it."
        ) from error
    logging.disable()  # Dask's pages on what one sentence says below
    try:
        if not re.fullmatch(r"(tcp|tls)://.+:\d+", scheduler):
            raise ValueError(scheduler)
        client = dask.Client(scheduler, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{scheduler} does not answer; expected a Dask scheduler, such as tcp://host:8786."
        ) from error
    with client:
        try:
            yield _farm(client, scheduler)
        except CancelledError as error:
            raise RunError(
                f"{scheduler} was lost; what is done is kept, the same command goes on from here."
            ) from error
        except dask.KilledWorker as error:
            raise RunError(f"Several workers died of the same job: {error}") from error


def _farm(client: Any, scheduler: str) -> Farm:
    expected = identity() | AS_STARTED
    if expected["MNIST"] != "there":
        del expected["MNIST"]  # then no worker needs it either
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError as error:
        raise RunError(f"{scheduler} has no workers; docs/CLUSTER.md starts some.") from error
    for worker, said in client.run(_check, expected, on_error="return").items():
        if isinstance(said, RunError):
            raise said
        if said:
            raise RunError(f"{worker} cannot run this project ({said}): start it in a checkout.")
    executor = client.get_executor(pure=False)

    def submit(job: Job) -> Future[Any]:
        files = {path: path.read_bytes() for path in job.reads}
        return executor.submit(_far, expected, files, *job[:2])

    return Farm(submit, lambda: 2 * max(1, len(client.ncores())))  # in hand, and waiting


def _check(expected: Mapping[str, str], dask_worker: Any) -> None:
    """RunError where this worker is not as the machine that asks."""
    started = str(dask_worker.state.nthreads), os.environ.get("OPENBLAS_NUM_THREADS", "not set")
    there = identity() | dict(zip(AS_STARTED, started, strict=True))
    for name, wanted in expected.items():
        if there[name] != wanted:
            raise RunError(
                f"The worker {dask_worker.address} is refused: {name} is {there[name]}, expected"
                f" {wanted}; docs/CLUSTER.md says what a worker must have."
            )


@cache
def identity() -> dict[str, str]:
    """What the bits of a result depend on beside its job: name -> what it is here."""
    code, bits = hashlib.sha256(), hashlib.sha256()
    for package in sorted(ROOT.glob("*/__init__.py")):
        for path in sorted(package.parent.rglob("*.py")):
            code.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    for dtype in ("float32", "float64"):  # products and functions differ with the processor
        x = np.linspace(-3, 3, 61 * 67).reshape(61, 67).astype(dtype)
        for y in (x @ x.T, np.exp(x), np.tanh(x), np.log1p(x * x), x.sum(axis=1)):
            bits.update(y.tobytes())
    try:
        load_mnist(fetch=False)
        mnist = "there"
    except DataError as error:
        mnist = f"not there ({error})"
    return {
        "the project's code": code.hexdigest()[:12],
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "the arithmetic of processor and BLAS": bits.hexdigest()[:12],
        "MNIST": mnist,
    }


def _far(
    expected: Mapping[str, str], files: Mapping[Path, bytes], function: Any, arguments: Any
) -> tuple[Any, float]:
    """On a worker: what `timed` gives, in a folder that holds these files and nothing else."""
    worker = import_module("distributed").get_worker()
    _check(expected, worker)
    if "MNIST_DIR" in os.environ:
        os.environ["MNIST_DIR"] = os.path.abspath(os.environ["MNIST_DIR"])
    with TemporaryDirectory(dir=worker.local_directory) as folder, chdir(folder):
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return timed(function, arguments)
