"""The set-up: what is pinned, what `tools/installed.py` believes, what `tools/setup.sh` refuses."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from manim._config.utils import ManimConfig
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools import installed

ROOT = Path(__file__).resolve().parents[1]
# The oldest Python that we promise, Debian 12's.
OLDEST = {"python_version": "3.11", "python_full_version": "3.11.2"}

posix_only = pytest.mark.skipif(os.name == "nt", reason="bash and make are for Linux and macOS")


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    requirements = [Requirement(line.partition("#")[0]) for line in lines if line[0] != "#"]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def declared() -> tuple[list[Requirement], list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return (
        [Requirement(text) for text in project["dependencies"]],
        [Requirement(text) for text in extras["video"] + extras["dev"]],
    )


def everything_needed(**environment: str) -> dict[str, metadata.Distribution]:
    """Every package that the project and its extras need, by the packages' own metadata."""
    base, extra = declared()
    found: dict[str, metadata.Distribution] = {}
    waiting, seen = [*base, *extra], set()
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), requirement.extras or {""}
        if (name, *sorted(extras)) in seen:
            continue
        seen.add((name, *sorted(extras)))
        found[name] = metadata.distribution(name)
        waiting += [
            needed
            for needed in map(Requirement, found[name].requires or [])
            if needed.marker is None
            or any(needed.marker.evaluate(environment | {"extra": extra}) for extra in extras)
        ]
    return found


def test_everything_that_is_needed_is_pinned_exactly_and_that_version_is_here():
    versions = {name: package.version for name, package in everything_needed().items()}
    assert len(versions) > 40  # the walk went past what pyproject.toml names itself
    pinned = {name: str(pin.specifier).removeprefix("==") for name, pin in pins().items()}
    assert {name: pinned.get(name) for name in versions} == versions


def test_pins_are_exact_and_within_what_pyproject_allows():
    pinned = pins()
    for pin in pinned.values():
        assert re.fullmatch(r"==[0-9.]+", str(pin.specifier)), pin
    base, extra = declared()
    for requirement in [*base, *extra]:
        version = str(pinned[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert version in requirement.specifier, requirement


def test_pins_can_be_installed_with_the_python_of_debian_12():
    for name, package in everything_needed(**OLDEST).items():
        needs = SpecifierSet(package.metadata.get("Requires-Python", ""))
        assert OLDEST["python_full_version"] in needs, (name, needs)


def test_the_plain_installation_needs_numpy_and_tqdm_only():
    base, _ = declared()
    assert {requirement.name for requirement in base} == {"numpy", "tqdm"}


def test_no_address_of_a_package_index_is_written_down():
    for name in [*installed.SETTINGS, "Makefile", ".ci/run"]:
        text = (ROOT / name).read_text()
        assert not re.search(r"index-url|find-links|trusted-host|\w://", text), name


@posix_only
def test_make_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    named = {"video", "handout", "doctor", "test", "bench", "results", "lint", "clean"}
    assert named <= set(targets)
    shown = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\w+) +\w", shown, re.M)) == set(targets)


def test_manim_reads_its_settings_from_the_project():
    config = ManimConfig().digest_file(ROOT / "manim.cfg")
    assert Path(config.media_dir) == Path("renders/media")
    assert config.background_color.to_hex() == "#0E1116"
    assert config.max_files_cached == -1
    assert config.notify_outdated_version is False


# tools/installed.py, on a small environment made for the purpose


def write_package(site: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Lay down a package and its RECORD as pip would."""
    record = []
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{path},sha256={digest.decode()},{len(text.encode())}")
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir()
    record += [f"{name}/__pycache__/gone.cpython-311.pyc,,", f"{folder.name}/RECORD,,"]
    (folder / "RECORD").write_text("\n".join(record) + "\n")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose .venv holds stand-ins for packages, and is not stamped."""
    root = tmp_path / "check out"
    (root / "tools").mkdir(parents=True)
    for name in installed.SETTINGS:
        shutil.copy(ROOT / name, root / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    site = site_of(root)
    write_package(site, "cairo", "1.0", {"cairo/__init__.py": "", "cairo/draw.py": "line = 1\n"})
    write_package(site, "manimpango", "2.0", {"manimpango/__init__.py": "text = 2\n"})
    script = root / ".venv" / "bin" / "manim"
    script.write_text(f"#!/bin/sh\n'''exec' \"{root}/.venv/bin/python\" \"$0\" \"$@\"\n' '''\n")
    return root


def site_of(root: Path) -> Path:
    return next((root / ".venv" / "lib").glob("python3*")) / "site-packages"


def judge(root: Path, *options: str) -> tuple[int, str]:
    command = [root / ".venv/bin/python", "-I", root / "tools/installed.py", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout.strip() + done.stderr


@posix_only
def test_a_whole_set_up_is_ready_only_once_stamped(checkout: Path):
    assert judge(checkout) == (installed.STALE, "it has not been set up to the end")
    assert judge(checkout, "--stamp") == (installed.READY, "ready")
    assert judge(checkout) == (installed.READY, "ready")


@posix_only
@pytest.mark.parametrize(
    ("harm", "state", "reason"),
    [
        ("rm -r .venv/lib/python*/site-packages/cairo", "BROKEN", "cairo/__init__.py is missing"),
        (": > .venv/lib/python*/site-packages/cairo/draw.py", "BROKEN", "0 bytes instead of 9"),
        ("rm .venv/lib/python*/site-packages/cairo-*/RECORD", "BROKEN", "has no RECORD"),
        ("rm -r .venv/lib/python*/site-packages/cairo*", "STALE", "cairo 1.0 is missing"),
        ("cd .venv/lib/python*/site-packages; mv cairo-1.0.* cairo-1.1.dist-info; "
         "sed -i.old s/1.0/1.1/ cairo-1.1.dist-info/RECORD", "STALE", "1.1 is there"),
        ("echo 'numpy==1.0' >> constraints.txt", "STALE", "settings have changed"),
        ("echo '{' > .venv/glassnet.json", "STALE", "not been set up to the end"),
    ],
)  # fmt: skip
def test_harm_is_noticed_and_never_stamped_over(checkout: Path, harm: str, state: str, reason: str):
    assert judge(checkout, "--stamp") == (installed.READY, "ready")
    subprocess.run(["bash", "-euc", harm], cwd=checkout, check=True)
    code, said = judge(checkout)
    assert (code, reason in said) == (getattr(installed, state), True), said
    if state == "BROKEN":
        assert judge(checkout, "--stamp") == (code, said)


@posix_only
def test_a_package_that_a_missing_library_keeps_from_loading_is_not_ready(checkout: Path):
    site = site_of(checkout)
    shutil.rmtree(site / "cairo-1.0.dist-info")
    text = "raise ImportError('libcairo.so.2: cannot open shared object file')\n"
    write_package(site, "cairo", "1.0", {"cairo/__init__.py": text})
    assert judge(checkout, "--stamp") == (
        installed.STALE,
        "cairo does not load: libcairo.so.2: cannot open shared object file",
    )


@posix_only
def test_a_moved_checkout_is_not_believed(checkout: Path):
    judge(checkout, "--stamp")
    moved = checkout.rename(checkout.with_name("moved"))
    assert judge(moved) == (installed.BROKEN, f"it was made for {checkout}/.venv/bin")


# tools/setup.sh


def set_up(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    script = ["bash", root / "tools/setup.sh", *words]
    ours = {name: text for name, text in os.environ.items() if name != "PYTHON"}
    return subprocess.run(script, env=ours | environment, capture_output=True, text=True)


@posix_only
def test_set_up_again_is_silent_and_takes_less_than_two_seconds(checkout: Path):
    judge(checkout, "--stamp")
    start = time.perf_counter()
    done = set_up(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - start < 2


@posix_only
@pytest.mark.parametrize(
    ("answer", "reason"),
    [("printf '3.9.18\\t/old\\t/old/bin/python\\n'", "is Python 3.9.18"), ("false", "not run")],
)
def test_a_python_that_is_too_old_or_does_not_run_is_refused_in_one_line(
    checkout: Path, answer: str, reason: str
):
    old = checkout / "python3.9"
    old.write_text(f"#!/bin/sh\n{answer}\n")
    old.chmod(0o755)
    done = set_up(checkout, PYTHON=str(old))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert f"{old} is" in done.stderr or f"{old} does" in done.stderr
    assert reason in done.stderr
    assert (checkout / ".venv/bin/python").exists()


@posix_only
def test_without_root_missing_libraries_are_named_in_one_line(checkout: Path):
    shutil.rmtree(checkout / ".venv")
    programs = checkout / "programs"
    programs.mkdir()
    for name in ["bash", "dirname", "mktemp", "rm", "uname"]:
        (programs / name).symlink_to(shutil.which(name))
    (programs / "id").write_text("#!/bin/sh\necho 1000\n")
    (programs / "id").chmod(0o755)
    done = set_up(checkout, PATH=str(programs), PYTHON=sys.executable)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "libcairo2-dev" in done.stderr
    assert "dnf install" in done.stderr
    assert "brew install" in done.stderr
    assert not (checkout / ".venv").exists()


@posix_only
def test_a_word_that_it_does_not_know_is_refused(checkout: Path):
    done = set_up(checkout, "test")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "set-up: unknown word test: there is only tests\n"


@posix_only
def test_for_tests_a_browser_that_is_there_is_found_at_once(checkout: Path):
    judge(checkout, "--stamp")
    programs = checkout / "programs"
    programs.mkdir()
    for name, says in (("chromium", ""), ("fc-list", "a font")):
        (programs / name).write_text(f"#!/bin/sh\necho {says}\n")
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    done = set_up(checkout, "tests", PATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - start < 2


@posix_only
def test_for_tests_without_root_and_network_a_browser_is_asked_for_in_one_line(checkout: Path):
    judge(checkout, "--stamp")
    programs = checkout / "programs"
    programs.mkdir()
    for name in ["bash", "dirname", "flock", "head", "mktemp", "rm", "uname"]:
        found = shutil.which(name)
        if found:
            (programs / name).symlink_to(found)
    (programs / "id").write_text("#!/bin/sh\necho 1000\n")
    (programs / "id").chmod(0o755)
    done = set_up(checkout, "tests", PATH=str(programs))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install chromium fonts-dejavu-core" in done.stderr


@posix_only
def test_what_pip_says_is_told_in_a_few_lines(checkout: Path):
    """pip is a stand-in that says what pip would."""
    (checkout / ".venv/lib").exists()
    said = [f"Collecting package{n}" for n in range(45)]
    said += ["  Building wheel for pycairo (pyproject.toml): started", "  Downloading a (1 MB)"]
    said += ["Installing collected packages: " + ", ".join("abc"), "Successfully installed a"]
    pip = site_of(checkout) / "pip"
    pip.mkdir()
    (pip / "__init__.py").write_text("")
    (pip / "__main__.py").write_text(f"print({chr(10).join(said)!r})")
    done = set_up(checkout)
    lines = [line.removeprefix("set-up: ").strip() for line in done.stdout.splitlines()]
    assert lines[:5] == [
        "installing packages (the first time this takes a few minutes)",
        *("20 packages found", "40 packages found", "compiling pycairo", "unpacking 45 packages"),
    ]
    assert len(lines) < 12
