"""What a table, a notebook, a flow, a run or an artifact comes from, and what comes of it.

gathering.py   what the project, dbt and the warehouse know       texts.py    what a text reads and writes
building.py    that, as one graph: pure                           graph.py    the graph, cut and drawn: pure
finding.py     which thing is meant                               loads.py    the files in RAW tables
"""
