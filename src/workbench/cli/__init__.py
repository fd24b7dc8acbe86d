"""The command line: start.py is the way in, group.py click's group, and each other module one command."""
