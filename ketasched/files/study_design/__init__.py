"""Designs of trials, as the JSON of CDISC's Unified Study Definitions Model (USDM, version 4)."""
