#!/usr/bin/env python3
"""Looks at built programs and libraries: what the compiler was asked for against attackers is in them.

  hardening.py FILE...

Position independent, relocations read-only and bound at the start, no executable stack, no search path of ours, stack
protector, fortified calls, and the branch protection that the processor has. Exit code 1 names each fault.
"""
import re
import subprocess
import sys

# The others copy into no array of a known size: nothing there to fortify.
COPIES = re.compile(r'/(tillcued|tillcue-hq|tillcue-models|tillcue-pos)$')


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def faults(path):
    facts = told('readelf', '-W', '-h', '-l', '-d', '-n', path)
    symbols = told('readelf', '-W', '--dyn-syms', path)
    program = '.so' not in path.rsplit('/', 1)[-1]
    machine = re.search(r'Machine:\s+(.*)', facts).group(1)
    if not re.search(r'Type:\s+DYN', facts) or (program and not re.search(r'FLAGS_1.*\bPIE\b', facts)):
        yield 'is not position independent'
    if 'GNU_RELRO' not in facts:
        yield 'has no read-only relocations'
    if not re.search(r'FLAGS_1.*\bNOW\b|BIND_NOW', facts):
        yield 'binds lazily'
    stack = re.search(r'GNU_STACK\s.*', facts)
    if not stack or re.search(r'\bRWE\b', stack.group(0)):
        yield 'has an executable stack'
    if re.search(r'\((RPATH|RUNPATH)\)', facts):
        yield 'brings a search path for libraries along'
    if re.search(r'\(TEXTREL\)', facts):
        yield 'writes into its own code at the start'
    if '__stack_chk_fail' not in symbols:
        yield 'has no stack protector'
    if COPIES.search(path) and not re.search(r'__\w+_chk\b', symbols):
        yield 'has no fortified call'
    code = told(OBJDUMP.get(machine, 'objdump'), '-d', '--no-show-raw-insn', path) if machine in LANDING else ''
    if machine in LANDING and len(re.findall(LANDING[machine], code)) < 20:
        yield f'has no landing marks for indirect jumps ({LANDING[machine]})'


# Debian's own start files carry no mark, so the note of the whole file would say nothing: the code is looked at.
LANDING = {'Advanced Micro Devices X86-64': r'\bendbr64\b', 'Intel 80386': r'\bendbr32\b', 'AArch64': r'\b(paciasp|bti)\b'}
OBJDUMP = {'AArch64': 'aarch64-linux-gnu-objdump', 'Intel 80386': 'i686-linux-gnu-objdump'}


def main():
    found = 0
    for path in sys.argv[1:]:
        for fault in faults(path):
            print(f'{path}: {fault}')
            found += 1
    print(f'{len(sys.argv) - 1} files, {found} faults')
    return 1 if found or len(sys.argv) < 2 else 0


if __name__ == '__main__':
    sys.exit(main())
