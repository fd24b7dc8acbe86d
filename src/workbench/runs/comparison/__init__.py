"""Whether a notebook and its flow gave the same: outputs cell by cell, values at the end of each step.

noise.py      what may differ in a text without meaning anything, rule by rule
outputs.py    two cells' outputs               images.py   two pictures
values.py     two values, by structure         arrays.py, frames.py, code.py   what libraries and functions need
keep.py       runs in the kernel: the values that a step gives, into files
judge.py      runs in a process of its own: both sides' values loaded and compared
"""
