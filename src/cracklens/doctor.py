"""What this installation is and what its machine can do."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from cracklens.machine import available_cpus, cache_folder

_PACKAGES = ("openvino", "numpy", "pillow", "simplejpeg", "pydantic", "matplotlib")
_OPTIONAL = ("torch", "torchvision", "timm", "onnx", "onnxscript", "safetensors", "onnxruntime")
_FEATURES = {
    "bf16 (AMX)": "amx_bf16",
    "bf16 (AVX-512)": "avx512_bf16",
    "VNNI (AVX-512)": "avx512_vnni",
    "VNNI (AVX)": "avx_vnni",
    "AVX2": "avx2",
}


def examine() -> dict[str, dict[str, str]]:
    """Return facts by topic; nothing is sent anywhere."""
    return {
        "versions": {
            "cracklens": version("cracklens"),
            "python": f"{platform.python_version()} ({platform.platform()})",
            **{name: _version(name) for name in _PACKAGES + _OPTIONAL},
        },
        "engine": _engine(),
        "processor": _processor(),
        "GPU": _gpu(),
        "caches": _caches(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        extra = "onnxruntime" if package == "onnxruntime" else "train"
        return f"not installed (extra [{extra}])" if package in _OPTIONAL else "missing"


def _engine() -> dict[str, str]:
    from cracklens.models.engines.openvino import capabilities

    try:
        found = capabilities()
    except RuntimeError as error:
        return {"OpenVINO": f"does not work: {error}"}
    return {
        "OpenVINO": "works",
        "precisions": ", ".join(p for p in found if p in {"FP32", "BF16", "FP16", "INT8"}),
        "auto precision": "bf16 where a model agrees" if "BF16" in found else "f32",
    }


def _processor() -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8", errors="replace") if info.is_file() else ""
    lines: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        lines[name.strip()] = value.strip()
    flags = set(lines.get("flags", "").split())
    facts = {
        "model": lines.get("model name") or platform.processor() or platform.machine(),
        "processors": str(os.cpu_count()),
        "threads usable here": str(available_cpus()),
    }
    if flags:
        facts |= {name: "yes" if flag in flags else "no" for name, flag in _FEATURES.items()}
    return facts


def _gpu() -> dict[str, str]:
    program = shutil.which("nvidia-smi")
    if not program:
        return {"NVIDIA": "none found"}
    command = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"NVIDIA": f"nvidia-smi does not answer ({error})"}
    return {"NVIDIA": done.stdout.strip() or "none found", "PyTorch": _torch_on_gpu()}


def _torch_on_gpu() -> str:
    if find_spec("torch") is None:
        return "not installed"
    import torch

    return "can use it" if torch.cuda.is_available() else "cannot use it"


def _caches() -> dict[str, str]:
    folder = cache_folder()
    rows = {"folder": f"{folder} (set CRACKLENS_CACHE to move it)"}
    for name in ("backbones", "features"):
        files = [f for f in (folder / name).rglob("*") if f.is_file()]
        size = sum(f.stat().st_size for f in files)
        rows[name] = f"{size / 1e6:,.0f} MB in {len(files):,} files"
    hub = os.environ.get("HF_HOME") or str(Path.home() / ".cache" / "huggingface")
    rows["pretrained weights"] = f"{hub} (set HF_HOME to move it)"
    return rows
