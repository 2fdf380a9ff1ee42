"""The small record under the name that the tests of this room use."""

import pytest

from cracklens.record.schema import Inspection


@pytest.fixture
def inspection(small_inspection: Inspection) -> Inspection:
    return small_inspection
