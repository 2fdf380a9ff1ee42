"""A small network with several named inputs, run by OpenVINO in f32."""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError
from cracklens.machine import available_cpus
from cracklens.models.engines.openvino import core


class NamedEngine:
    """An ONNX network from named arrays to named float32 arrays; the batch is free."""

    def __init__(self, network: Path) -> None:
        """Load the network.

        Raises:
            ModelError: the file is no network.
        """
        self._network = network
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
            raise ModelError(f"{network} cannot be loaded as a network: {error}") from error
        self._names = {port.get_any_name() for port in self._compiled.inputs}
        self._lock = Lock()

    def run(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Run the network on one batch.

        Raises:
            ModelError: the network has other inputs, or cannot run on these shapes.
        """
        if set(arrays) != self._names:
            raise ModelError(
                f"{self._network} has the inputs {', '.join(sorted(self._names))}, not "
                f"{', '.join(sorted(arrays))}: it is not the network of this task"
            )
        try:
            with self._lock:
                answer = self._compiled({n: np.ascontiguousarray(a) for n, a in arrays.items()})
        except RuntimeError as error:
            raise ModelError(f"{self._network} does not fit its inputs: {error}") from error
        return {port.get_any_name(): np.array(values) for port, values in answer.items()}
