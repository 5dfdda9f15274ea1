"""The sets of labelled images that networks learn from: MNIST, Fashion-MNIST, any IDX folder.

Second step of the way of the data: IDX files → `Dataset` → training, and the pictures that
the chapters show. A known set is always the published one, to the last bit: every file that
is read is checked against the publisher's SHA-256.
"""

import difflib
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.classes import numbered, read_names
from network.download import download as download_files
from network.errors import DatasetError, SettingsError, printable
from network.files import reason_of
from network.idx import Bytes, read_hashed, read_idx, times, to_idx, write_idx

__all__ = [
    "DATASETS",
    "Dataset",
    "Spec",
    "Split",
    "data_folder",
    "find_folder",
    "get_spec",
    "load",
    "one_hot",
    "read_idx",
    "split_validation",
    "write_idx",
]

Images = NDArray[np.float32]

# In the order in which their hashes make up the hash of the set.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_OWN_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Spec:
    """What is known of a published set before any of its files is read."""

    name: str
    title: str
    classes: tuple[str, ...]
    sha256: tuple[str, str, str, str]
    """Of the uncompressed files, in the order of `FILES`."""
    credit: str
    page: str
    """Where a person finds the files."""
    mirrors: tuple[str, ...] = ()
    """Addresses of folders that hold the gzipped files."""
    elsewhere: tuple[Path, ...] = ()
    """Folders on this machine that may hold the set already."""
    counts: tuple[int, int] = (60_000, 10_000)
    size: tuple[int, int] = (28, 28)

    def get_shape(self, number: int) -> tuple[int, ...]:
        """Give the shape of file `number` of `FILES`: (n, rows, cols) or (n,)."""
        count = self.counts[number // 2]
        return (count,) if number % 2 else (count, *self.size)


DATASETS: Mapping[str, Spec] = {
    "mnist": Spec(
        name="mnist",
        title="MNIST",
        classes=tuple("0123456789"),
        sha256=(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        credit="Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0",
        page="glassnet's own repository, folder data/mnist",
        # For when GLASSNET_DATA names another disk: the committed files stay where they are.
        elsewhere=(_OWN_DATA / "mnist",),
    ),
    "fashion-mnist": Spec(
        name="fashion-mnist",
        title="Fashion-MNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        sha256=(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        credit="Zalando Research (Han Xiao, Kashif Rasul, Roland Vollgraf), MIT",
        page="https://github.com/zalandoresearch/fashion-mnist (folder data/fashion)",
        # The publisher's S3 bucket by its plain name: its website address has no https.
        mirrors=(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com",
        ),
        # Debian's package dataset-fashion-mnist.
        elsewhere=(Path("/usr/share/datasets/fashion-mnist"),),
    ),
}
_ALIASES = {"fashion": "fashion-mnist", "fashionmnist": "fashion-mnist"}


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels, read-only.

    Parameters
    ----------
    pixels
        uint8 (n, rows, cols), 0 is the background.
    labels
        uint8 (n,).
    white
        The pixel that a network sees as 1: what pixels are divided by.
    """

    pixels: Bytes
    labels: Bytes
    white: int = 255

    def __post_init__(self) -> None:
        for name, dimensions in (("pixels", 3), ("labels", 1)):
            array = getattr(self, name)
            if array.dtype != np.uint8 or array.ndim != dimensions:
                raise DatasetError(
                    f"{name} must be uint8 with {dimensions} dimensions,"
                    f" not {array.dtype} of shape {array.shape}"
                )
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, name, view)
        if len(self.pixels) != len(self.labels):
            raise DatasetError(f"{len(self.pixels):,} images but {len(self.labels):,} labels")

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self):,} images of {self.pixels.shape[1]} × {self.pixels.shape[2]})"

    @cached_property
    def images(self) -> Images:
        """What a network sees: x = pixels / white, float32 (n, rows · cols) in [0, 1]."""
        return _as_images(self.pixels.reshape(len(self), -1), self.white)

    def image(self, index: int) -> Images:
        """Give one image, float32 (rows · cols,): the bits of ``images[index]``, at once."""
        return _as_images(self.pixels[index].reshape(-1), self.white)


class Dataset:
    """A training and a test split: ``Dataset("corners", train, test)``; `load` reads files.

    Parameters
    ----------
    name
        What it is called. What `load` gave is found again by it.
    train, test
        The images to learn from, and those to be judged by, never learned from.
    classes
        What each label stands for; "class 0" and so on if not given.

    Attributes
    ----------
    origin
        Where it is from: "memory", or a folder.

    Raises
    ------
    DatasetError
        If the splits differ in size, or labels have no class.
    """

    origin = "memory"
    spec: Spec | None = None

    def __init__(
        self, name: str, train: Split, test: Split, classes: Sequence[str] | None = None
    ) -> None:
        self.name = name
        if train.pixels.shape[1:] != test.pixels.shape[1:]:
            raise DatasetError(
                f"{name}: images to learn from have {times(train.pixels.shape[1:])} pixels, and "
                f"those to be judged by {times(test.pixels.shape[1:])}"
            )
        count = 1 + max(int(split.labels.max()) for split in (train, test))
        self._given = train, test, tuple(classes or numbered(count))
        if len(self._given[2]) < count:
            raise DatasetError(f"{name}: {count} labels, and names for {len(self._given[2])}")

    @property
    def train(self) -> Split:
        """The images to learn from."""
        return self._given[0]

    @property
    def test(self) -> Split:
        """The images to be judged by, never learned from."""
        return self._given[1]

    @property
    def classes(self) -> tuple[str, ...]:
        """What each label stands for."""
        return self._given[2]

    @property
    def fewest_classes(self) -> int:
        """How many outputs a network for it has at least; as many as `classes` at most."""
        return len(self.classes)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, from {self.origin!r})"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the set was read, a line each."""
        return ()

    @cached_property
    def sha256(self) -> str:
        """One digest for the set: of the four files' hex digests, in the order of `FILES`.

        The files' own digests are of their uncompressed bytes; in memory, of what they would be.
        """
        return hashlib.sha256("".join(self.get_hashes()).encode("ascii")).hexdigest()

    def get_hashes(self) -> tuple[str, ...]:
        """Give the SHA-256 of each file's uncompressed bytes, in the order of `FILES`."""
        arrays = (array for split in self._given[:2] for array in (split.pixels, split.labels))
        return tuple(hashlib.sha256(to_idx(array)).hexdigest() for array in arrays)


class FileDataset(Dataset):
    """A set of four files, each read when it is first asked for. Get one with `load`."""

    def __init__(self, name: str, folder: Path, spec: Spec | None = None) -> None:
        self.name = name
        self.folder = folder
        self.spec = spec
        self.origin = str(folder)
        self._read: dict[int, tuple[Bytes, str]] = {}

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """What each label stands for: see `network.classes`.

        For a folder of unknown files without names these are "class 0" and so on: as many as its
        largest label needs, but at least ten, since the published networks have ten outputs and a
        small sample need not contain the last of them.

        Raises
        ------
        DatasetError
            If what the folder calls them is no list of names.
        """
        return self._names or numbered(max(10, self._labels_needed))

    @property
    def fewest_classes(self) -> int:
        """How many outputs a network for it has at least; as many as `classes` at most."""
        return len(self.classes) if self._names else max(2, self._labels_needed)

    @cached_property
    def _names(self) -> tuple[str, ...] | None:
        """Names that are known: of a published set, of its files anywhere, of the folder's own."""
        if self.spec:
            return self.spec.classes
        names = read_names(self.folder, self._labels_needed)
        if names:
            return names
        digests = self._get_file(1)[1], self._get_file(3)[1]
        for spec in DATASETS.values():
            if digests == (spec.sha256[1], spec.sha256[3]):
                return spec.classes
        return None

    @property
    def _labels_needed(self) -> int:
        return 1 + max(int(self._get_file(number)[0].max()) for number in (1, 3))

    @cached_property
    def train(self) -> Split:
        """The images to learn from."""
        return self._get_split(0)

    @cached_property
    def test(self) -> Split:
        """The images to be judged by, never learned from."""
        return self._get_split(2)

    def get_hashes(self) -> tuple[str, ...]:
        """Give the SHA-256 of each file's uncompressed bytes, in the order of `FILES`."""
        if self.spec:
            return self.spec.sha256
        return tuple(self._get_file(number)[1] for number in range(len(FILES)))

    def _get_split(self, number: int) -> Split:
        """Give the split whose images are file `number` of `FILES`, its labels the next."""
        pixels, labels = self._get_file(number)[0], self._get_file(number + 1)[0]
        if len(pixels) != len(labels):
            raise DatasetError(
                f"{printable(self.get_path(number + 1))}: {len(labels):,} labels for the"
                f" {len(pixels):,} images of {self.get_path(number).name}; one is of another set"
            )
        # The shapes of a known set are checked already, without reading the training images.
        size = pixels.shape[1:] if self.spec or number == 0 else self._get_file(0)[0].shape[1:]
        if pixels.shape[1:] != size:
            raise DatasetError(
                f"{printable(self.get_path(number))}: images of {times(pixels.shape[1:])} pixels,"
                f" but those to learn from have {times(size)}"
            )
        return Split(pixels, labels, self.white)

    @cached_property
    def white(self) -> int:
        """The largest pixel: 255, or 1 where all images of both sets know only 0 and 1."""
        if self.spec or (largest := int(self._get_file(0)[0].max())) > 1:
            return 255
        return 1 if max(largest, int(self._get_file(2)[0].max())) == 1 else 255

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the set was read, a line each."""
        if self.white == 255:
            return ()
        return (f"{printable(self.name)}: pixels are 0 and 1, so they are not divided by 255",)

    def _get_file(self, number: int) -> tuple[Bytes, str]:
        """Read file `number` of `FILES`, once."""
        if number not in self._read:
            path = self.get_path(number)
            try:
                self._read[number] = (
                    _read_known(path, self.spec, number)
                    if self.spec
                    else read_hashed(path, dimensions=1 if number % 2 else 3)
                )
            except DatasetError as error:
                if self.spec is None:
                    raise
                raise DatasetError(f"{error}; {_get_remedy(self.spec, self.folder)}") from error
        return self._read[number]

    def get_path(self, number: int) -> Path:
        """Find file `number` of `FILES`."""
        found = _find(self.folder, FILES[number])
        if found is None:
            raise DatasetError(
                f"{printable(self.folder)}: no {FILES[number]} (nor {FILES[number]}.gz) in it;"
                f" {_what_is_there(self.folder)}"
            )
        return found


def data_folder() -> Path:
    """Give the folder of data sets and traces: ``GLASSNET_DATA``, else the checkout's ``data``."""
    return Path(os.environ.get("GLASSNET_DATA") or _OWN_DATA)


def load(name: str | Path, *, download: bool = True, quiet: bool = False) -> FileDataset:
    """Find a data set; its images are read when they are first used.

    Parameters
    ----------
    name
        A name in `DATASETS` ("fashion" is short for "fashion-mnist"), or a folder of four IDX
        files, gzipped or not.
    download
        Whether a known set that is not on this machine may be fetched.
    quiet
        Without a progress bar.

    Raises
    ------
    SettingsError
        Neither a known name nor a folder.
    DatasetError
        Files are missing, or cannot be fetched. Damaged files are found when they are read.
    """
    spec = get_spec(name)
    if spec:
        folder = find_folder(spec)
        if folder is None:
            folder = data_folder() / spec.name
            _fetch(spec, folder, download, quiet)
        dataset = FileDataset(spec.name, folder, spec)
    else:
        try:
            if not os.path.isdir(name):
                _check_reachable(name)
                raise SettingsError(_explain_name(str(name)))
            folder = Path(name).resolve()
            os.scandir(folder).close()
            _check_reachable(folder / FILES[0])
        except PermissionError as error:
            raise DatasetError(
                f"{printable(name)}: the folder cannot be read: {reason_of(error)}"
            ) from error
        dataset = FileDataset(str(folder), folder)
    for number in range(len(FILES)):
        dataset.get_path(number)
    return dataset


def _check_reachable(path: str | Path) -> None:
    """Raise PermissionError if it cannot be said what is there, or whether anything is."""
    try:
        os.stat(path)
    except PermissionError:
        raise
    except (OSError, ValueError):
        pass


def one_hot(labels: ArrayLike, classes: int = 10) -> Images:
    """Write each label as a row of zeros with a 1 in its place: y = eye(classes)[label].

    Parameters
    ----------
    labels
        Whole numbers in 0 … classes − 1, of shape (n,).

    Returns
    -------
    float32 (n, classes).

    Raises
    ------
    DatasetError
        A label is out of range, or not a whole number.
    """
    if classes < 1:
        raise SettingsError(f"one_hot needs at least one class, not {classes}")
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise DatasetError(f"labels must be whole numbers, not {labels.dtype}")
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise DatasetError(
            f"label {labels.flat[wrong[0]]} at index {wrong[0]} is outside"
            f" 0 … {classes - 1}, the classes of this network"
        )
    y: Images = np.eye(classes, dtype=np.float32)[labels]
    return y


def split_validation(split: Split, n: int) -> tuple[Split, Split]:
    """Hold out the last `n` images: the rest to learn from, and those to validate with.

    Raises
    ------
    SettingsError
        Nothing would be left to learn from, or `n` is negative.
    """
    if not 0 <= n < len(split):
        raise SettingsError(f"cannot hold out {n} of {len(split):,} images")
    cut = len(split) - n
    return (
        Split(split.pixels[:cut], split.labels[:cut]),
        Split(split.pixels[cut:], split.labels[cut:]),
    )


def _as_images(pixels: Bytes, white: int) -> Images:
    """Divide by white in float32; in place, since the training images take 188 MB."""
    images = pixels.astype(np.float32)
    images /= np.float32(white)
    images.setflags(write=False)
    return images


def _read_known(path: Path, spec: Spec, number: int) -> tuple[Bytes, str]:
    shape = spec.get_shape(number)
    return read_hashed(path, dimensions=len(shape), shape=shape, sha256=spec.sha256[number])


def get_spec(name: str | Path) -> Spec | None:
    """The known set of that name, as people write it; None for a folder and for what is unknown."""
    if isinstance(name, Path) and os.path.isdir(name):
        return None
    key = str(name).strip().lower().replace("_", "-").replace(" ", "-")
    return DATASETS.get(_ALIASES.get(key, key))


def _find(folder: Path, base: str) -> Path | None:
    """Find the file `base` in `folder`, by any of the names that it goes by.

    Some unpackers turn the hyphen before "idx" into a dot, and may wrap the file in a folder
    of its own name; some sets say "test" instead of "t10k".
    """
    stems = [base, base.replace("-idx", ".idx")]
    stems += [stem.replace("t10k", "test") for stem in stems]
    paths = [folder / f"{stem}{end}" for stem in stems for end in ("", ".gz")]
    files = [path for path in paths if os.path.isfile(path)]
    # What is there but no file is named too, so that reading it can say what it is.
    return next(iter(files or [path for path in paths if os.path.lexists(path)]), None)


def _what_is_there(folder: Path) -> str:
    """What a folder holds in place of four IDX files, and what to do about it."""
    there = [path for path in folder.iterdir() if not path.name.startswith(".")]
    names = sorted(path.name for path in there if path.is_file())
    if there and not names:
        return f"it holds folders and no file; a set is four IDX files, {FILES[0]} and so on"
    low = [name.lower() for name in names]
    if any(name.startswith("emnist") for name in low):
        return (
            "it holds EMNIST, whose images are transposed: write images.transpose(0, 2, 1) with "
            f"network.datasets.write_idx, as {FILES[0]} and so on"
        )
    if any(name.startswith("qmnist") for name in low):
        return (
            "it holds QMNIST: call its images "
            f"{FILES[0]} and so on, and write the first column of its labels, as uint8, with "
            "network.datasets.write_idx"
        )
    shown = f"it holds {', '.join(names[:3])}{', …' * (len(names) > 3)}; " if names else ""
    return f"{shown}a set is four IDX files, {FILES[0]} and so on"


def find_folder(spec: Spec) -> Path | None:
    """Find the first folder that holds all of a known set."""
    own = data_folder() / spec.name
    present = [_find(own, base) is not None for base in FILES]
    if all(present):
        return own
    if any(present) and not spec.mirrors:
        return own  # half a set that cannot be completed is a fault to tell, not to work around
    for folder in spec.elsewhere:
        if all(_find(folder, base) for base in FILES):
            return folder
    return None


def _fetch(spec: Spec, folder: Path, allowed: bool, quiet: bool) -> None:
    """Fetch what `folder` lacks of a known set."""
    by_hand = f"put its four files into {printable(folder)} by hand, from {spec.page}"
    if not (allowed and spec.mirrors):
        places = " or ".join(printable(place) for place in (folder, *spec.elsewhere))
        why = "downloading is switched off" if spec.mirrors else "it is not fetched"
        raise DatasetError(f"{spec.title} is not in {places}, and {why}: {by_hand}")

    def check(path: Path, name: str) -> None:
        _read_known(path, spec, FILES.index(name.removesuffix(".gz")))

    try:
        download_files(
            [f"{base}.gz" for base in FILES if _find(folder, base) is None],
            folder,
            spec.mirrors,
            check,
            # gzip makes nothing much larger.
            most_bytes=int(np.prod(spec.get_shape(0))) + (1 << 16),
            quiet=quiet,
        )
    except DatasetError as error:
        raise DatasetError(f"{spec.title}: {error}; or {by_hand}") from error


def _get_remedy(spec: Spec, folder: Path) -> str:
    if spec.mirrors and folder == data_folder() / spec.name:
        return "delete it, and it is fetched anew"
    if folder == _OWN_DATA / "mnist":
        return "restore it with: git checkout -- data/mnist"
    return f"replace it by the file from {spec.page}"


def _explain_name(name: str) -> str:
    if os.path.exists(name):
        return f"{printable(name)} is a file; give the folder of the four IDX files"
    if name != os.path.basename(name):
        return f"{printable(name)}: there is no such folder; a data set is one of four IDX files"
    near = difflib.get_close_matches(name.lower(), [*DATASETS, *_ALIASES], n=1)
    return (
        f"unknown data set '{printable(name)}'"
        + (f", did you mean '{_ALIASES.get(near[0], near[0])}'?" if near else ",")
        + f" known are {', '.join(DATASETS)}; a folder of IDX files works too"
    )
