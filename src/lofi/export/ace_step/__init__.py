"""Exporter of ACE-Step v1: the networks of a checkpoint in torch, and as ONNX graphs.

The denoiser, the encoder of conditions and the vocoder are written here from their formulas, with
the names that the checkpoint's weights have; the autoencoder is diffusers', the text encoder
transformers'. Needs the extra ``export``. Nothing else in the program imports this package.
"""
