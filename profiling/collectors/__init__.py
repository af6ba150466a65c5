"""One module per tool. See profiling/collector.py for what each must define."""
