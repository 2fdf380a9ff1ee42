"""The default engine, OpenVINO."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError
from cracklens.machine import available_cpus
from cracklens.models.engines import (
    Outputs,
    Precision,
    no_network,
    require_onnx,
    require_outputs,
)
from cracklens.models.engines.silent import openvino as ov


@cache
def core() -> Any:  # noqa: ANN401 - OpenVINO ships no types
    """Return OpenVINO's one core of this process."""
    return ov.Core()


def capabilities() -> list[str]:
    """Return the number formats that OpenVINO supports on this processor, such as "BF16"."""
    return list(core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


class OpenVinoEngine:
    """An ONNX network compiled by OpenVINO for a fixed batch, with explicit precision.

    Precision is always set, because the default of OpenVINO uses bf16 without a message.

    On two processors, two streams (the hint THROUGHPUT) are faster than one stream on both (the
    hint LATENCY), also with one picture per call. A MobileNetV2 U-Net (2.4 million parameters) with
    windows of 512 px takes 117 ms per million pixels against 132 ms in f32, and 64 against 74 ms in
    bf16; the process uses 225 MB against 177 MB. With free dimensions it is as fast but uses
    336 MB. So known sizes are fixed, which costs 0.1 s for each size (OpenVINO 2026.4, AMD EPYC
    with AVX-512 BF16).
    """

    def __init__(
        self,
        network: Path,
        precision: Precision,
        batch_size: int,
        size_px: tuple[int, int] | None = None,
        outputs: Sequence[str] | None = None,
    ) -> None:
        if precision == "bf16" and "BF16" not in capabilities():
            raise ModelError("this processor does not compute in bf16: use --precision f32")
        require_onnx(network)
        try:
            model = core().read_model(str(network))
            wanted = require_outputs(network, outputs, [o.get_any_name() for o in model.outputs])
            if len(wanted) < len(model.outputs):
                model = ov.Model([model.output(name) for name in wanted], model.get_parameters())
            shape = model.input("pixels").partial_shape
            shape[0] = batch_size
            for axis, side in enumerate(size_px or (), start=1):
                if shape[axis].is_dynamic:  # a network of fixed size keeps it and refuses others
                    shape[axis] = side
            model.reshape({"pixels": shape})
            self._compiled = core().compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": precision,
                    "PERFORMANCE_HINT": "THROUGHPUT",
                    "INFERENCE_NUM_THREADS": available_cpus(),
                },
            )
        except RuntimeError as error:
            raise no_network(network, error) from error
        self.name = f"OpenVINO {ov.__version__.split('-')[0]}"
        self.precision: Precision = precision
        self._batch_size = batch_size
        self._any_size = self._compiled.input("pixels").partial_shape.is_dynamic
        self._outputs = [port.get_any_name() for port in self._compiled.outputs]
        streams = self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self._in_flight = 2 * streams
        self._idle: list[list[Any]] = []  # sets of requests; each call (so each thread) takes one

    def _fill(self, request: Any, piece: NDArray[np.uint8]) -> None:  # noqa: ANN401 - see core
        tensor = request.get_tensor("pixels")
        if self._any_size:
            tensor.shape = (self._batch_size, *piece.shape[1:])
        tensor.data[: len(piece)] = piece

    def run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """Run one batch of any length."""
        return next(self.map([pixels]))

    def map(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[Outputs]:
        """Run batches of any length, several in flight; yield their outputs in order."""
        try:
            requests = self._idle.pop()
        except IndexError:
            requests = [self._compiled.create_infer_request() for _ in range(self._in_flight)]
        free = list(requests)
        running: deque[tuple[Any, int, bool]] = deque()
        parts: list[Outputs] = []

        def finish() -> Outputs | None:
            request, count, last = running.popleft()
            request.wait()
            parts.append(
                {name: request.get_tensor(name).data[:count].copy() for name in self._outputs}
            )
            free.append(request)
            if not last:
                return None
            joined = {name: np.concatenate([p[name] for p in parts]) for name in self._outputs}
            parts.clear()
            return joined

        try:
            for batch in batches:
                starts = range(0, max(len(batch), 1), self._batch_size)
                for start in starts:
                    if not free and (done := finish()) is not None:
                        yield done
                    piece = batch[start : start + self._batch_size]
                    request = free.pop()
                    self._fill(request, piece)
                    request.start_async()
                    running.append((request, len(piece), start == starts[-1]))
            while running:
                if (done := finish()) is not None:
                    yield done
        finally:
            for request, _, _ in running:
                request.wait()
            self._idle.append(requests)
