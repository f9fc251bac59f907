# Made from ../_async/__init__.py by make_sync.py; not to be edited.
"""The client for threads."""
