"""The real cluster, through the official `kubernetes` package. Importing this imports nothing heavy."""
