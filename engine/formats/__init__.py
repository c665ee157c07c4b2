"""Networks and arrays as files: safetensors, ONNX, state dicts."""
