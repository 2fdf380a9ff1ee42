import base64
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import OutputError
from cracklens.record.schema import FailedRecord
from cracklens.reporting import html, photo_preview, write_report
from cracklens.reporting.line_view import svg_path
from cracklens.reporting.photo_view import MOST_RANKED, MOST_ROWS
from cracklens.reporting.text import flat

VOID = {"meta", "img", "input", "link", "br", "hr"}


class Page(HTMLParser):
    """All elements with their attributes; fails on tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], "never closed"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag, attribute=None):
        found = [attrs for name, attrs in self.elements if name == tag]
        return [attrs[attribute] for attrs in found if attribute in attrs] if attribute else found

    def having(self, attribute):
        return [attrs[attribute] for _, attrs in self.elements if attribute in attrs]

    def text(self, without=("script", "style")):
        words = " ".join(data for tag, data in self.texts if tag not in without)
        return re.sub(r"\s+", " ", words)


@pytest.fixture(scope="module")
def previews(scenes):
    return {record.id: photo_preview(pixels) for pixels, record in scenes}


@pytest.fixture(scope="module")
def page(inspection, previews, tmp_path_factory):
    return Page(write(inspection, tmp_path_factory.mktemp("report"), previews))


def write(inspection, folder, previews=lambda _: None):
    path = write_report(inspection, folder, previews)
    assert path == folder / "report.html"
    assert [file.name for file in folder.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


def test_it_needs_nothing_from_elsewhere(page):
    assert page.all("link") == []
    assert page.all("script", "src") == []
    assert page.all("iframe") + page.all("object") + page.all("embed") == []
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.having("src"))
    assert not page.having("srcset")
    for target in page.having("href"):
        assert re.match(r"#|overlays/|tables/|inspection\.json$", target), target
    code = " ".join(data for tag, data in page.texts if tag in {"script", "style"})
    assert not re.search(r"https?:|//|url\(|@import|fetch\(|XMLHttp|import\(", uncommented(code))


def uncommented(code):
    return re.sub(r"(?m)^\s*//.*$", "", code)


def test_every_link_inside_leads_somewhere(page):
    ids = page.having("id")
    assert len(set(ids)) == len(ids)
    inside = [unquote(target[1:]) for target in page.having("href") if target.startswith("#")]
    assert set(inside) <= set(ids)
    for named in ("aria-labelledby", "list"):
        assert set(page.having(named)) <= set(ids)


def test_it_says_what_people_and_screen_readers_need(page):
    assert page.all("html", "lang") == ["en"]
    assert page.all("meta", "charset") == ["utf-8"]
    titles = [data for tag, data in page.texts if tag == "title"]
    assert titles[0] == "Crack inspection: bridge 17, 2025-03-04"
    assert all(page.all("img", "alt"))
    assert len(page.all("img", "alt")) == len(page.all("img")) == 3
    assert page.all("img", "loading") == ["lazy"] * 3
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert max(after - before for before, after in pairwise(levels)) == 1
    assert "Lengths and widths are in pixels." in page.text()
    assert "this report assigns none" in page.text()


def test_everything_in_the_record_is_shown(page, inspection):
    text, ids = page.text(), page.having("id")
    for photo in inspection.photographs:
        assert photo.path in text
        assert photo.id in ids
        for note in photo.notes:
            assert note in text
        for crack in photo.cracks:
            assert crack.id in ids
            assert f"{crack.length_px:,.0f}" in text
            assert f"{crack.max_width_px:,.1f}" in text
        for rejected in photo.rejected:
            assert rejected.reason in text
            assert rejected.detail in text
    for failed in inspection.failed:
        assert failed.path in text
        assert failed.reason in text
    for limit in inspection.limits:
        assert limit in text
    for name, value in [*flat(inspection.configuration), *flat(inspection.model.card)]:
        assert name in text
        assert value in text
    assert "0.9931 (0.9812 to 0.9987, 95 %)" in text


def test_the_counts_are_right(page, inspection):
    text = page.text()
    figures = text[text.index(" Photographs 4 ") : text.index(" The longest crack")]
    length_px = sum(crack.length_px for photo in inspection.photographs for crack in photo.cracks)
    assert re.sub(r"\s+", " ", figures).strip() == (
        "Photographs 4 with cracks 2 without 1 not inspected 1 Cracks 5 "
        f"Total length {length_px:,.0f} px"
    )


def test_the_ranking_is_longest_first(page, inspection):
    texts = page.having("data-text")
    lengths = {
        crack.id: crack.length_px for photo in inspection.photographs for crack in photo.cracks
    }
    ranked = [lengths[text.split(" ")[0]] for text in texts]
    assert ranked == sorted(lengths.values(), reverse=True)


def test_the_pictures_are_those_that_were_given(page, previews):
    embedded = [base64.b64decode(source.split(",")[1]) for source in page.all("img", "src")]
    assert embedded == list(previews.values())


def test_the_lines_lie_on_the_cracks(page, inspection):
    drawn = page.all("path", "d")
    for photo in inspection.photographs:
        for crack in photo.cracks:
            whole = "".join(svg_path(branch.points_px, fine=True) for branch in crack.branches)
            assert drawn.count(whole) == 2  # with its halo
    views = page.all("svg", "viewbox")
    assert views == ["-0.5 -0.5 800 600"] * 3


coordinates = st.tuples(st.floats(-0.5, 30_000), st.floats(-0.5, 30_000))


@settings(deadline=None)
@given(st.lists(coordinates, min_size=2, max_size=30), st.booleans())
def test_an_svg_path_holds_the_points(points_px, fine):
    numbers = list(map(float, re.findall(r"-?[\d.]+(?:e[+-]\d+)?", svg_path(points_px, fine=fine))))
    x, y = numbers[:2]
    read = [(x, y)]
    for across, down in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + across, y + down
        read.append((x, y))
    assert len(read) == len(points_px)
    for (x, y), (true_x, true_y) in zip(read, points_px, strict=True):
        assert abs(x - true_x) <= (0.051 if fine else 0.501)
        assert abs(y - true_y) <= (0.051 if fine else 0.501)


def test_names_are_text_and_never_markup(page, make):
    assert len(page.all("script")) == 2
    assert make.EVIL in page.text()
    assert "north/broken <b>.jpg" in page.text()


EVILS = ['"><img src=x onerror=alert(1)>', "' onclick='alert(1)", "</style><script>x</script>",
         "{{ 7 * 191 }}", "&lt;b&gt;", "]]>--><svg onload=alert(1)>"]  # fmt: skip


@pytest.mark.parametrize("evil", EVILS)
def test_no_field_of_the_record_can_break_out(tmp_path, make, inspection, previews, evil):
    line = [(1.0, 1.0), (90.0, 90.0)]
    photo = make.photo(
        "P001", evil, [make.crack(evil, [make.branch(line)])], notes=[evil],
        rejected=[make.rejected(line, evil, evil)], overlay=evil,
    )  # fmt: skip
    model = inspection.model.model_copy(update={"name": evil, "card": {evil: {evil: evil}}})
    record = make.inspection_of([photo], [FailedRecord(path=evil, reason=evil)]).model_copy(
        update={"root": evil, "configuration": {evil: evil}, "limits": [evil], "model": model}
    )
    page = Page(write(record, tmp_path, previews))
    assert len(page.all("script")) == 2
    assert len(page.all("style")) == 1
    assert len(page.all("svg")) == len(page.all("img")) == 1
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert "1337" not in page.text()
    assert evil in page.text()
    assert not [target for target in page.having("href") if re.match(r"\w+:", target)]


def test_a_name_that_is_not_utf8_is_escaped(tmp_path, make):
    text = write(make.inspection_of([make.photo("P001", "caf\udce9.jpg")]), tmp_path)
    assert "caf\\udce9.jpg" in text


def test_a_function_gives_the_same_report_as_a_mapping(tmp_path, inspection, previews):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert write(inspection, one, previews) == write(
        inspection, other, lambda photo: previews[photo.id]
    )


def test_without_a_preview_the_rest_is_there(tmp_path, inspection):
    page = Page(write(inspection, tmp_path))
    assert page.all("img") == page.all("figure") == []
    assert page.text().count("There is no preview of this photograph.") == 3
    assert "overlays/P001.png" in page.having("href")
    assert inspection.photographs[0].cracks[0].id in page.having("id")


def test_an_inspection_without_cracks_says_so_without_promising(tmp_path, make):
    text = Page(write(make.inspection_of([make.photo("P001", "a.jpg")]), tmp_path)).text()
    assert "No crack was found. That does not show that there is none" in text
    assert "longest crack is" not in text


def test_an_inspection_of_which_everything_failed(tmp_path, make):
    failed = [FailedRecord(path="a.jpg", reason="truncated")]
    text = Page(write(make.inspection_of([], failed), tmp_path)).text()
    assert "No photograph was inspected." in text
    assert "1 photograph could not be inspected" in text


def test_tiles_are_said_to_be_tiles_and_shown_at_once(page):
    figures = page.all("figure", "class")
    assert ["no-tiles" in names for names in figures] == [True, False, True]
    assert "judged in tiles" in page.text()


def many(make, count, cracked):
    found = [make.crack("{}-C01", [make.branch([(10, 10), (200, 300)])])]
    return make.inspection_of(
        make.photo(f"P{n}", f"{n}.jpg",
                   [c.model_copy(update={"id": c.id.format(f"P{n}")}) for c in found[: n in cracked]])
        for n in range(count)
    )  # fmt: skip


@pytest.mark.slow
def test_many_photographs_get_smaller_pictures_and_it_is_said(tmp_path, make, monkeypatch):
    jpeg = b"\xff\xd8" + bytes(299_000)
    asked = []
    monkeypatch.setattr(
        html, "fitted_preview", lambda data, most: asked.append(most) or data[:most]
    )
    page = Page(write(many(make, 61, range(3)), tmp_path, lambda _: jpeg))
    assert set(asked) == {15_000_000 // 61}
    assert len(page.all("img")) == 61
    assert "smaller than usual" in page.text()
    assert (tmp_path / "report.html").stat().st_size < 30_000_000


def test_very_many_photographs_are_linked_and_it_is_said(tmp_path, make):
    def never(_):
        raise AssertionError("a preview was read that is not shown")

    page = Page(write(many(make, 400, range(5)), tmp_path, never))
    assert page.all("img") == []
    assert "holds no pictures" in page.text()
    assert "each photograph links to its overlay" in page.text()
    assert page.all("article", "id") == [f"P{n}" for n in range(5)]
    targets = page.having("href")
    assert {f"overlays/P{n}.png" for n in range(400)} <= set(targets)
    assert (tmp_path / "report.html").stat().st_size < 400 * 1500


def test_overlays_that_were_not_written_are_not_promised(tmp_path, make):
    record = many(make, 301, range(2))
    bare = [photo.model_copy(update={"overlay": None}) for photo in record.photographs]
    page = Page(write(make.inspection_of(bare), tmp_path))
    assert "holds no pictures" in page.text()
    assert "overlay" not in page.text()
    assert not [target for target in page.having("href") if target.startswith("overlays")]


@pytest.mark.slow
def test_thousands_of_cracks_are_cut_and_the_table_is_named(tmp_path, make):
    line = [(10.0, 10.0), (200.0, 300.0)]
    record = make.crack("x", [make.branch(line)])
    cracks = [record.model_copy(update={"id": f"P1-C{n}"}) for n in range(MOST_RANKED + 5)]
    page = Page(write(make.inspection_of([make.photo("P1", "a.jpg", cracks)]), tmp_path))
    assert len(page.having("data-text")) == MOST_RANKED
    assert len(page.having("data-box")) == MOST_ROWS
    assert f"These are the {MOST_RANKED:,} longest of {len(cracks):,} cracks" in page.text()
    inside = {target[1:] for target in page.having("href") if target.startswith("#")}
    assert inside <= set(page.having("id"))


def test_a_place_that_cannot_be_written_is_said(tmp_path, inspection):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match="name a file to write"):
        write_report(inspection, tmp_path, {})


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_is_aa_in_light_and_dark(page):
    # WCAG 2.2, 1.4.3: 4.5 for text
    style = next(data for tag, data in page.texts if tag == "style")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for text in ("ink", "quiet", "link"):
            for ground in ("paper", "ground", "mark"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for text in ("warn", "ink", "link"):
            assert contrast(colours[text], colours["warn-ground"]) >= 4.5, text
        for text in ("#ffffff", "#b9c7d4", "#d3dde6"):
            assert contrast(text, colours["head"]) >= 4.5, text
    tag = re.search(r"\.tag \{.*?background: (#\w{6}); color: #fff", style).group(1)
    assert contrast(tag, "#ffffff") >= 4.5
