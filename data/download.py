"""Fetching a file over the network, within bounds of time and size."""

import contextlib
import http.client
import queue
import threading
import time
import urllib.error
import urllib.request
from typing import IO

from data.idx import DataError, printable

SILENCE = 10.0  # seconds without a single byte, from looking up the host onwards
DEADLINE = 120.0  # seconds for a whole file: 10 MB on a line of 0.7 Mbit/s
MAX_DOWNLOAD = 2**26  # bytes; the largest file has 9.9 million, or 47 where a server unpacks it
Parcels = queue.Queue[bytes | str]


def download(url: str, into: IO[bytes], most: int = 0, seconds: float = 0) -> None:
    """Writes what `url` holds. Raises DataError after SILENCE, and after `seconds` or `most` bytes,
    which are DEADLINE and MAX_DOWNLOAD where none are given; and OSError of `into`.

    A thread does the reading: a socket's own time limit covers neither the look-up of the host
    nor a server that sends a byte now and then, and starts anew for every address of a host.
    """
    parcels, enough = Parcels(64), threading.Event()
    threading.Thread(target=_stream, args=(url, parcels, enough), daemon=True).start()
    end, most, size = time.monotonic() + (seconds or DEADLINE), most or MAX_DOWNLOAD, 0
    try:
        while parcel := parcels.get(timeout=max(0.0, min(SILENCE, end - time.monotonic()))):
            if isinstance(parcel, str):
                raise DataError(f"{url} cannot be fetched ({printable(parcel, 200)}).")
            size += into.write(parcel)
            if size > most:
                raise DataError(f"{url} sends more than the {most:,} bytes expected.")
    except queue.Empty:
        raise DataError(f"{url} is too slow or does not answer.") from None
    finally:
        enough.set()
        with contextlib.suppress(queue.Empty):
            parcels.get_nowait()  # so that a thread which waits for room goes on, and ends


def _stream(url: str, parcels: Parcels, enough: threading.Event) -> None:
    """Hands over what arrives, then b"" for the end, or one str that says what went wrong."""
    last: bytes | str = b""
    try:
        with urllib.request.urlopen(url, timeout=SILENCE) as response:
            while not enough.is_set() and (chunk := response.read1(2**16)):
                parcels.put(chunk)
    except urllib.error.HTTPError as error:
        with error:
            last = f"the server says {error.code} {error.reason}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        last = str(getattr(error, "reason", error)) or type(error).__name__
    if not enough.is_set():
        parcels.put(last)
