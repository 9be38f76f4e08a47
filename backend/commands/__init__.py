"""One command of ``khabar`` a module; what it needs is imported when it runs."""
