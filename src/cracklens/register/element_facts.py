"""What a person says of an element of a structure."""

from typing import Literal

from pydantic import ConfigDict

from cracklens.settings_file import Settings, settings_of

_fact = settings_of("Element")


class ElementFacts(Settings):
    """Facts about an element; None where nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    number: str | None = _fact(None, "Of the element in the code, such as 205.")
    material: str | None = _fact(None, "Such as 'reinforced concrete'.")
    member: str | None = _fact(None, "Such as column.")
    exposure: str | None = _fact(None, "Exposure class, such as XD3.")
    reinforcement: Literal["reinforced", "prestressed"] | None = _fact(None, "Of the element.")
    area_m2: float | None = _fact(None, "Of its surface.", gt=0)
    length_m: float | None = _fact(None, "Of the element.", gt=0)
    latitude_deg: float | None = _fact(None, "WGS 84, north positive.", ge=-90, le=90)
    longitude_deg: float | None = _fact(None, "WGS 84, east positive.", ge=-180, le=180)
