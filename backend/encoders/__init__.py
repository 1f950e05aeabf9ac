"""The image-text model: open_clip, soft prompts, and what of the image tower moves."""
