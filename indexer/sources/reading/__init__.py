"""Bytes in, lines and records out, in bounded memory: what the readers of formats stand on."""
