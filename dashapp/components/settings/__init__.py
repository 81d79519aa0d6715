"""The settings page's parts: the lists and limits an institution decides for itself."""
