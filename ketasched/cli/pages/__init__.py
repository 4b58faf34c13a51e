"""Pages for a browser and for paper: one file each, made of templates; the only place of jinja2."""
