"""The gallery shows everything that the kit has, as the line below each picture makes it."""

import re
from pathlib import Path

import numpy as np
import pytest
from manim import Square, VMobject, tempconfig
from PIL import Image

from network.trace import Trace
from network.training import ensure_trace
from tools import gallery

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    quiet = {"verbosity": "ERROR", "quality": "medium_quality", "dry_run": True}
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), **quiet}):
        yield


def test_everything_of_the_kit_has_an_example_and_nothing_else():
    things = [kind.__name__ for _, kind in gallery.find_things()]
    assert len(things) > 20
    assert sorted(things) == sorted(gallery.EXAMPLES), "add or remove a line of tools/gallery.py"


def test_the_gallery_is_as_the_kit_is_now(tmp_path):
    *pictures, page = gallery.write(tmp_path, Trace.open(ensure_trace("sigmoid-online")))
    anew = "the kit has changed: make gallery"
    assert page.read_text() == (DOCS / "gallery.md").read_text(), anew
    names = {path.name for path in pictures}
    assert names == {path.name for path in (DOCS / "gallery").glob("*.png")}, anew
    for path in pictures:
        now, then = (Image.open(p).convert("L") for p in (path, DOCS / "gallery" / path.name))
        assert now.size == pytest.approx(then.size, abs=2), f"{path.name}: {anew}"
        small = [np.asarray(it.resize((32, 32)), np.float64) for it in (now, then)]
        # Processors may round a training run differently, so not to the last pixel.
        assert np.abs(small[0] - small[1]).mean() < 4, f"{path.name}: {anew}"


def test_what_a_line_makes_is_of_its_class():
    trace = Trace.open(ensure_trace("sigmoid-online"))
    kinds = {kind.__name__: kind for _, kind in gallery.find_things()}
    for name, line in gallery.EXAMPLES.items():
        assert isinstance(gallery.make(line, trace), kinds[name]), line


def test_what_cannot_be_seen_is_no_picture():
    assert gallery.draw(Square()).size[0] > 50
    with pytest.raises(ValueError, match="not to be seen"):
        gallery.draw(VMobject())


def test_readme_or_docs_lead_to_it():
    texts = [path.read_text() for path in (*DOCS.glob("*.md"), DOCS.parent / "README.md")]
    assert any(re.search(r"\]\((docs/)?gallery\.md\)", text) for text in texts)
