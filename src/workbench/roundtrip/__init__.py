"""The way back: hand edits of a flow, told from what `promote` wrote, merged, and brought into the notebook's cells.

Pure: texts and notebooks in, texts and notebooks out.
"""
