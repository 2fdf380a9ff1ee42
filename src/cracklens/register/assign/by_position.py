"""Elements from the positions of photographs: the nearest one within a radius."""

import numpy as np
from pyproj import Geod
from sqlalchemy import select
from sqlalchemy.orm import Session

from cracklens.errors import UsageError
from cracklens.register.assign.proposal import Proposal
from cracklens.register.places import elements_of
from cracklens.register.schema import Photograph, Visit

DEFAULT_MARGIN_M = 5.0
"""Two elements are told apart if one is nearer by this. A phone under the open sky is within 4.9 m
(https://www.gps.gov/systems/gps/performance/accuracy/); under a bridge it is worse."""
_EARTH = Geod(ellps="WGS84")


def propose_by_position(
    session: Session, visit: Visit, radius_m: float, margin_m: float = DEFAULT_MARGIN_M
) -> Proposal:
    """Propose the nearest element that has coordinates.

    Args:
        session: of the register.
        visit: of the photographs.
        radius_m: an element that is farther away is none.
        margin_m: another element within the radius must be farther by this, or the photograph is
            ambiguous.

    Raises:
        UsageError: the radius is not positive, or no element has coordinates.
    """
    if not radius_m > 0 or not margin_m >= 0:
        raise UsageError("the radius must be greater than 0 m, and the margin not below 0 m")
    placed = [
        (element.name, element.latitude_deg, element.longitude_deg)
        for element in elements_of(session, visit.structure_id)
        if element.latitude_deg is not None and element.longitude_deg is not None
    ]
    if not placed:
        raise UsageError(
            "no element of this structure has coordinates: give them with cracklens register "
            "element NAME --latitude-deg ... --longitude-deg ..."
        )
    names = [name for name, _, _ in placed]
    latitudes = np.array([latitude for _, latitude, _ in placed])
    longitudes = np.array([longitude for _, _, longitude in placed])
    elements, ambiguous, unmatched = {}, {}, []
    rows = session.execute(
        select(
            Photograph.id, Photograph.path, Photograph.latitude_deg, Photograph.longitude_deg
        ).where(Photograph.visit_id == visit.id)
    )
    for photograph_id, path, latitude, longitude in rows:
        if latitude is None or longitude is None:
            unmatched.append(path)
            continue
        here = np.full(len(names), longitude), np.full(len(names), latitude)
        metres = np.asarray(_EARTH.inv(*here, longitudes, latitudes)[2])
        order = np.argsort(metres, kind="stable")
        near = [int(n) for n in order if metres[n] <= radius_m]
        rivals = [n for n in near if metres[n] < metres[order[0]] + margin_m]
        if not near:
            unmatched.append(path)
        elif len(rivals) > 1:
            said = [f"{names[n]} ({metres[n]:.1f} m)" for n in rivals[:3]]
            ambiguous[path] = f"lies as near to {' as to '.join(said)}"
        else:
            elements[photograph_id] = names[near[0]]
    return Proposal(elements, ambiguous, tuple(unmatched))
