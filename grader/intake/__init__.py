"""Reading uploads that may be traps: folders, archives and notebooks become names and bytes within limits.

    folder, archives (with tar)  ->  Basket  ->  notebook  ->  the snapshot that `grader.submission` writes

Uploads are only ever read as bytes. Nothing here runs, imports or parses student code.
"""
