"""The line that a training shows on a terminal: rewritten in place, and absent elsewhere."""

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
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)

    def keep(self, text: str) -> None:
        """A line that stays; on a terminal only."""
        if self.live:
            print(f"\r{text:<70}", file=sys.stderr, flush=True)
