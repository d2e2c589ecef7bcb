"""Who grades which submission where. `local` uses the processes of this machine."""
