"""Connections under uvicorn, bounded in number and in what they may wait for."""
