"""Show how far training is: a bar on a terminal, a line per epoch elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from tqdm import tqdm

from network.errors import tell
from network.training import Progress

# Between plain lines, when there are many short epochs.
LINE_SECONDS = 2.0


@contextlib.contextmanager
def show_progress(name: str, quiet: bool = False) -> Iterator[Callable[[Progress], None] | None]:
    """Give the function that `network.training.train` reports to, or None when `quiet`."""
    if quiet or sys.stderr is None:
        yield None
    elif sys.stderr.isatty():
        with contextlib.ExitStack() as stack:
            yield _Bar(name, stack)
    else:
        yield _Lines(name)


class _Bar:
    """A bar on stderr from the first report on: there is none where there is nothing to train."""

    def __init__(self, name: str, stack: contextlib.ExitStack) -> None:
        self.name = name
        self.stack = stack
        self.bar: tqdm[None] | None = None

    def __call__(self, progress: Progress) -> None:
        if self.bar is None:
            self.bar = self.stack.enter_context(
                tqdm(
                    desc=self.name,
                    initial=progress.step,
                    total=progress.steps,
                    unit=" steps",
                    dynamic_ncols=True,
                    leave=False,
                )
            )
        if progress.epoch:
            self.bar.set_postfix_str(_accuracies(progress), refresh=False)
        self.bar.update(progress.step - self.bar.n)


class _Lines:
    """Plain lines on stderr."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.last = 0.0

    def __call__(self, progress: Progress) -> None:
        last = progress.step == progress.steps
        if progress.epoch and (last or time.monotonic() - self.last >= LINE_SECONDS):
            self.last = time.monotonic()
            tell(
                f"{self.name}: step {progress.step:,} of {progress.steps:,}, "
                f"{_accuracies(progress)}"
            )


def _accuracies(progress: Progress) -> str:
    epoch = progress.epoch or {}
    return (
        f"epoch {epoch['epoch'] + 1}: {epoch['train_accuracy']:.2%} while training, "
        f"{epoch['test_accuracy']:.2%} on unseen images"
    )
