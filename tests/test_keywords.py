"""The keywords of `inspect` and `train` are the fields of their configurations."""

import inspect
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Union, get_args, get_origin, get_type_hints

import pytest

import cracklens
from cracklens.inspection.config import InspectConfig
from cracklens.inspection.keywords import InspectSettings
from cracklens.training.config import TrainConfig
from cracklens.training.keywords import TrainSettings
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.verify.config import VerifyConfig


def parts(annotation, *, field):
    """Return what an annotation takes, as a set; a field also takes what it is converted from."""
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return set().union(*(parts(each, field=field) for each in get_args(annotation)))
    if origin is Literal:
        return set(get_args(annotation))
    if field and origin is tuple:
        kind = get_args(annotation)[0]
        return {kind, Sequence[kind]}
    return {str, Path} if field and annotation is Path else {annotation}


@pytest.mark.parametrize(
    ("verb", "keywords", "models"),
    [
        (cracklens.inspect, InspectSettings, [InspectConfig]),
        (cracklens.train, TrainSettings, [TrainConfig, SegmentConfig, VerifyConfig]),
    ],
)
def test_keywords_are_the_fields_of_the_configuration(verb, keywords, models):
    own = set(inspect.signature(verb).parameters)
    wanted = {}
    for model in models:
        for name, field in model.model_fields.items():
            if name not in own:
                wanted.setdefault(name, set()).update(parts(field.annotation, field=True))
    hints = get_type_hints(keywords)
    assert {name: parts(hint, field=False) for name, hint in hints.items()} == wanted
    assert not keywords.__required_keys__
    assert get_args(get_type_hints(verb)["settings"]) == (keywords,)
