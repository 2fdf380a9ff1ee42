"""The desk in a real browser: by mouse, by keyboard alone, on a phone; axe finds no serious fault."""

import json
import re

import pytest

pytest.importorskip("playwright", reason="needs playwright")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from browser import FLAGS, executable, served
from cracklens.record.decisions import Journal, approvals

pytestmark = pytest.mark.slow
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def chromium():
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def desk(folder):
    with served(folder) as address:
        yield address


def opened(chromium, address, *, width=1280, height=860, touch=False):
    context = chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=touch, reduced_motion="reduce"
    )
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console",
        lambda told: page.faults.append(told.text) if "Content Security" in told.text else None,
    )
    page.goto(address)
    return page


def named(page, name="A. Smith"):
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Save").click()


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["impact"], [node["html"][:90] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in SERIOUS
    ]


def test_a_person_reviews_and_approves_with_the_mouse(chromium, desk, folder):
    page = opened(chromium, desk)
    page.get_by_role("link", name=re.compile("wall <1>")).click()
    expect(page.get_by_role("heading", name="P001-C02")).to_be_visible()  # the unsure one
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Kind").select_option("joint")
    page.locator("dialog").get_by_role("button", name="Reject").click()
    named(page)
    expect(page.locator("#said")).to_have_text("Rejected: joint")
    expect(page.locator("#left")).to_contain_text("0 unsure left")
    page.get_by_role("button", name="New line").click()
    box = page.locator(".stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.75)
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.8)
    expect(page.locator("svg .sketch")).to_be_attached()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name=re.compile("P001-D01"))).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("P001-D01"))).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("button", name=re.compile("P001-D01"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("P001-D01"))).to_be_visible()
    page.goto(f"{desk}/#/approve")
    page.get_by_label("Role").fill("inspector")
    page.get_by_role("button", name="Approve version 1").click()
    expect(page.locator("#said")).to_have_text("Approved.")
    assert [one.who for one in approvals(folder)] == ["A. Smith"]
    assert [one.kind for one in Journal(folder).read()] == ["reject", "draw", "undo", "undo"]
    assert page.faults == []


def test_everything_is_done_by_keyboard_alone(chromium, desk, folder):
    page = opened(chromium, f"{desk}/#/photo/P001")
    expect(page.get_by_role("heading", name="P001-C02")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.type("K. Jones")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Accepted")
    page.keyboard.press("x")
    page.keyboard.press("j")
    expect(page.locator("#said")).to_have_text("Joined")
    page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("Taken back: joined")
    page.keyboard.press("n")
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("svg .sketch")).to_be_attached()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("P001-D01"))).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.press("Space")
    for _ in range(6):  # two points need 20 px between them
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Scale kept")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next unsure line")
    page.keyboard.press("Escape")
    page.keyboard.press("]")
    expect(page.locator("#trail")).to_contain_text("wall <2>")
    kinds = [one.kind for one in Journal(folder).read()]
    assert kinds == ["accept", "join", "undo", "draw", "scale"]
    assert {one.who for one in Journal(folder).read()} == {"K. Jones"}
    assert page.faults == []


def test_a_node_is_dragged_to_redraw_a_line(chromium, desk, folder):
    page = opened(chromium, f"{desk}/#/photo/P001")
    page.evaluate("localStorage.setItem('cracklens.by', 'D. Drag')")
    page.reload()
    page.get_by_role("button", name=re.compile("P001-C01")).click()
    page.get_by_role("button", name="Redraw").click()
    node = page.locator("svg circle").first
    expect(node).to_be_attached()
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 30, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#said")).to_have_text("Redrawn")
    (made,) = Journal(folder).read()
    moved = made.payload["lines"][0][0]
    assert moved[1] > 65
    assert made.payload["lines"][0][-1] == pytest.approx([360, 90], abs=1)


def test_a_second_person_is_told_and_sees_the_new_state(chromium, desk, folder):
    first = opened(chromium, f"{desk}/#/photo/P001")
    second = opened(chromium, f"{desk}/#/photo/P001")
    for page, name in ((first, "First"), (second, "Second")):
        expect(page.get_by_role("heading", name="P001-C02")).to_be_visible()
        page.evaluate(f"localStorage.setItem('cracklens.by', '{name}')")
    first.keyboard.press("a")
    expect(first.locator("#said")).to_have_text("Accepted")
    second.keyboard.press("a")
    expect(second.locator("#said")).to_contain_text("somebody else decided")
    expect(second.locator(".detail")).to_contain_text("accepted")
    assert len(Journal(folder).read()) == 1


@pytest.mark.parametrize(
    ("route", "size"),
    [("/#/", (1280, 860)), ("/#/photo/P001", (1280, 860)), ("/#/approve", (1280, 860)),
     ("/#/", (375, 740)), ("/#/photo/P001", (375, 740))],
)  # fmt: skip
def test_axe_finds_no_serious_fault(chromium, desk, route, size):
    page = opened(chromium, desk + route, width=size[0], height=size[1], touch=size[0] < 400)
    expect(page.locator("#view > *").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.faults == []


def test_without_javascript_the_page_says_so(chromium, desk):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk)
    expect(page.get_by_text("It needs JavaScript")).to_be_visible()


def test_names_with_markup_are_text(chromium, desk, folder):
    record = json.loads((folder / "inspection.json").read_text())
    page = opened(chromium, f"{desk}/#/photo/{record['photographs'][0]['id']}")
    expect(page.locator("#trail")).to_contain_text("wall <1>.jpg")
