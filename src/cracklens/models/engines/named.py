"""A small network with several named inputs, run in f32 by OpenVINO or ONNX Runtime."""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError
from cracklens.machine import available_cpus
from cracklens.models.engines import no_network, one_line, require_onnx

Arrays = Mapping[str, NDArray[Any]]


class NamedEngine:
    """An ONNX network from named arrays to named float32 arrays; the batch is free."""

    def __init__(self, network: Path, engine: str = "openvino") -> None:
        """Load the network.

        Raises:
            ModelError: the file is no network.
            MissingExtraError: `onnxruntime` is not installed.
        """
        self._network = network
        self._program = _OnnxRuntime(network) if engine == "onnxruntime" else _OpenVino(network)

    def run(self, arrays: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run the network on one batch.

        Raises:
            ModelError: the network has other inputs, or cannot run on these shapes.
        """
        if set(arrays) != self._program.names:
            raise ModelError(
                f"{self._network} has the inputs {', '.join(sorted(self._program.names))}, not "
                f"{', '.join(sorted(arrays))}: it is not the network of this task; copy the "
                "folder again, or train again"
            )
        try:
            return self._program.run({n: np.ascontiguousarray(a) for n, a in arrays.items()})
        except Exception as error:  # exceptions of ONNX Runtime share no public base class
            raise ModelError(
                f"{self._network} does not fit its inputs: {one_line(error)}; copy the folder "
                "again, or train again"
            ) from error


class _OpenVino:
    def __init__(self, network: Path) -> None:
        from cracklens.models.engines.openvino import core

        require_onnx(network)
        try:
            self._compiled = core().compile_model(
                str(network),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "f32",
                    "PERFORMANCE_HINT": "LATENCY",
                    "INFERENCE_NUM_THREADS": available_cpus(),
                },
            )
        except RuntimeError as error:
            raise no_network(network, error) from error
        self.names = {port.get_any_name() for port in self._compiled.inputs}
        self._lock = Lock()

    def run(self, arrays: Arrays) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            answer = self._compiled(arrays)
        return {port.get_any_name(): np.array(values) for port, values in answer.items()}


class _OnnxRuntime:
    def __init__(self, network: Path) -> None:
        from cracklens.models.engines.onnxruntime import open_session

        self._session, _ = open_session(network)
        self.names = {given.name for given in self._session.get_inputs()}
        self._outputs = [made.name for made in self._session.get_outputs()]

    def run(self, arrays: Arrays) -> dict[str, NDArray[np.float32]]:
        return dict(zip(self._outputs, self._session.run(self._outputs, arrays), strict=True))
