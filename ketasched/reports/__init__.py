"""Every JSON and CSV shape; nothing else builds one."""
