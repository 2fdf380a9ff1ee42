"""Data of one crack for the templates: values, states, graph, sources of uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass

from cracklens.grading.certainty import crack_text, given, share_text, states_text
from cracklens.record.measured import GradeRecord, NetworkRecord, QuantityRecord
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting import figures
from cracklens.reporting.boundaries import Boundary
from cracklens.reporting.decisions_view import ACCEPTED, CHANGED, DRAWN
from cracklens.reporting.figures import Figure
from cracklens.reporting.palette import WIDTH_CLASSES, rank_of
from cracklens.reporting.profile import ProfileGraph, profile_graph
from cracklens.reporting.verdict import kinds_text, likeliest
from cracklens.verification.kinds import named

_DECIDED = {
    DRAWN: "a crack, drawn by hand",
    CHANGED: "a crack, course changed by hand",
    ACCEPTED: "a crack, accepted",
}
_LEAST_SHARE = 0.005  # least probability of a listed state


@dataclass(frozen=True, slots=True)
class Share:
    """A state with its probability, as a text and in per cent."""

    state: str
    text: str
    percent: float


@dataclass(frozen=True, slots=True)
class CodeView:
    """The grade of a crack by one code; `shares` are empty if it was refused."""

    record: GradeRecord
    shares: list[Share]

    @property
    def mark(self) -> str:
        """The mark of a table from a secondary source."""
        return "(s)" if self.record.verified == "secondary" else ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Standard uncertainty from one source, as texts; the share is of the variance."""

    source: str
    width: str
    width_share: str
    length: str


@dataclass(frozen=True, slots=True)
class CrackView:
    """One crack, ready for the templates.

    Attributes:
        photo: the photograph of the crack.
        record: of the crack.
        width: the greatest width, in mm if known.
        mean: the mean width.
        length: of all branches.
        rank: index of its width class; None without a width in mm.
        states: codes with inspection states.
        limits: codes with design limits.
        facts: names and texts of the other values.
        contributions: to the uncertainty.
        graph: widths along the crack; None if it is not drawn.
        decided: what a person decided that it is, such as "a crack, accepted"; empty if nobody did.
    """

    photo: PhotoRecord
    record: CrackRecord
    width: Figure
    mean: Figure
    length: Figure
    rank: int | None
    states: list[CodeView]
    limits: list[CodeView]
    facts: list[tuple[str, str]]
    contributions: list[Contribution]
    graph: ProfileGraph | None
    decided: str = ""

    @property
    def class_name(self) -> str:
        """The name of the width class; empty without a width in mm."""
        return "" if self.rank is None else f"{WIDTH_CLASSES[self.rank].name} mm"

    @property
    def finding(self) -> str:
        """What stands beside the id: "map cracking", or what it continues as; else empty."""
        if self.record.network is not None:
            return "map cracking"
        return f"continues as {', '.join(self.record.continues)}" if self.record.continues else ""

    @property
    def sure(self) -> str:
        """How sure it is that it is a crack: "a crack 0.93", or "not verified"."""
        return self.decided or crack_text(self.record.probability)

    @property
    def given(self) -> str:
        """The words before a state where the probability of a crack does not stand beside it."""
        return given(self.record.probability)

    @property
    def condition(self) -> str:
        """The words before a state where the probability of a crack stands beside it."""
        return given(None) if self.record.probability is None else "if so"

    @property
    def otherwise(self) -> str:
        """What it most likely is if it is no crack, in a line; empty if that is not known."""
        kind, share = likeliest(self.record.kinds)
        return f"else {named(kind)} {share_text(share)}" if share >= _LEAST_SHARE else ""

    @property
    def state(self) -> str:
        """The states by the first code with inspection states, in a line; empty without one.

        The most probable state comes first: "CS2 0.81, CS1 0.19". Print it after `given` or
        `condition` only.
        """
        if not self.states or self.states[0].record.refused:
            return "refused" if self.states else ""
        return states_text(self.states[0].record.states.items())

    @property
    def limit(self) -> str:
        """The state by the first code with design limits, in a line; empty without one.

        It is the last state, which is the worst: "exceeds 0.30 mm: 0.81". Print it as a state.
        """
        if not self.limits or self.limits[0].record.refused:
            return "refused" if self.limits else ""
        states = self.limits[0].record.states
        return next((f"{name}: {share_text(states[name])}" for name in reversed(states)), "")


def crack_view(
    photo: PhotoRecord,
    crack: CrackRecord,
    boundaries: Sequence[Boundary],
    remarks: Sequence[tuple[str, str]] = (),
    *,
    graph: bool,
) -> CrackView:
    """Return the data of one crack for the templates.

    Args:
        photo: the photograph of the crack.
        crack: of this photograph.
        boundaries: levels of the graph.
        remarks: titles and texts of what people decided about it.
        graph: whether to draw the widths along the crack.
    """
    width_mm = figures.max_width_mm(crack)
    codes = [CodeView(grade, _shares(grade)) for grade in crack.grades]
    return CrackView(
        photo=photo,
        record=crack,
        width=figures.max_width(crack),
        mean=figures.mean_width(crack),
        length=figures.length(crack),
        rank=None if width_mm is None else rank_of(width_mm),
        states=[code for code in codes if code.record.kind == "inspection state"],
        limits=[code for code in codes if code.record.kind == "design limit"],
        facts=[*remarks, *_facts(photo, crack)],
        contributions=_contributions(crack),
        graph=profile_graph(crack, boundaries) if graph else None,
        decided=next((_DECIDED[title] for title, _ in remarks if title in _DECIDED), ""),
    )


def _shares(grade: GradeRecord) -> list[Share]:
    if grade.refused:
        return []
    return [
        Share(state, share_text(share), round(100 * share, 1))
        for state, share in grade.states.items()
        if share >= _LEAST_SHARE
    ]


def _facts(photo: PhotoRecord, crack: CrackRecord) -> list[tuple[str, str]]:
    found = crack.measurement
    if found is None:
        return []
    bound = "a lower bound: the crack reaches the border of the picture or a hidden area"
    orientation = figures.other_unit(found.orientation_deg, "°", 0)
    facts = [
        ("A crack", _certainty(crack)),
        ("Mean width", figures.mean_width(crack).whole),
        ("Length", figures.length(crack).whole + (f", {bound}" if found.is_lower_bound else "")),
        ("Inferred", _inferred(crack)),
        ("Continues", _continues(photo, crack)),
        ("Network", network_text(crack.network)),
        ("Orientation", f"{orientation.whole} from the horizontal, counter-clockwise"),
        ("Direction", _direction(found.direction, found.to_axis_deg)),
        ("Pattern", found.pattern),
        ("Measured", f"{found.measured_share:.0%} of the length from grey levels"),
        ("Confidence", f"{crack.confidence:.2f}"),
    ]
    return [(name, text) for name, text in facts if text]


def _certainty(crack: CrackRecord) -> str:
    if crack.probability is None:
        return ""
    kinds = kinds_text(crack.kinds)
    return share_text(crack.probability) + (f"; else {kinds}" if kinds else "")


def _inferred(crack: CrackRecord) -> str:
    length = figures.inferred_length(crack)
    return f"{length} of the length was not seen, and has no width" if length else ""


def _continues(photo: PhotoRecord, crack: CrackRecord) -> str:
    """Return which cracks may be this one beyond what hides it; empty if none."""
    if not crack.continues:
        return ""
    marked = photo.scale is not None and photo.scale.source == "marker"
    beyond = "a marker" if marked and not photo.no_concrete_share else "a hidden area"
    return f"as {' and '.join(crack.continues)} beyond {beyond}"


def network_text(network: NetworkRecord | None) -> str:
    """Return the figures of map cracking in a line; empty for any other crack.

    >>> network_text(NetworkRecord())
    'map cracking, one finding'
    """
    if network is None:
        return ""
    in_mm, found = network.max_width_mm is not None, []
    if network.spacing_mm:
        found.append(f"spacing {figures.two_digits(network.spacing_mm.value / figures.MM_PER_M)} m")
    elif network.spacing_px:
        found.append(f"spacing {network.spacing_px.value:,.0f} px")
    if network.density_m_per_m2:
        found.append(f"density {figures.two_digits(network.density_m_per_m2.value)} m per m²")
    width = network.max_width_mm or network.max_width_px
    if width:
        unit, digits = ("mm", 2) if in_mm else ("px", 1)
        found.append(f"greatest width {figures.other_unit(width, unit, digits).text}")
    return ": ".join(["map cracking, one finding", *([", ".join(found)] if found else [])])


def _direction(direction: str | None, to_axis_deg: float | None) -> str:
    if direction is None or to_axis_deg is None:
        return "no axis of the member was given"
    return f"{direction}, {to_axis_deg:.0f}° to the axis of the member"


def _contributions(crack: CrackRecord) -> list[Contribution]:
    """Return the sources of the uncertainty, sorted by their part in that of the width."""
    found = crack.measurement
    if found is None:
        return []
    width = found.max_width_mm or found.max_width_px
    length = found.length_mm or found.length_px
    names = sorted(
        {*width.contributions, *length.contributions},
        key=lambda name: (-width.contributions.get(name, 0.0), name),
    )
    unit = "mm" if found.max_width_mm else "px"
    return [
        Contribution(
            name,
            _part(width, name, unit),
            _variance_share(width, name),
            _part(length, name, unit),
        )
        for name in names
    ]


def _part(value: QuantityRecord, name: str, unit: str) -> str:
    """Return a standard uncertainty to two significant digits (JCGM 100:2008, 7.2.6)."""
    part = value.contributions.get(name)
    return "" if part is None else f"{float(f'{part:.2g}'):g} {unit}"


def _variance_share(value: QuantityRecord, name: str) -> str:
    part = value.contributions.get(name)
    if part is None or value.standard == 0:
        return ""
    return f"{(part / value.standard) ** 2:.0%}"
