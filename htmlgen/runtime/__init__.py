"""Bundles on disk, and sessions that run them with ONNX Runtime."""
