#!/usr/bin/env python3
"""The house rules that a compiler does not see: who may include what, and where.

  layering.py ROOT      prints every breach with file and line; exit code 1 when there is one
  layering.py --self    breaks each rule once in a made-up tree and checks that it is noticed
"""
import os
import re
import sys
import tempfile

ROOMS = {
    'core': {'core'},
    'models': {'core', 'models'},
    'pos-adapter': {'core', 'pos-adapter'},
    'sync': {'core', 'sync'},
    'firmware': {'core', 'pos-adapter', 'sync', 'firmware'},
}
ROOM_OF_PREFIX = {'tillcue/core/': 'core', 'tillcue/tillcue.h': 'core', 'tillcue/models/': 'models',
                  'tillcue/pos/': 'pos-adapter', 'tillcue/sync/': 'sync', 'tillcue/firmware/': 'firmware'}
# Third-party header -> the places (path prefixes) that may include it.
SEAMS = {
    r'boost/': ['pos-adapter/src/', 'pos-adapter/sim/', 'firmware/src/', 'sync/src/hq/'],
    r'mqtt/|MQTTAsync|MQTTClient': ['sync/src/paho/'],
    r'sqlite3\.h': ['sync/src/store/'],
    r'nlohmann/': ['models/src/', 'models/app/', 'pos-adapter/src/', 'pos-adapter/sim/', 'sync/src/', 'sync/hq/',
                   'firmware/src/'],
    r'openssl/': ['sync/src/'],
    r'Eigen/': ['models/src/'],
    r'zlib\.h': ['models/src/', 'sync/src/', 'pos-adapter/sim/'],
    r'zstd\.h': ['core/src/parcel/zstd_bytes.cpp'],
    r'expat\.h': ['models/src/'],
    r'CLI/': ['core/app/', 'models/app/', 'pos-adapter/sim/', 'sync/hq/'],
    r'spdlog/': ['sync/src/hq/', 'firmware/src/'],
    r'fmt/': ['models/', 'pos-adapter/src/', 'pos-adapter/sim/', 'sync/src/', 'sync/hq/', 'firmware/src/'],
    r'pango/|cairo|glib|zint\.h': ['pos-adapter/src/paint/'],
    r'tl/expected\.hpp': ['core/include/tillcue/core/result.hpp'],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = ('.hpp', '.cpp', '.h', '.c')


def breaches_of_line(path, number, text):
    room = path.split('/')[0]
    found = INCLUDE.match(text)
    if not found:
        if re.search(r'\busing\s+namespace\s+std\s*;', text) and path.endswith('.hpp'):
            yield f'{path}:{number}: using namespace std in a header'
        return
    bracket, name = found.groups()
    for prefix, owner in ROOM_OF_PREFIX.items():
        if name.startswith(prefix) and owner not in ROOMS[room]:
            yield f'{path}:{number}: {room} may not include {name}: rooms meet in core or in a documented format'
    for pattern, places in SEAMS.items():
        if re.match(pattern, name) and not any(path.startswith(place) for place in places):
            yield f'{path}:{number}: <{name}> stays behind its seam ({", ".join(places)})'
    third_party = bracket == '<' and re.match(r'(boost|mqtt|nlohmann|openssl|Eigen|CLI|spdlog|fmt)/|sqlite3|expat\.h|z(lib|std)\.h', name)
    if third_party and '/include/' in path:
        yield f'{path}:{number}: no third-party type in a public header, found <{name}>'


def breaches(root):
    for room in ROOMS:
        for folder, _, names in os.walk(os.path.join(root, room)):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), root)
                if name.endswith(SUFFIXES):
                    with open(os.path.join(root, path), encoding='utf-8') as lines:
                        for number, text in enumerate(lines, 1):
                            yield from breaches_of_line(path, number, text)
                elif name in ('CMakeLists.txt',) or name.endswith('.cmake'):
                    with open(os.path.join(root, path), encoding='utf-8') as lines:
                        for number, text in enumerate(lines, 1):
                            if 'march=native' in text or re.search(r'file\s*\(\s*GLOB', text, re.I):
                                yield f'{path}:{number}: no globbing and no -march=native'
    allowed = set(ROOMS) | {'tests', 'toolchains', 'build'}
    for name in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, name)) and name not in allowed and not name.startswith('.') \
                and not name.startswith('build'):
            yield f'{name}/: not a top-level folder of this project'


SELF = [
    ('core/src/a.cpp', '#include <nlohmann/json.hpp>'),
    ('core/src/a.cpp', '#include "tillcue/models/x.hpp"'),
    ('models/src/a.cpp', '#include "tillcue/sync/x.hpp"'),
    ('pos-adapter/src/a.cpp', '#include <sqlite3.h>'),
    ('sync/src/wire/a.cpp', '#include <mqtt/async_client.h>'),
    ('sync/include/tillcue/sync/a.hpp', '#include <openssl/evp.h>'),
    ('firmware/include/tillcue/firmware/a.hpp', '#include <boost/asio.hpp>'),
    ('pos-adapter/include/tillcue/pos/a.hpp', '#include <nlohmann/json.hpp>'),
    ('core/src/a.hpp', 'using namespace std;'),
    ('core/CMakeLists.txt', 'file(GLOB sources *.cpp)'),
    ('helpers/a.cpp', ''),
]


def self_check():
    for path, text in SELF:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, os.path.dirname(path)))
            with open(os.path.join(root, path), 'w', encoding='utf-8') as out:
                out.write(text + '\n')
            if not list(breaches(root)):
                sys.exit(f'not noticed: {path}: {text}')
    print(f'{len(SELF)} made-up breaches, each noticed')


if __name__ == '__main__':
    if sys.argv[1:] == ['--self']:
        self_check()
    elif len(sys.argv) == 2:
        found = list(breaches(sys.argv[1]))
        print('\n'.join(found) or 'no breach')
        sys.exit(1 if found else 0)
    else:
        sys.exit(__doc__)
