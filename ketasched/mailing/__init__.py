"""Invitations by mail: what is due to an address, how it is written, and how it goes."""
