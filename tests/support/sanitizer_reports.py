#!/usr/bin/env python3
"""Shows what the sanitizers wrote since it was last asked, and fails if that is anything: sanitizer_reports.py FOLDER."""
import os
import sys

folder = sys.argv[1]
names = sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name)))
told = os.path.join(folder, 'told')
os.makedirs(told, exist_ok=True)
for name in names:
    with open(os.path.join(folder, name), encoding='utf-8', errors='replace') as report:
        print(f'--- {name}\n{report.read(8000)}')
    os.replace(os.path.join(folder, name), os.path.join(told, name))
print(f'{len(names)} reports; those of before are in {told}')
sys.exit(1 if names else 0)
