"""The figures of a beat, as the handout lists them."""

import re

import numpy as np

from scenes.film.handout.tables import Entry, find_families, full, lay_out


def entries(template, values, text="{:.2f}"):
    return [Entry(text.format(v), template.format(i), float(v)) for i, v in enumerate(values)]


def test_figures_under_one_name_are_a_family_whichever_number_differs():
    several = [
        *entries("f(10, 4, {})", [0, 1, 0]),
        *entries("f(10, {}, 9)", [0.5, 0.25, 0.125, 1 / 3]),
        *entries("a2[{}]", [0.1, 0.2, 0.3]),
        *(Entry("0", f"W1[{row}, {column}]", 0.0) for row in range(3) for column in range(3)),
        Entry("7", "label", 7.0),
        Entry("0.333", "a2[2]", 0.3),
    ]
    families, rest = find_families(several)
    assert [(family.name, [i for i, _ in family.members]) for family in families] == [
        ("f(10, i, 9)", [0, 1, 2, 3]),
        ("a2[i]", [0, 1, 2]),
        *((f"W1[{row}, i]", [0, 1, 2]) for row in range(3)),
    ]
    assert [(entry.text, entry.name) for entry in rest] == [
        *((f"{v:.2f}", f"f(10, 4, {i})") for i, v in enumerate([0, 1, 0])),
        ("7", "label"),
        ("0.333", "a2[2]"),
    ]


def test_a_full_value_has_as_few_digits_as_say_which_float_it_is():
    assert full(float(np.float32(-0.41420293))) == "-0.41420293"
    assert full(0.1) == "0.1"
    assert full(1 / 3) == "0.3333333333333333"
    assert full(180000.0) == "180000"
    assert full(-2.0) == "-2"
    assert full(1e-9) == "1e-09"
    assert full(float("nan")) == "nan"
    shown = {"9,311": 9311, "93.11 %": 93.11, "+5": 5, "×100": 100, "−2": -2}
    assert [Entry(text, "", value).rest for text, value in shown.items()] == [""] * 5
    assert Entry("≈ 1.41", "", 2**0.5).rest == repr(2**0.5)
    assert Entry("−0.33", "", -1 / 3).rest == "−0.3333333333333333"


def test_exact_figures_stand_in_a_run_and_say_where_they_are():
    laid = lay_out([f for n, f in enumerate(entries("y[{}]", [0] * 10, "{}")) if n not in (4, 8)])
    assert laid["runs"] == [{"name": "y[i], i = 0–3, 5–7, 9", "shown": ["0"] * 8}]
    assert (laid["columns"], laid["singles"], laid["note"]) == ([], [], "")


def test_too_many_figures_are_told_and_counted():
    many = entries("a1[{}]", np.linspace(0, 1, 300) / 7) + entries("b[{}]", [1 / 3, 1 / 7, 1 / 9])
    many += [Entry("x", f"f{'x' * n}()", 1 / 3) for n in range(100)]
    laid = lay_out(many)
    (run,) = laid["runs"]
    assert run["name"] == "a1[i], i = 0–59 of 300"
    kept = len(run["shown"]) + sum(len(c["rows"]) for c in laid["columns"]) + len(laid["singles"])
    left_out = re.search(r"([\d,]+) are left out: all are in manifest.json", laid["note"])[1]
    assert kept + int(left_out) == len(many)
    assert "60 figures are without their full values" in laid["note"]


def test_a_vector_stands_in_columns_of_ten():
    laid = lay_out(entries("a1[{}]", np.linspace(0, 1, 24) / 7))
    assert [len(column["rows"]) for column in laid["columns"]] == [8, 8, 8]
    assert laid["columns"][0]["rows"][1]["shown"] == ("0", ".01")
