#!/usr/bin/env python3
"""Looks at a built program: what uses 256-bit registers clears them (core/src/lanes_avx2.cpp says why).

  wide_registers.py FILE

Exit code 1 names each function that does not, and is there too when nothing uses any: then nothing was looked at.
"""
import re
import subprocess
import sys


def main():
    code = subprocess.run(['objdump', '-dC', '--no-show-raw-insn', sys.argv[1]], check=True, capture_output=True,
                          text=True).stdout
    using = [part.split('\n', 1) for part in code.split('\n\n') if '%ymm' in part]
    faults = [name for name, body in using if 'vzeroupper' not in body]
    for name in faults:
        print(f'{sys.argv[1]}: {re.sub("^[0-9a-f]+ ", "", name)} leaves 256-bit registers in use')
    print(f'{len(using)} functions use them, {len(faults)} faults')
    return 1 if faults or not using else 0


sys.exit(main())
