"""Tells what a run found: console, JSON, pictures. Values only."""
