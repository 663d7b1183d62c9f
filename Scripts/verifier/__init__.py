"""Checks evidence files of Chancery by the formats of docs/formats.md; shares no code with it."""
