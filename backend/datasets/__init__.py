"""Data sets, one file each: see `backend.pictures.Dataset` for what one must say."""
