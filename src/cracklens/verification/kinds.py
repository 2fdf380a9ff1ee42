"""What a line can be: a crack or one of the named look-alikes."""

CRACK = "crack"

LOOKALIKES = (
    "joint",
    "formwork or plank line",
    "edge of a shadow",
    "cable or its shadow",
    "edge of a stain or damp",
    "scratch",
    "painted line",
    "hair or straw",
    "chip or spall edge",
    "brick or tile joint",
    "plant",
    "object, no surface",
    "surface texture",
)
"""Names of the look-alikes, in the order of the outputs of a verifier. The last one is for lines
that are nothing: pores, grain, tie holes."""

KINDS = (CRACK, *LOOKALIKES)

OF_DISTRACTOR = {
    "formwork line": "formwork or plank line",
    "plank lines": "formwork or plank line",
    "construction joint": "joint",
    "expansion joint": "joint",
    "tie holes": "surface texture",
    "bug holes": "surface texture",
    "stain edge": "edge of a stain or damp",
    "run-off": "edge of a stain or damp",
    "rust streak": "edge of a stain or damp",
    "damp edge": "edge of a stain or damp",
    "straight shadow": "edge of a shadow",
    "ragged shadow": "edge of a shadow",
    "cable shadow": "cable or its shadow",
    "cable": "cable or its shadow",
    "hair and straw": "hair or straw",
    "scratches": "scratch",
    "chalk mark": "painted line",
    "painted line": "painted line",
    "tile grout": "brick or tile joint",
    "brick joints": "brick or tile joint",
    "recessed brick joints": "brick or tile joint",
    "leaves": "plant",
    "twigs and roots": "plant",
    "spall edge": "chip or spall edge",
    "object edge": "object, no surface",
    "member edge": "joint",
}
"""The look-alike of each name in `cracklens.synthesis.DISTRACTORS` and of the edge of a member."""

_WITHOUT_ARTICLE = {"hair or straw", "object, no surface", "surface texture"}


def named(kind: str) -> str:
    """Return a look-alike with its article.

    >>> named("joint"), named("edge of a shadow"), named("hair or straw")
    ('a joint', 'an edge of a shadow', 'hair or straw')
    """
    if kind in _WITHOUT_ARTICLE:
        return kind
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
