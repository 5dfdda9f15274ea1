"""Write a trace while training goes on: whole or not at all, and resumable at any moment.

Format 1 is a folder that numpy can open anywhere: one ``.npy`` file per quantity, and
``trace.json``. While training runs it is called ``<name>.partial`` and has no ``trace.json``, but a
mark by which it is known as ours, written first. Its arrays grow row by row; every second or so
``checkpoint.npz`` says how much of them counts. When all is there, the header is written last and
the folder gets its final name.
"""

import contextlib
import json
import math
import os
import platform
import shutil
import stat
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

import network
from network.blas import blas_versions
from network.errors import PlaceError, TraceError, tell
from network.files import is_full_disk, reason_of, size_in_words, write_whole
from network.folder import (
    CHECKPOINT,
    HEADER,
    MARK,
    PARTIAL_SUFFIX,
    find_stranger,
    header_digest,
    in_order_of_deletion,
    is_own,
    is_taken,
    make_mark,
)
from network.locking import lock, open_lock
from network.online import Segment
from network.recipes import Recipe
from network.remedy import train_command
from network.trace import (
    FORMAT,
    array_layout,
    file_digest,
)

SPARSE_BUDGET = 140_000_000
_THEN = ", then "
SNAPSHOT_EVERY = 1000


def recorded_steps(steps: int, steps_per_epoch: int, step_bytes: int, budget: int) -> list[int]:
    """Which steps a sparse trace holds whole.

    The first ten, the last, five per decade between, and the last of each epoch. If these do not
    fit into `budget` bytes, ends of epochs go first, then those between, evenly; but the first and
    the last step are always there.
    """
    fit = max(budget // step_bytes, 2)
    first = range(min(10, steps, fit - 1))
    room = fit - len(first) - 1
    decades = np.geomspace(10, steps, num=math.ceil(5 * math.log10(max(steps, 10) / 10)) + 1)
    spaced = _thin(sorted({int(step) for step in decades if 10 <= step < steps - 1}), room)
    ends = _thin(range(steps_per_epoch - 1, steps - 1, steps_per_epoch), room - len(spaced))
    return sorted({*first, *spaced, *ends, steps - 1})


def _thin(steps: Sequence[int], room: int) -> list[int]:
    """At most `room` of them, evenly."""
    if len(steps) <= room:
        return list(steps)
    return [steps[int((i + 0.5) * len(steps) / room)] for i in range(room)]


class Recorder:
    """The arrays of one trace, on their way to disk.

    Parameters
    ----------
    folder
        Final name of the trace.
    recipe, dataset
        What is trained on what; `dataset` as {"name": ..., "sha256": ...}.
    steps, batch
        How many steps are planned, and images per step.
    record
        "full" or "sparse".
    snapshot_every
        Of a full trace: steps between stored parameters.

    Raises
    ------
    TraceError
        If the disk has no room for it, or the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        dataset: Mapping[str, str],
        steps: int,
        batch: int,
        record: str,
        snapshot_every: int = SNAPSHOT_EVERY,
    ) -> None:
        self.folder = folder
        self.partial = folder.with_name(folder.name + PARTIAL_SUFFIX)
        self.recipe, self.record = recipe, record
        self.dataset = dict(dataset)
        self.planned_steps, self.batch = steps, batch
        self.versions = versions()
        self._check_plan(steps, batch, snapshot_every)
        self.recorded: Sequence[int] = range(steps)
        if record == "full":
            self.snapshots = [*range(0, steps, snapshot_every), steps]
        else:
            neurons, parameters = sum(recipe.sizes[1:]), recipe.parameter_count
            self.recorded = recorded_steps(
                steps,
                steps // recipe.epochs,
                batch * (4 + 8 * neurons) + 8 * parameters,
                SPARSE_BUDGET,
            )
            self.snapshots = sorted({t for step in self.recorded for t in (step, step + 1)})
        self.shapes = self._shapes()
        self._files: dict[str, BinaryIO] = {}

    def _shapes(self) -> dict[str, tuple[tuple[int, ...], str]]:
        return array_layout(
            self.recipe.sizes,
            self.record,
            self.planned_steps,
            self.batch,
            len(self.recorded),
            len(self.snapshots),
        )

    def _check_plan(self, steps: int, batch: int, snapshot_every: int) -> None:
        """Raise TraceError if the disk cannot hold so much, before anything so long is made."""
        full = self.record == "full"
        snapshots = -(-steps // snapshot_every) + 1 if full else 2
        recorded = steps if full else 1
        layout = array_layout(self.recipe.sizes, self.record, steps, batch, recorded, snapshots)
        needed = sum(_nbytes(shape, dtype) for shape, dtype in layout.values())
        with writing(self.folder):
            free = shutil.disk_usage(_nearest(self.folder.parent)).free
            # What an unfinished run has written is there already, or will be deleted first.
            held = sum(file.stat().st_size for file in self.partial.glob("*.npy"))
        if free + held < needed:
            raise TraceError(
                f"the disk is full: {self.folder} needs {size_in_words(needed)}, and "
                f"{size_in_words(free)} are free; make room, or choose another --out, or fewer "
                "--epochs"
            )

    def _rows(self, name: str, step: int) -> int:
        """How many rows of an array are there before `step` is taken."""
        if name[0] in "Wb":
            return bisect_left(self.snapshots, step)
        if self.record == "sparse" and name not in ("error", "loss"):
            return bisect_left(self.recorded, step)
        return step

    @property
    def nbytes(self) -> int:
        """Bytes on disk once it is whole."""
        return sum(_nbytes(shape, dtype) for shape, dtype in self.shapes.values())

    @property
    def has_checkpoint(self) -> bool:
        """Whether an unfinished run can be resumed."""
        return (self.partial / CHECKPOINT).exists()

    @property
    def is_begun(self) -> bool:
        """Whether there is an unfinished run, also one that lacks no more than its name."""
        return self.has_checkpoint or (self.partial / HEADER).exists()

    def start(self) -> None:
        """Begin anew: an empty partial folder.

        Raises
        ------
        TraceError
            As the class says.
        """
        check_replaceable(self.partial)
        with writing(self.partial):
            _delete(self.partial)
            self.partial.mkdir(parents=True)
            free = shutil.disk_usage(self.partial).free
            if free < self.nbytes:
                self.partial.rmdir()
                raise TraceError(
                    f"the disk is full: {self.folder} needs {size_in_words(self.nbytes)}, "
                    f"and {size_in_words(free)} are free; make room, or choose another --out"
                )
            try:
                self._begin_files()
            except OSError:
                self.close()
                _delete(self.partial)
                raise

    def _begin_files(self) -> None:
        """Write the mark first, by which the rest is known as ours."""
        classes = self.recipe.sizes[-1]
        confusion = ((self.recipe.epochs, classes, classes), "int64")
        with (self.partial / MARK).open("wb", buffering=0) as mark:
            mark.write(make_mark({**self.shapes, "confusion": confusion}))
        for name, (shape, dtype) in self.shapes.items():
            file = self._files[name] = (self.partial / f"{name}.npy").open("wb")
            _write_array_header(file, shape, dtype)
            file.flush()

    def resume(self, force: bool = False) -> tuple[int, dict[str, Any]]:
        """Open what was recorded, cut back to the last checkpoint.

        Parameters
        ----------
        force
            Go on too where other versions of what the bits depend on would do so: see `versions`.

        Returns
        -------
        step, state
            The step to go on with, and what `checkpoint` was given.

        Raises
        ------
        TraceError
            If the partial folder is of other settings, or damaged.
        """
        with writing(self.partial):
            try:
                with np.load(self.partial / CHECKPOINT, allow_pickle=False) as saved:
                    state = {name: saved[name] for name in saved.files}
                about = json.loads(str(state.pop("about")))
                if state.keys() != set(about["arrays"]):
                    raise ValueError("a name was changed")
            except OSError:
                raise
            except Exception:  # what is raised for a damaged zip file has many types
                raise self._beyond_repair(self.partial / CHECKPOINT) from None
            begun = about["plan"].pop("versions", {})
            plan = self._plan()
            del plan["versions"]
            if about["plan"] != plan:
                raise self.make_error_of_others()
            self._go_on_with(begun, force)
            step = about["step"]
            for name, (shape, dtype) in self.shapes.items():
                path = self.partial / f"{name}.npy"
                if not path.exists():
                    raise self._beyond_repair(path)
                file = self._files[name] = path.open("r+b")
                start = _write_array_header(file, shape, dtype)
                end = start + _nbytes((self._rows(name, step), *shape[1:]), dtype)
                if file.seek(0, os.SEEK_END) < end:
                    raise self._beyond_repair(path)
                file.truncate(end)
                file.seek(end)
        return step, state | about["state"]

    def make_error_of_others(self) -> TraceError:
        """The error of an unfinished run that is not of these settings."""
        return TraceError(
            f"{self.partial} was begun with other settings or data: "
            f"give the same to go on, or start over with {self._start_over}"
        )

    def _go_on_with(self, begun: Mapping[str, str | int], force: bool) -> None:
        """Raise TraceError if a run was begun with other versions; if forced, name both."""
        other = {
            name: (begun.get(name), now)
            for name, now in self.versions.items()
            if str(begun.get(name)).split(_THEN)[-1] != str(now)
        }
        if other and not force:
            told = ", ".join(
                f"{name.replace('_', ' ')} {before}, now {now}"
                for name, (before, now) in other.items()
            )
            command = train_command(self.recipe, self.folder, self.record)
            raise TraceError(
                f"{self.partial} was begun with {told}: it would not end with the bytes of an "
                f"uninterrupted run; {command} --resume --force goes on all the same"
            )
        self.versions = {
            **self.versions,
            **begun,
            **{name: f"{before}{_THEN}{now}" for name, (before, now) in other.items()},
        }

    @property
    def _start_over(self) -> str:
        return f"{train_command(self.recipe, self.folder, self.record)} --force"

    def _beyond_repair(self, path: Path) -> TraceError:
        return TraceError(
            f"{path} is damaged, so the run cannot go on: start over with {self._start_over}"
        )

    def _plan(self) -> dict[str, Any]:
        plan = {
            "recipe": self.recipe.to_dict(),
            "dataset": self.dataset,
            "record": self.record,
            "snapshots": self.snapshots,
            "versions": self.versions,
        }
        return dict(json.loads(json.dumps(plan)))

    def write(self, segment: Segment, error: NDArray[Any], loss: NDArray[Any]) -> None:
        """Append consecutive steps; error and loss (n, B)."""
        sparse = self.record == "sparse"
        rows: Any = slice(None)
        if sparse:
            first = bisect_left(self.recorded, segment.start)
            last = bisect_left(self.recorded, segment.stop)
            rows = [step - segment.start for step in self.recorded[first:last]]
        with writing(self.partial):
            self._append("error", error.mean(axis=1) if sparse else error)
            self._append("loss", loss.mean(axis=1) if sparse else loss)
            if sparse and not rows:
                return
            self._append("index", segment.index[rows])
            for layer, (a, delta) in enumerate(zip(segment.a, segment.delta, strict=True), 1):
                self._append(f"a{layer}", a[rows])
                self._append(f"delta{layer}", delta[rows])

    def snapshot(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Append the parameters as they are now; {"W1": ..., "b1": ...}."""
        with writing(self.partial):
            for name, array in parameters.items():
                self._append(name, array)

    def checkpoint(self, step: int, arrays: dict[str, Any], state: dict[str, Any]) -> None:
        """Make all that was written so far count.

        Parameters
        ----------
        step
            The step that comes next.
        arrays, state
            What training needs to go on from there: arrays, and values that JSON can hold.
        """
        about = json.dumps(
            {"plan": self._plan(), "step": step, "state": state, "arrays": [*arrays]}
        )
        with writing(self.partial):
            for file in self._files.values():
                file.flush()
            beside = self.partial / f"{CHECKPOINT}.new"
            with beside.open("wb") as file:
                np.savez(file, about=np.array(about), **arrays)
            beside.replace(self.partial / CHECKPOINT)

    def finish(
        self,
        parameters: Mapping[str, NDArray[Any]],
        epochs: Sequence[Mapping[str, Any]],
        confusion: NDArray[np.int64],
        diverged_at: int | None = None,
    ) -> None:
        """Write what remains and give the trace its final name.

        Parameters
        ----------
        parameters
            After the last step.
        diverged_at
            The step that could not be taken: the trace then ends before it.
        """
        steps = self.planned_steps if diverged_at is None else diverged_at
        self.recorded = self.recorded[: bisect_left(self.recorded, steps)]
        self.snapshots = [*self.snapshots[: bisect_left(self.snapshots, steps)], steps]
        self.planned_steps, planned_steps = steps, self.planned_steps
        shapes = self._shapes()
        shapes["confusion"] = (confusion.shape, "int64")
        last_rows = {**parameters, "confusion": confusion}
        with writing(self.partial):
            self._files["confusion"] = (self.partial / "confusion.npy").open("wb")
            for name, (shape, dtype) in shapes.items():
                file = self._files[name]
                end = _write_array_header(file, shape, dtype) + _nbytes(shape, dtype)
                if name in last_rows:
                    rows = np.ascontiguousarray(last_rows[name], dtype)
                    file.seek(end - rows.nbytes)
                    file.write(rows.data)
                file.truncate(end)  # which also writes, or says that it cannot, what is buffered
            self.close()
            header: dict[str, Any] = {
                "format": FORMAT,
                "recipe": self.recipe.to_dict(),
                "dataset": self.dataset,
                "layer_sizes": list(self.recipe.sizes),
                "dtype": "float32",
                "steps": steps,
                "planned_steps": planned_steps,
                "batch": self.batch,
                "record": self.record,
                "snapshots": self.snapshots,
                "epochs": list(epochs),
                "arrays": {
                    name: {
                        "shape": list(shape),
                        "dtype": dtype,
                        "sha256": file_digest(self.partial / f"{name}.npy"),
                    }
                    for name, (shape, dtype) in shapes.items()
                },
                "versions": self.versions,
            }
            if self.record == "sparse":
                header["recorded"] = list(self.recorded)
            if diverged_at is not None:
                header["diverged_at"] = diverged_at
            header["sha256"] = header_digest(header)
            write_whole(self.partial / HEADER, json.dumps(header, indent=1) + "\n")
        self.give_name()

    @property
    def is_whole(self) -> bool:
        """Whether the unfinished run is a whole trace of these settings, but for its name."""
        try:
            header = json.loads((self.partial / HEADER).read_text(encoding="utf-8"))
            plan = self._plan()
            return (
                all(header[name] == plan[name] for name in ("recipe", "dataset", "record"))
                and header["sha256"] == header_digest(header)
                and all(
                    file_digest(self.partial / f"{name}.npy") == about["sha256"]
                    for name, about in header["arrays"].items()
                )
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return False

    def give_name(self) -> None:
        """Rename the finished folder to its final name."""
        with writing(self.partial):
            # From now on its header says that it is ours, and before it did the mark.
            for name in (CHECKPOINT, f"{CHECKPOINT}.new", MARK):
                (self.partial / name).unlink(missing_ok=True)
            put_in_place(self.partial, self.folder)

    def _append(self, name: str, rows: NDArray[Any]) -> None:
        self._files[name].write(np.ascontiguousarray(rows, self.shapes[name][1]).data)

    def close(self) -> None:
        """Close the files; what no checkpoint covers is lost."""
        for file in self._files.values():
            # On a full disk what is still in memory fails to be written here once more.
            with contextlib.suppress(OSError):
                file.close()
        self._files.clear()


def check_place(folder: Path, replace: bool = False) -> None:
    """Raise PlaceError if training could not put its trace there in the end.

    Parameters
    ----------
    folder
        Where it is to go.
    replace
        Whether a trace that is there may be replaced: training is forced, or was when it began.
    """
    check_replaceable(folder)
    finish_replacing(folder)
    check_replaceable(_partial(folder))
    with looking(folder):
        if not is_taken(folder):
            return
        if replace and is_taken(_old(folder)):
            raise PlaceError(
                f"{_old(folder)} is in the way, left by a run that was stopped or put there by "
                "somebody: move it away"
            )
        if (
            os.path.ismount(folder)
            or not os.access(folder, os.W_OK | os.X_OK)
            or _is_kept_by_its_parent(folder)
        ):
            raise PlaceError(f"{folder} cannot be replaced: choose another --out")


def check_replaceable(folder: Path) -> None:
    """Raise PlaceError if anything but a trace, whole or not, is there: it is not ours to delete.

    See `network.folder`.
    """
    with looking(folder):
        with contextlib.suppress(FileNotFoundError):
            folder.stat()  # its links may lead in a circle, or through a file
        if not is_taken(folder):
            return
        if not folder.is_dir() or folder.is_symlink():
            raise PlaceError(f"{folder} is neither a folder nor a trace: choose another --out")
        stranger = find_stranger(folder)
        if stranger:
            raise PlaceError(
                f"{folder} is no trace and not empty (it holds {stranger}): choose another "
                "--out, or move it away"
            )


def _is_kept_by_its_parent(folder: Path) -> bool:
    """Whether only its owner may rename it, as in /tmp, and that is somebody else."""
    if not hasattr(os, "geteuid"):
        return False
    parent = folder.parent.stat()
    own = (0, parent.st_uid, folder.stat().st_uid)
    return bool(parent.st_mode & stat.S_ISVTX) and os.geteuid() not in own


def _partial(folder: Path) -> Path:
    return folder.with_name(folder.name + PARTIAL_SUFFIX)


def _old(folder: Path) -> Path:
    """Where a trace stands that is being replaced."""
    return folder.with_name(f".{folder.name}.old")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _delete(folder: Path) -> None:
    """Delete a folder that `check_replaceable` has found to be a trace, and nothing else in it."""
    if not folder.exists():
        return
    for file in in_order_of_deletion(folder):
        if is_own(file):
            file.unlink()
    folder.rmdir()


def put_in_place(partial: Path, folder: Path) -> None:
    """Rename the finished folder to its final name; a trace that stood there goes last."""
    if is_taken(folder):
        check_replaceable(folder)
        _note_replaced(folder, file_digest(folder / HEADER) if (folder / HEADER).exists() else "")
        folder.rename(_old(folder))
    elif folder.exists():
        folder.rmdir()
    partial.rename(folder)
    _delete_replaced(folder)


def finish_replacing(folder: Path) -> None:
    """Delete what a run that was killed left of the trace that it had replaced.

    Raises
    ------
    TraceError
        If another process is training there.
    """
    with looking(folder):
        left = is_taken(_old(folder)) and _lock_path(folder).exists()
    if left:
        with Lock(folder), writing(folder):
            _delete_replaced(folder)


def _delete_replaced(folder: Path) -> None:
    """Delete the old trace if the new one is there, and we are who gave the old one its name."""
    old, header = _old(folder), _old(folder) / HEADER
    noted = _replaced(folder)
    if noted and (folder / HEADER).exists():
        if header.is_file() and file_digest(header) == noted and find_stranger(old) is None:
            _delete(old)
        elif not is_taken(old) and old.exists():
            old.rmdir()
        _note_replaced(folder, "")


def _lock_path(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")


def _note_replaced(folder: Path, digest: str) -> None:
    """Write into the lock which trace is being replaced, by the hash of its header; "" for none.

    A copy that somebody keeps under the name of the old one has no such note, and is left alone.
    """
    # Behind the first byte, which is locked.
    with _lock_path(folder).open("r+b") as file:
        file.truncate(1)
        file.seek(1)
        file.write(digest.encode())


def _replaced(folder: Path) -> str:
    with contextlib.suppress(OSError), _lock_path(folder).open("rb") as file:
        file.seek(1)
        return file.read(64).decode("ascii", "replace")
    return ""


def versions() -> dict[str, str | int]:
    """What made the trace, and all that its bytes depend on besides the recipe."""
    return {
        "glassnet": network.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        **blas_versions(),
    }


def _nbytes(shape: Sequence[int], dtype: str) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize


def _write_array_header(file: BinaryIO, shape: tuple[int, ...], dtype: str) -> int:
    """Write the .npy header at the start and return its length, which no shape of ours changes."""
    file.seek(0)
    np.lib.format.write_array_header_1_0(
        file, {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    )
    return file.tell()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into a TraceError for people."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise TraceError(
                f"the disk is full: could not write {path}; make room and go on with --resume"
            ) from error
        raise TraceError(f"cannot write {error.filename or path}: {reason_of(error)}") from error


@contextlib.contextmanager
def looking(path: Path) -> Iterator[None]:
    """Turn an OSError of a block that only looks whether a place will do into a PlaceError."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise TraceError(
                f"the disk is full: could not write {path}; make room, or choose another --out"
            ) from error
        raise PlaceError(
            f"{error.filename or path} cannot be used: {reason_of(error)}; choose another --out"
        ) from error


class Lock:
    """At most one process at a time writes a trace; a killed process lets go by itself.

    Where nothing was made, neither the lock nor a folder for it is left.

    Parameters
    ----------
    folder
        Final name of the trace.
    wait
        Wait for the other process instead of raising.

    Raises
    ------
    TraceError
        If another process has it, and `wait` is False; a PlaceError if there can be none.
    """

    def __init__(self, folder: Path, wait: bool = False) -> None:
        self.folder, self.wait = folder, wait
        self.path = _lock_path(folder)
        self._file: BinaryIO | None = None
        self._made: list[Path] = []

    def __enter__(self) -> "Lock":
        self._take()
        # Whoever had it may have taken the file away, in whose place there may be another by now.
        while not self._is_there():
            assert self._file is not None
            self._file.close()
            self._take()
        return self

    def _is_there(self) -> bool:
        assert self._file is not None
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def _take(self) -> None:
        with looking(self.path):
            above = [path for path in self.path.parents if not path.exists()]
            self._made = [] if self.path.exists() else [self.path, *above]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open_lock(self.path)
            taken = lock(self._file, wait=False)
        if not taken and not self.wait:
            self._file.close()
            raise TraceError(
                f"another process is training {self.folder}: wait for it, or choose another --out"
            )
        if not taken:
            tell(f"waiting for another process that trains {self.folder}")
            with writing(self.path):
                lock(self._file, wait=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._file is not None
        if error is not None and not any(map(is_taken, (self.folder, _partial(self.folder)))):
            with contextlib.suppress(OSError):  # another process has put something beside it
                for path in self._made:
                    path.unlink() if path == self.path else path.rmdir()
        self._file.close()
