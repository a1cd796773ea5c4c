"""Peers: minimal programs a good engineer would write without this product; each states what it leaves out."""
