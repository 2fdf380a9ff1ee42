"""docs/results/surface.md from docs/results/surface.json."""

import json
from typing import Any

from common import RESULTS


def page() -> None:
    """Write the page."""
    found = json.loads((RESULTS / "surface.json").read_text(encoding="utf-8"))
    (RESULTS / "surface.md").write_text(_text(found), encoding="utf-8")


def _text(found: dict[str, Any]) -> str:
    card, elsewhere = found["card"], found["elsewhere"]
    before = sum(each["before"] for each in elsewhere) / len(elsewhere)
    after = sum(each["after"] for each in elsewhere) / len(elsewhere)
    rows = "\n".join(
        f"| {e['name']} | {e['before']} | {e['after']} | {e['unknown']:.0%} | "
        f"{e['distance']:.0f} | {'yes' if e['noted'] else 'no'} |"
        for e in elsewhere
    )
    sets = {
        **found["masks"],
        "sdnet2018-decks": found["decks"],
        "rendered walls": found["rendered"],
    }
    kept = "\n".join(_row(name, each) for name, each in sets.items())
    return f"""# What is no concrete

Made by `python benchmarks/surface.py --data ../shared/data --npm node_modules \
--pillow Tests/images`, on {found["machine"]}.

The surface model looks at a copy of the photograph of at most {card["longest_px"]} px and gives
each of its cells of 32 px a probability of concrete, plaster, masonry or asphalt. A line of which
more than half lies below {card["threshold"]:.3f} is not reported.

The threshold was chosen on sources of training pictures that were held out as a whole: it loses
{card["false_exclusion"]:.2%} of their surfaces (each source counts the same) and finds
{card["found_elsewhere"]:.0%} of what is no surface. The calibration error there is
{card["calibration_error"]:.3f}. The same held-out sources chose the features: with seven stages
of the network instead of six 29 %, without the mean over 3 x 3 cells 36 % of what is no
surface is found.
No picture below was used to fit the model or to choose a threshold; an early comparison of features
did print figures of these sets beside those of the training.

## Photographs without concrete

Lines reported per photograph: {before:.2f} before, {after:.2f} after.

| photograph | lines before | after | no surface known | distance | noted |
|---|---|---|---|---|---|
{rows}

The model is cautious: on grey photographs, bare trees and wooden walls it leaves lines where they
are.

## Surfaces that must not be left out

"Lost" is the share of the drawn centrelines that lies where no surface is known; for the decks and
the rendered walls, the share of the area. "Length set aside" is the share of the reported length
that the model takes away, right or wrong.

| pictures | count | lost | length set aside | unlike the training | mostly else | \
distance: median, 95 %, largest |
|---|---|---|---|---|---|---|
{kept}

## The warning "unlike the pictures that the model was trained on"

A photograph has it beyond a distance of {card["far_distance"]:.1f}, which \
{card["false_warnings"]:.1%} of held-out training pictures exceed (each source counts the same).
The share of each unseen set that is called so stands above: for concrete these are false warnings.
Brickwork is another matter. The training holds rendered bricks and one photograph, so brick walls
really are unlike it, and figures for them are to be read with care.

## Time

{found["seconds"] * 1000:.0f} ms for 12 million pixels, a third of it to reduce the photograph, on a
machine with other work (load 4 on 2 processors).
"""


def _row(name: str, each: dict[str, Any]) -> str:
    aside = f"{each['set_aside_share']:.2%}" if "set_aside_share" in each else "-"
    distances = ", ".join(f"{value:.0f}" for value in each["distance"])
    return (
        f"| {name} | {each['pictures']} | {each['lost_share']:.2%} | {aside} | "
        f"{each['far_share']:.1%} | {each['mostly_else']} | {distances} |"
    )


if __name__ == "__main__":
    page()
