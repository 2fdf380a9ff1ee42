"""Engines that run an ONNX network; two independent engines allow a comparison."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError, UsageError, did_you_mean
from cracklens.files import open_regular

Outputs = dict[str, NDArray[np.float32]]
Precision = Literal["f32", "bf16"]

DEFAULT_BATCH: dict[Precision, int] = {"f32": 4, "bf16": 8}
"""Fastest batch sizes on 2 cores for ResNet101 at 227 px, by 5 to 7 %: in f32 19.4 pictures/s with
4 against 18.4 with 8, in bf16 144 with 8 against 134 with 4 (OpenVINO 2026.4, Xeon with AMX)."""


class Engine(Protocol):
    """A network in memory: `pixels` (N x H x W x 3, uint8) in, named float32 arrays out."""

    name: str
    """Name and version of the engine."""
    precision: Precision

    def map(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[Outputs]:
        """Run batches of any length, several in flight; yield their outputs in order."""
        ...

    def run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """Run one batch of any length."""
        ...


def load_engine(
    network: Path,
    *,
    engine: str = "openvino",
    precision: Precision = "f32",
    batch_size: int | None = None,
    size_px: tuple[int, int] | None = None,
    outputs: Sequence[str] | None = None,
) -> Engine:
    """Load an ONNX file into an engine.

    Args:
        network: file with an input `pixels` (batch x H x W x 3, uint8).
        engine: `openvino`, or `onnxruntime` (an extra).
        precision: `f32`, or `bf16` if the processor supports it.
        batch_size: pictures per call of the network; 1 gives the shortest time for one picture.
        size_px: height and width of the pictures, fixed if the file has free dimensions. OpenVINO
            then needs a third less memory. ONNX Runtime ignores it.
        outputs: names of the wanted outputs; default: all. OpenVINO skips the operations that only
            other outputs need.

    Raises:
        UsageError: unknown engine.
        ModelError: the processor does not support the precision, the file is no network, or the
            network lacks an output.
        MissingExtraError: `onnxruntime` is not installed.
    """
    batch_size = batch_size or DEFAULT_BATCH[precision]
    if engine == "openvino":
        from cracklens.models.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(network, precision, batch_size, size_px, outputs)
    if engine == "onnxruntime":
        from cracklens.models.engines.onnxruntime import OnnxRuntimeEngine

        return OnnxRuntimeEngine(network, precision, batch_size, outputs)
    raise UsageError(
        f"unknown engine {engine!r}: {did_you_mean(engine, ['openvino', 'onnxruntime'])}"
    )


def require_onnx(network: Path) -> None:
    """Refuse a file that is no ONNX: OpenVINO would try all its formats on it, which print errors.

    ONNX begins with the tag of its field 1, `ir_version` (onnx.proto).

    Raises:
        ModelError: it is none, or cannot be read.
    """
    try:
        with open_regular(network) as file:
            start = file.read(1)
    except OSError as error:
        raise no_network(network, error) from error
    if start != b"\x08":
        raise no_network(network, "it is no ONNX file")


def no_network(network: Path, why: Exception | str) -> ModelError:
    """Return the error of a file that an engine cannot load, on one line."""
    return ModelError(
        f"{network} cannot be loaded as a network: {one_line(why)}; copy the folder again, or "
        "train again"
    )


def one_line(error: Exception | str) -> str:
    r"""Return the message of an engine without places in its source code.

    >>> one_line("Exception from src/core.cpp:84:\nUnable to read the model\n\n")
    'Unable to read the model'
    """
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("Exception from"))


def require_outputs(network: Path, wanted: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """Return the wanted outputs; by default all of `known`.

    Raises:
        ModelError: the network lacks one.
    """
    missing = [name for name in wanted or () if name not in known]
    if missing:
        raise ModelError(
            f"{network} has no output {missing[0]!r}, only {', '.join(known)}: "
            "it is not the network of this task"
        )
    return list(known if wanted is None else wanted)


def has_bf16() -> bool:
    """Tell whether this processor computes in bf16 (AMX or AVX-512 BF16), according to OpenVINO."""
    from cracklens.models.engines.openvino import capabilities

    return "BF16" in capabilities()
