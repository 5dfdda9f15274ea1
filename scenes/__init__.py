"""The film: one chapter per file, made of what is in `scenes.kit`."""
