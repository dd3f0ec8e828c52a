"""The line on stderr that says what is under way: rewritten in place, on a terminal alone."""

import contextlib
import sys
import time


class Line:
    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.start = self.shown = time.monotonic()

    def due(self, seconds: float) -> bool:
        """Whether so many have gone by since it last was."""
        if due := time.monotonic() - self.shown >= seconds:
            self.shown = time.monotonic()
        return due

    def rewrite(self, text: str) -> None:
        self._print(f"\r{text[:78]:<78}", end="")

    def keep(self, text: str, always: bool = False) -> None:
        """A line that stays; on a terminal only, if not always."""
        if self.live or always:
            self._print(f"\r{text:<78}" if self.live else text)

    def _print(self, text: str, end: str = "\n") -> None:
        with contextlib.suppress(OSError):  # the terminal is gone, and the training need not be
            print(text, end=end, file=sys.stderr, flush=True)


class Progress(Line):
    """How far a training has come, and how long it will take."""

    def __init__(self, steps_per_epoch: int, epochs: int, step: int) -> None:
        super().__init__()
        self.per_epoch, self.total, self.first = steps_per_epoch, steps_per_epoch * epochs, step

    def spent(self) -> float:
        return time.monotonic() - self.start

    def show(self, step: int) -> None:
        """Rewrites the line, ten times a second at most."""
        if not self.live or not self.due(0.1):
            return
        rate = (step - self.first) / self.spent()
        minutes, seconds = divmod(round((self.total - step) / rate), 60)
        epoch, within = divmod(step, self.per_epoch)
        done = within / self.per_epoch
        left = f"{minutes}:{seconds:02d} left"
        self.rewrite(f"epoch {epoch + 1}  {done:4.0%}  {rate:.0f} steps/s  {left}")
