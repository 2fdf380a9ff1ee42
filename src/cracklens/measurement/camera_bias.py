"""Bias of the widths of a camera, as a function of the width."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CameraBias:
    """Bias and scatter of the widths of one camera, from lines of known width.

    Between the nodes both are interpolated linearly in the measured width. Beyond the first and
    the last node they are constant.

    Attributes:
        width_px: (N,) measured widths of the nodes, increasing, N >= 1.
        bias_px: (N,) mean of measured minus true width over the lines of the node. The correction
            subtracts it from a width.
        scatter_px: (N,) standard uncertainty after the correction: the standard deviation of
            single lines of one width.
        size_px: sides of the photograph of the check, in any order. The bias applies only to
            photographs of this size, since blur and sharpening in px depend on it. None if unknown.
    """

    width_px: tuple[float, ...]
    bias_px: tuple[float, ...]
    scatter_px: tuple[float, ...]
    size_px: tuple[int, int] | None = None

    def why_not_for(self, shape: tuple[int, ...], digital_zoom: float | None) -> str | None:
        """Return why the check does not apply to a photograph; None if it does.

        Args:
            shape: of the photograph, height first.
            digital_zoom: factor from the metadata; None if there is none.
        """
        if digital_zoom is not None and digital_zoom > 1.01:  # noqa: PLR2004 - 1 as a fraction
            return f"the photograph was zoomed digitally by {digital_zoom:g}"
        if self.size_px is None or sorted(self.size_px) == sorted(shape[:2]):
            return None
        return (
            f"the photograph is {shape[1]} x {shape[0]} px and that of the check was "
            f"{self.size_px[0]} x {self.size_px[1]} px"
        )

    def __post_init__(self) -> None:
        """Check the table.

        Raises:
            UsageError: the columns differ in length, are empty or not finite, the widths do not
                increase, or a scatter is negative.
        """
        columns = (self.width_px, self.bias_px, self.scatter_px)
        if not self.width_px or len({len(column) for column in columns}) != 1:
            counts = ", ".join(str(len(column)) for column in columns)
            raise UsageError(
                f"a camera check needs as many biases and scatters as widths, at least one; got "
                f"{counts}: check the camera again"
            )
        if not np.isfinite(np.array(columns)).all():
            raise UsageError("a camera check holds a value that is not finite: check it again")
        if (np.diff(self.width_px) <= 0).any():
            raise UsageError("the widths of a camera check must increase from node to node")
        if min(self.scatter_px) < 0:
            raise UsageError(f"a scatter cannot be negative, got {min(self.scatter_px):g} px")

    def bias_at(self, width_px: Floats) -> Floats:
        """Return the bias at measured widths, (N,) px.

        >>> table = CameraBias((2.0, 4.0), (0.2, 0.0), (0.1, 0.1))
        >>> [round(bias, 9) for bias in table.bias_at(np.array([1.0, 3.0, 9.0])).tolist()]
        [0.2, 0.1, 0.0]
        """
        return np.interp(width_px, self.width_px, self.bias_px)

    def scatter_at(self, width_px: Floats) -> Floats:
        """Return the standard uncertainty after the correction at measured widths, (N,) px."""
        return np.interp(width_px, self.width_px, self.scatter_px)
