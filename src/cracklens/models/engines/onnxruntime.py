"""The engine ONNX Runtime: for other hardware, and as an independent check of OpenVINO."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import MissingExtraError, ModelError
from cracklens.machine import available_cpus
from cracklens.models.engines import Outputs, Precision, no_network, require_outputs


def open_session(network: Path) -> tuple[Any, str]:
    """Return an ONNX file in a session, and the name of the engine with its version.

    Raises:
        ModelError: the file is no network.
        MissingExtraError: ONNX Runtime is not installed.
    """
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise MissingExtraError("the engine onnxruntime", "onnxruntime") from error
    options = ort.SessionOptions()
    options.intra_op_num_threads = available_cpus()
    try:
        session = ort.InferenceSession(
            str(network), options, providers=ort.get_available_providers()
        )
    except Exception as error:  # exceptions of ONNX Runtime share no public base class
        raise no_network(network, error) from error
    return session, f"ONNX Runtime {ort.__version__}"


class OnnxRuntimeEngine:
    """An ONNX network in ONNX Runtime, on the first provider that works (CUDA, CoreML, CPU)."""

    def __init__(
        self,
        network: Path,
        precision: Precision,
        batch_size: int,
        outputs: Sequence[str] | None = None,
    ) -> None:
        if precision != "f32":
            raise ModelError("onnxruntime computes in f32 here: use --precision f32")
        self._session, self.name = open_session(network)
        self.precision: Precision = precision
        self._batch_size = batch_size
        known = [output.name for output in self._session.get_outputs()]
        self._outputs = require_outputs(network, outputs, known)

    def run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """Run one batch of any length."""
        pieces = [
            self._session.run(self._outputs, {"pixels": pixels[start : start + self._batch_size]})
            for start in range(0, max(len(pixels), 1), self._batch_size)
        ]
        return {
            name: np.concatenate([piece[index] for piece in pieces])
            for index, name in enumerate(self._outputs)
        }

    def map(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[Outputs]:
        """Run batches of any length one after the other."""
        return map(self.run, batches)
