"""Methods, one file each: see `backend.stages.method.Method` for what one must do."""
