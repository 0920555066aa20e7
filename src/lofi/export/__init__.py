"""Turns a MusicGen checkpoint into the ONNX graphs that the backend computes with.

Needs the extra ``export`` (torch, transformers, onnx); nothing else in ``lofi`` imports it.
The graphs carry the names, types and axes of the published exports, so that the backend cannot
tell who made them.
"""
