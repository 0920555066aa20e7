"""Writes the piece: form, harmony, melody and groove, bar by bar. Never touches sound."""
