"""Reading uploads that may be traps: folders, archives and notebooks become names and bytes within limits.

    places, platforms, roster  ->  which entries of a class are whose, by their names alone (`grader.classes`)
    folder, archives (with tar)  ->  Basket  ->  settle  ->  notebook  ->  the snapshot that `grader.submission` writes

Uploads are only ever read as bytes. Nothing here runs, imports or parses student code.
"""
