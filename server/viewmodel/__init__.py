"""What a screen needs of a network, a trace and an explanation, as bodies for the wire. Pure functions."""

from convoscope.server.viewmodel.explanation import explanation_view, windows_arrays
from convoscope.server.viewmodel.network import network_summary, network_view, range_groups
from convoscope.server.viewmodel.trace import gradients_view, params_view, trace_view

__all__ = [
    "explanation_view",
    "gradients_view",
    "network_summary",
    "network_view",
    "params_view",
    "range_groups",
    "trace_view",
    "windows_arrays",
]
