"""Reads the weights of TensorFlow.js models (the "layers and graph model" weights manifest)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[Any]]


def read_weights(manifest: list[dict[str, Any]], folder: Path) -> Weights:
    """Every weight of the manifest by name, dequantized to its own dtype.

    manifest: groups of `{"paths": [file, …], "weights": [{"name", "shape", "dtype", "quantization"?}, …]}`; a group's
    files, joined, hold its weights back to back. Affine quantization is value = stored·scale + min.
    Raises ValueError when a group's files are longer or shorter than its weights.
    """
    weights: Weights = {}
    for group in manifest:
        stored = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            quantization = entry.get("quantization")
            dtype = np.dtype(quantization["dtype"] if quantization else entry["dtype"])
            count = int(np.prod(entry["shape"]))
            values = np.frombuffer(stored, dtype, count, offset).reshape(entry["shape"])
            offset += count * dtype.itemsize
            if quantization and "scale" in quantization:
                values = values.astype(np.float32) * quantization["scale"] + quantization["min"]
            weights[entry["name"]] = values.astype(entry["dtype"])
        if offset != len(stored):
            raise ValueError(f"{group['paths']}: {len(stored)} bytes, but the manifest describes {offset}")
    return weights


def read_manifest(path: Path) -> list[dict[str, Any]]:
    """The weights manifest in a file of its own (bare weights without a graph)."""
    manifest: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return manifest
