"""The line that a training shows on a terminal: rewritten in place, and absent elsewhere."""

import contextlib
import sys
import time


class Progress:
    """What is under way, and how long it will take."""

    def __init__(self, steps_per_epoch: int, epochs: int, step: int) -> None:
        self.per_epoch, self.total, self.first = steps_per_epoch, steps_per_epoch * epochs, step
        self.start = self.shown = time.monotonic()
        self.live = sys.stderr.isatty()

    def spent(self) -> float:
        return time.monotonic() - self.start

    def show(self, step: int) -> None:
        """Rewrites the line, ten times a second at most."""
        if not self.live or time.monotonic() - self.shown < 0.1:
            return
        self.shown = time.monotonic()
        rate = (step - self.first) / self.spent()
        minutes, seconds = divmod(round((self.total - step) / rate), 60)
        epoch, within = divmod(step, self.per_epoch)
        done = within / self.per_epoch
        line = f"epoch {epoch + 1}  {done:4.0%}  {rate:.0f} steps/s  {minutes}:{seconds:02d} left"
        _print(f"\r{line:<70}", end="")

    def keep(self, text: str, always: bool = False) -> None:
        """A line that stays; on a terminal only, if not always."""
        if self.live or always:
            _print(f"\r{text:<70}" if self.live else text)


def _print(text: str, end: str = "\n") -> None:
    with contextlib.suppress(OSError):  # the terminal is gone, and the training need not be
        print(text, end=end, file=sys.stderr, flush=True)
