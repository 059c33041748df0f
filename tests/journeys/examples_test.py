#!/usr/bin/env python3
"""Every command line that help texts and documents show: its program has that command, and the command these options.

usage: examples_test.py [DIRECTORY OF THE PROGRAMS]
"""
import glob
import os
import re
import shlex
import subprocess
import sys
import unittest

here = os.path.dirname(os.path.abspath(__file__))
source = os.path.dirname(os.path.dirname(here))
programs = os.environ.get('TILLCUE_BIN', os.path.join(source, 'build', 'dev', 'bin'))
NAMES = ('tillcue-models', 'tillcue-hq', 'tillcue-pos', 'tillcued')
BORROWED = {('tillcue-hq', 'campaign'): ('tillcue-models', 'campaign')}  # it hands all on
PIECES = {'|', '||', '&', '&&', ';', '<', '>', '>>', '(', ')', '2>'}


class Programs:
    """What each command's own help says, asked once."""

    def __init__(self):
        self.helps = {}

    def help(self, command):
        command = BORROWED.get(command[:2], command[:2]) + command[2:]
        if command not in self.helps:
            run = subprocess.run([os.path.join(programs, command[0]), *command[1:], '--help'], capture_output=True, text=True,
                                 timeout=30)
            self.helps[command] = run.stdout if run.returncode == 0 else None
        return self.helps[command]

    def below(self, command):
        """The commands a help lists."""
        part = re.search(r'^Subcommands:\n((?:  .*\n)+)', self.help(command) or '', re.M)
        return re.findall(r'^  (\S+)', part.group(1), re.M) if part else []

    def all(self, command):
        yield command
        for name in self.below(command):
            yield from self.all(command + (name,))

    def options(self, command):
        """Those in its list; long ones also in lines behind commas, as `-h,--help`."""
        text = self.help(command) or ''
        lists = re.split(r'^(?:Examples?|Input|Exit)\b', text, flags=re.M)[0]
        return set(re.findall(r'(?<![\w-])--[a-z][\w-]*', lists))

    def fault(self, words):
        """Why the line is none its program takes; None: it may be one."""
        command = (words.pop(0),)
        while words and not words[0].startswith('-') and words[0] in self.below(command):
            command += (words.pop(0),)
        if self.below(command) and words and re.fullmatch(r'[a-z][a-z-]+', words[0]):
            return f'{" ".join(command)} has no command {words[0]}'
        known = self.options(command)
        for word in words:
            name = word.split('=')[0]
            if re.fullmatch(r'--[a-z][\w-]*', name) and name not in known:
                return f'{" ".join(command)} has no option {name}'
        return None


def lines_of(text):
    """Lines of a shell, continued ones joined."""
    return re.sub(r'\\\n\s*', ' ', text).splitlines()


def calls(line):
    """The calls of our programs in a line of a shell, as words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars='|&;<>()')
    lexer.whitespace_split = True
    lexer.commenters = '#'
    try:
        words = list(lexer)
    except ValueError:  # prose with an apostrophe
        return []
    found, call = [], None
    for word in words:
        if word in PIECES:
            call = None
        elif call is None and os.path.basename(word) in NAMES:
            call = [os.path.basename(word)]
            found.append(call)
        elif call is not None:
            call.append(word)
    return found


class Examples(unittest.TestCase):
    asked = Programs()

    def check(self, where, text):
        number = 0
        for line in lines_of(text):
            for call in calls(line):
                number += 1
                with self.subTest(where=where, line=line.strip()):
                    self.assertIsNone(self.asked.fault(call), line)
        return number

    def test_a_made_up_option_and_command_are_seen(self):
        self.assertIn('no option --database', self.asked.fault(calls('tillcue-hq export --database hq.db --out x')[0]))
        self.assertIn('no command exprot', self.asked.fault(calls('zcat x | tillcue-hq exprot --db hq.db')[0]))
        self.assertIsNone(self.asked.fault(calls('tillcue-hq export --db=hq.db --decisions  # what was decided')[0]))

    def test_lines_of_every_help_text(self):
        number = 0
        for name in NAMES:
            for command in self.asked.all((name,)):
                text = self.asked.help(command)
                self.assertIsNotNone(text, command)
                text = re.sub(r'^  -.*\n', '', text, flags=re.M)  # what an option is for is prose
                number += self.check(' '.join(command) + ' --help', text)
        self.assertGreater(number, 100)

    def test_blocks_of_every_document(self):
        number = 0
        for path in sorted(glob.glob(os.path.join(source, '**', '*.md'), recursive=True)):
            where = os.path.relpath(path, source)
            if where.split(os.sep)[0] in ('build', 'tests') or where == 'CHANGELOG.md':
                continue
            with open(path, encoding='utf-8') as document:
                for block in re.findall(r'^```(?:sh)?\n(.*?)^```', document.read(), re.S | re.M):
                    number += self.check(where, block)
        self.assertGreater(number, 20)


if __name__ == '__main__':
    if len(sys.argv) > 1 and os.path.isdir(sys.argv[1]):
        programs = sys.argv.pop(1)
    unittest.main()
