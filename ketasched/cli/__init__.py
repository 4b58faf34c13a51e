"""The command line: read arguments, call, render, write once at the edge."""
