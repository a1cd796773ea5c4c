"""Jiuzhu's services: four that decide, the log they share, and the contracts they speak in."""
