"""size_test.py BYTES FILE...: the files together, each as gzip -9 makes it, are at most BYTES."""
import gzip
import os
import sys

limit = int(sys.argv[1])
total = 0
for path in sys.argv[2:]:
    with open(path, "rb") as file:
        content = file.read()
    compressed = len(gzip.compress(content, 9, mtime=0))
    print(f"{os.path.basename(path)}: {len(content)} bytes, {compressed} as gzip")
    total += compressed
print(f"together {total} of {limit}")
sys.exit(0 if total <= limit else 1)
