import base64
import hashlib
import re

import pytest

from cracklens.reporting import photo_preview, write_report


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.fixture(scope="module", params=["inspection", "in_mm", "mixed"])
def text(request, tmp_path_factory, scenes):
    inspection = request.getfixturevalue(request.param)
    jpeg = photo_preview(scenes[0][0])
    path = write_report(inspection, tmp_path_factory.mktemp("report"), lambda _: jpeg)
    return path.read_bytes().decode("utf-8")


def policy_of(text):
    content = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    parts = content.group(1).replace("&#39;", "'").split("; ")
    return {part.split(" ")[0]: part.split(" ")[1:] for part in parts}


def test_nothing_may_run_or_load_but_what_the_page_holds(text):
    policy = policy_of(text)
    assert policy["default-src"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert "unsafe" not in str(policy)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy["script-src"] == [f"'sha256-{digest(script)}'" for script in scripts]
    assert policy["style-src"] == [f"'sha256-{digest(styles[0])}'"]
    assert (len(scripts), len(styles)) == (2, 1)


def test_the_policy_comes_before_what_it_allows(text):
    assert text.index("Content-Security-Policy") < text.index("<style") < text.index("<script")


def test_nothing_in_the_page_needs_inline_style(text):
    body = text[text.index("<body>") :]
    assert not re.search(r"<[^>]*\sstyle=", body)
    assert not re.search(r"<[^>]*\son\w+=", body)


def test_each_class_of_a_place_has_one_rule(text):
    body = text[text.index("<body>") :]
    used = {name for names in re.findall(r'class="([^"]*)"', body) for name in names.split()}
    used = {name for name in used if re.fullmatch(r"s\d+", name)}
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    rules = re.findall(r"(?m)^\.(s\d+)\{[\w:%;.-]+\}$", style)
    assert len(rules) == len(set(rules))
    assert used == set(rules) != set()
