"""What data sets share that lie on disk as files: finding them, naming classes, splitting.

`scan` lists files, `naming` makes class names, `folders` reads a folder a class, `draw` and `lists` split,
`split` chooses between them, `dataset` is the base class of the files in `backend/datasets`.
"""
