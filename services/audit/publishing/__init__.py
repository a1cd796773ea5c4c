"""Publishes the transparency log: tiles and checkpoints as durable files, from Kafka alone, cosigned by witnesses.

`files` keeps one tiled log in a folder; `publisher` reads Kafka into them; `witnesses` asks for cosignatures.
"""
