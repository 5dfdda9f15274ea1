"""PDFs and PNGs that tell by themselves that they are ours and unchanged."""

import pytest
from PIL import Image

from scenes.film.sealed import ChangedError, check_free, write_pdf, write_png

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def test_what_we_wrote_can_be_replaced(tmp_path):
    pdf, png = tmp_path / "a.pdf", tmp_path / "b.png"
    for number in (1, 2):
        check_free(pdf)
        check_free(png)
        write_pdf(pdf, PDF + b"%" * number)
        write_png(png, Image.new("RGB", (4, 3), (number, 0, 0)))
    assert pdf.read_bytes().startswith(PDF)
    with Image.open(png) as picture:
        assert picture.getpixel((0, 0)) == (2, 0, 0)
    check_free(pdf)
    check_free(png)


def test_the_same_pages_are_the_same_bytes(tmp_path):
    write_pdf(tmp_path / "a.pdf", PDF)
    write_pdf(tmp_path / "b.pdf", PDF)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def annotated(path):
    path.write_bytes(path.read_bytes() + b"2 0 obj\nmy notes\nendobj\n%%EOF\n")


def rewritten(path):
    path.write_bytes(path.read_bytes().replace(b"endobj", b"my own", 1))


def another(path):
    path.write_bytes(PDF)


@pytest.mark.parametrize("change", [annotated, rewritten, another])
def test_a_pdf_with_notes_in_it_or_another_is_not_replaced(tmp_path, change):
    path = tmp_path / "handout.pdf"
    write_pdf(path, PDF)
    change(path)
    with pytest.raises(ChangedError, match="or was changed since: move it away") as caught:
        check_free(path)
    assert caught.value.exit_code == 2


def test_a_picture_that_was_painted_on_or_another_is_not_replaced(tmp_path):
    path = tmp_path / "sheet.png"
    picture = Image.new("RGB", (4, 3))
    write_png(path, picture)
    with Image.open(path) as ours:
        info = ours.info
    picture.putpixel((1, 1), (255, 0, 0))
    for save in (lambda: picture.save(path), lambda: picture.save(path, **info)):
        save()
        with pytest.raises(ChangedError):
            check_free(path)
    for other in (b"", b"hello", b"\x89PNG\r\n\x1a\ncut"):
        path.write_bytes(other)
        with pytest.raises(ChangedError):
            check_free(path)


def test_a_link_and_a_folder_are_not_ours(tmp_path):
    write_pdf(tmp_path / "ours.pdf", PDF)
    (tmp_path / "link.pdf").symlink_to(tmp_path / "ours.pdf")
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    for name in ("link.pdf", "folder.pdf", "loop.pdf"):
        with pytest.raises(ChangedError):
            check_free(tmp_path / name)
