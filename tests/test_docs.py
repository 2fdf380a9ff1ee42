"""The documentation says what is true: its blocks run, its generated pages are up to date."""

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from command_runs import ForkedRuns
from cracklens import __version__
from cracklens.cli.main import app
from cracklens.files import INSPECTION_FILES
from cracklens.models import read_model_folder
from cracklens.models.card import Agreement, Architecture, ModelCard, Segmentation, TrainingData
from cracklens.models.preprocessing import Preprocessing
from cracklens.record import measured, schema
from cracklens.reporting import tables
from cracklens.synthesis import DISTRACTORS
from cracklens.tracing import TraceSettings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TUTORIALS = [DOCS / f"tutorial-{name}.md" for name in ("inspect", "train", "python")]
EXECUTED = [*TUTORIALS, ROOT / "README.md"]
LANGUAGES = {"bash", "sh", "shell", "console", "python", "py", "pycon"}

_FENCE = re.compile(
    r"^(?P<comment><!--[^\n]*-->\n+)?^```(?P<info>[^\n`]*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block; `mark` is the text of an HTML comment right above it."""

    page: Path
    line: int
    language: str
    code: str
    mark: str

    @property
    def skipped(self) -> bool:
        return "not executed" in self.mark

    @property
    def where(self) -> str:
        return f"{self.page.name}, line {self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text[: found.start("info")].count("\n") + 1
        mark = (found["comment"] or "").strip().removeprefix("<!--").removesuffix("-->").strip()
        yield Block(page, line, found["info"].strip(), found["code"], mark)


class Runner:
    """Runs shell blocks in one folder and Python blocks in one namespace, in order."""

    def __init__(self, folder: Path, program: Path | None = None) -> None:
        self.folder = folder
        self.programs = [str(Path(sys.executable).parent)]
        if program is not None:  # a `cracklens` that starts at once
            self.programs.insert(0, str(program.parent))
        self.printed = ""
        module = ModuleType("__main__")
        self.names: dict[str, Any] = vars(module)

    def run_page(self, page: Path) -> None:
        for block in blocks_of(page):
            if not block.skipped:
                self.run(block)

    def run(self, block: Block) -> None:
        if block.language == "bash":
            self._shell(block)
        elif block.language == "python":
            self._python(block)
        elif block.mark == "printed":
            self._compare(block)
        elif block.language in LANGUAGES:
            pytest.fail(f"{block.where}: write ```bash or ```python, not ```{block.language}")

    def _shell(self, block: Block) -> None:
        path = os.pathsep.join([*self.programs, os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.code],
            cwd=self.folder,
            env=os.environ | {"PATH": path, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{block.where}\n{done.stdout}\n{done.stderr}"
        self.printed = done.stdout

    def _python(self, block: Block) -> None:
        code = compile("\n" * block.line + block.code, block.where, "exec")
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(io.StringIO()) as said:
            try:
                exec(code, self.names)
            except Exception:  # noqa: BLE001 - pytest would read the page as Python to show the line
                pytest.fail(f"{block.where}\n{traceback.format_exc()}", pytrace=False)
        self.printed = said.getvalue()

    def _compare(self, block: Block) -> None:
        options = doctest.ELLIPSIS
        checker = doctest.OutputChecker()
        if not checker.check_output(block.code, self.printed, options):
            pytest.fail(f"{block.where}: expected\n{block.code}\nbut got\n{self.printed}")


@pytest.mark.slow
@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run(
    page: Path, tmp_path: Path, forked_runs: ForkedRuns | None
) -> None:
    Runner(tmp_path, forked_runs.program() if forked_runs else None).run_page(page)


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.name)
def test_a_tutorial_leaves_out_only_what_another_test_runs(page: Path) -> None:
    blocks = [block for block in blocks_of(page) if block.language in LANGUAGES]
    assert len(blocks) >= 5
    for block in blocks:
        if block.skipped:
            named = re.search(r"tests/\S+\.py", block.mark)
            assert named, f"{block.where}: name the test that runs it instead"
            assert (ROOT / named[0]).is_file(), block.where


def test_a_block_that_is_left_out_says_why() -> None:
    silent = [
        block.where
        for page in PAGES
        for block in blocks_of(page)
        if block.mark.startswith("not") and not re.fullmatch(r"not executed: \S.*", block.mark)
    ]
    assert not silent


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```bash\nfalse\nprintf done\n```", "line 1"),
        ("```python\nx = 1\n```\n\n```python\nassert x == 2\n```", "AssertionError"),
        ("```bash\nprintf 'one\\n'\n```\n<!-- printed -->\n```text\ntwo\n```", "but got\none"),
        ("```python\nprint('one')\n```\n<!-- printed -->\n```text\ntwo\n```", "but got\none"),
        ("```console\n$ true\n```", "write ```bash"),
    ],
)
def test_the_runner_sees_what_is_wrong(text: str, problem: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text + "\n")
    with pytest.raises((AssertionError, pytest.fail.Exception), match=problem):
        Runner(tmp_path).run_page(page)


@pytest.mark.slow
def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "make_reference.py", "--check"],
        env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_command_page_is_plain_and_narrow() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert "\x1b" not in text
    inside = "\n".join(block.code for block in blocks_of(DOCS / "cli.md"))
    assert max(map(len, inside.splitlines())) <= 80


def flags_by_verb() -> dict[str, set[str]]:
    verbs = dict(typer.main.get_command(app).commands)
    for name, verb in list(verbs.items()):
        verbs |= {f"{name} {part}": each for part, each in getattr(verb, "commands", {}).items()}
    return {
        name: {
            flag
            for option in verb.params
            for flag in (*option.opts, *option.secondary_opts)
            if flag.startswith("-")
        }
        | {"-h", "--help"}
        for name, verb in verbs.items()
    }


def test_every_option_of_every_verb_is_on_the_command_page() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^## cracklens ([\w -]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    )
    flags = flags_by_verb()
    assert sections.keys() == flags.keys()
    for verb, wanted in flags.items():
        shown = set(re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", sections[verb]))
        assert wanted <= shown, verb


def test_commands_in_the_documentation_use_options_that_exist() -> None:
    flags = flags_by_verb()
    verbs = "|".join(sorted(flags, key=len, reverse=True))
    seen = 0
    for page in PAGES:
        for block in blocks_of(page):
            if block.language != "bash":
                continue
            for line in block.code.replace("\\\n", " ").splitlines():
                found = re.search(rf"\bcracklens ({verbs})\b(.*)", line)
                if found is None:
                    continue
                words = shlex.split(found[2].split("||")[0].split(" > ")[0], comments=True)
                used = {w.split("=")[0] for w in words if re.match(r"--?[a-z]", w)}
                assert used <= flags[found[1]], f"{block.where}: {line.strip()}"
                seen += 1
    assert seen > 20


def test_every_page_is_in_the_navigation_once() -> None:
    def files(entry: Any) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        else:
            for part in entry.values() if isinstance(entry, dict) else entry:
                yield from files(part)

    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = sorted(files(settings["nav"]))
    assert listed == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_the_site_asks_no_other_host() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert settings["theme"]["font"] is False
    assert "analytics" not in settings.get("extra", {})
    assert "repo_url" not in settings  # the theme would ask GitHub for stars
    pictures = [p.name for p in PAGES if re.search(r"!\[[^]]*\]\(http", p.read_text("utf-8"))]
    assert not pictures


def test_links_to_files_of_the_repository_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)", _FENCE.sub("", page.read_text("utf-8")))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def test_the_schema_describes_a_real_card(model_folder: Path) -> None:
    schema = json.loads((DOCS / "schema" / "model-card-1.json").read_text(encoding="utf-8"))
    card = json.loads((model_folder / "card.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate(card)
    assert not validator.is_valid(card | {"surprise": 1})
    assert not validator.is_valid(card | {"schema_version": 2})
    assert not validator.is_valid({k: v for k, v in card.items() if k != "labels"})


def test_every_field_of_the_card_is_explained() -> None:
    text = (DOCS / "model-folder.md").read_text(encoding="utf-8")
    for part in (ModelCard, Preprocessing, Architecture, TrainingData, Agreement, Segmentation):
        missing = [name for name in part.model_fields if f"`{name}`" not in text]
        assert not missing, part.__name__


def test_every_field_of_an_inspection_is_explained() -> None:
    text = (DOCS / "inspection-folder.md").read_text(encoding="utf-8")
    rooms = (schema, measured)
    kinds = [kind for room in rooms for kind in vars(room).values()]
    parts = {kind for kind in kinds if isinstance(kind, type(schema.Inspection))}
    parts = {kind for kind in parts if kind.__module__ in {room.__name__ for room in rooms}}
    assert len(parts) >= 20
    for part in parts:
        missing = [name for name in part.model_fields if f"`{name}`" not in text]
        assert not missing, part.__name__


def test_every_column_and_file_of_an_inspection_is_explained() -> None:
    text = (DOCS / "inspection-folder.md").read_text(encoding="utf-8")
    part = re.compile(r"^### tables/(\w+)\.csv\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
    sections = dict(part.findall(text))
    assert sections.keys() == {
        "cracks", "photographs", "rejected", "grades", "widths", "quantities",
    }  # fmt: skip
    for name, columns in (
        ("cracks", tables.CRACK_COLUMNS),
        ("photographs", tables.PHOTOGRAPH_COLUMNS),
        ("rejected", tables.REJECTED_COLUMNS),
        ("grades", tables.GRADE_COLUMNS),
        ("widths", tables.WIDTH_COLUMNS),
        ("quantities", tables.QUANTITY_COLUMNS),
    ):
        first_cells = re.findall(r"^\| (.*?) \|", sections[name], re.MULTILINE)
        assert tuple(re.findall(r"`(\w+)`", "".join(first_cells))) == columns
    assert not [name for name in INSPECTION_FILES if f"`{name}" not in text]


def test_defaults_of_the_tracing_are_those_of_the_code() -> None:
    text = (DOCS / "how-it-finds-cracks.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", text, re.MULTILINE))
    fields = TraceSettings.model_fields
    assert shown.keys() == fields.keys() - {"reject_straight", "seed_threshold", "grow_threshold"}
    for name, default in shown.items():
        assert float(default) == fields[name].default, name


def test_every_look_alike_is_named() -> None:
    text = (DOCS / "how-it-finds-cracks.md").read_text(encoding="utf-8")
    assert not [name for name in DISTRACTORS if name not in " ".join(text.split())]


def test_every_file_of_a_model_folder_is_explained(model_folder: Path) -> None:
    text = (DOCS / "model-folder.md").read_text(encoding="utf-8")
    assert not [file.name for file in model_folder.iterdir() if f"`{file.name}`" not in text]


def test_the_network_has_the_inputs_and_outputs_that_are_stated(model_folder: Path) -> None:
    from cracklens.models import load_engine

    onnx = pytest.importorskip("onnx")
    graph = onnx.load(model_folder / "model.onnx").graph
    text = (DOCS / "model-folder.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (input|output) \| `(\w+)` \| (\w+) \|", text, re.MULTILINE)
    kinds = {onnx.TensorProto.UINT8: "uint8", onnx.TensorProto.FLOAT: "float32"}
    for direction, values in (("input", graph.input), ("output", graph.output)):
        found = [(v.name, kinds[v.type.tensor_type.elem_type]) for v in values]
        assert found == [(name, kind) for way, name, kind in rows if way == direction]
    size = read_model_folder(model_folder).card.preprocessing
    import numpy as np

    pixels = np.zeros((1, size.height_px, size.width_px, 3), np.uint8)
    assert load_engine(model_folder / "model.onnx").run(pixels)["probabilities"].shape == (1, 2)


def test_thresholds_are_those_of_the_code() -> None:
    from cracklens.datasets.features import SHARD_ROWS
    from cracklens.detection.classifier import MIN_BF16_AGREEMENT
    from cracklens.training.agreement import MAX_RELATIVE_ERROR
    from cracklens.training.export import MAX_PROBABILITY_ERROR
    from cracklens.training.head_training import BF16_SAMPLE
    from cracklens.training.sample import TORCH_SAMPLE

    text = (DOCS / "how-features-work.md").read_text(encoding="utf-8")
    for wanted in (
        f"{TORCH_SAMPLE} pictures | largest difference at most {MAX_RELATIVE_ERROR:.0e} ".replace(
            "e-0", "e-"
        ),
        f"{BF16_SAMPLE:,} pictures | the trained head decides equally on at least "
        f"{MIN_BF16_AGREEMENT:.1%},".replace("%", " %"),
        f"largest difference at most {MAX_PROBABILITY_ERROR:g},",
        f"shards of {SHARD_ROWS:,}",
    ):
        assert wanted in text


def test_the_citation_names_this_version_and_the_data() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    cited = {entry["doi"] for entry in citation["references"]}
    named = set(re.findall(r"doi\.org/([^)\s]+)", (DOCS / "data.md").read_text(encoding="utf-8")))
    assert len(named) == 2
    assert named <= cited


def test_no_figure_is_missing():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs" / "results").glob("*.md")]
    assert len(pages) >= 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(text) > 500, f"{page.name} is empty"
        assert not re.findall(r"@[A-Z]+@|TODO", text), f"{page.name} has a figure to fill in"
