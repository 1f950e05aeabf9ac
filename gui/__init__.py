"""The window: Qt and charts over `backend.api`. The only package that imports Qt, and one that never imports torch."""
