#!/usr/bin/env python3
"""The schema of campaigns files against a real validator, and against the parser field by field.

  campaigns_schema.py TILLCUE_MODELS SOURCE_TREE
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

PROGRAM, TREE = sys.argv[1], sys.argv[2]
try:
    import jsonschema
except ImportError:
    print('campaigns_schema: skipped, python3-jsonschema is not installed')
    sys.exit(0)

SCHEMA = json.loads(subprocess.check_output([PROGRAM, 'campaign', 'schema']))
jsonschema.Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FOLDER = tempfile.mkdtemp(prefix='tillcue-schema-')
ITEMS = os.path.join(FOLDER, 'items.csv')
with open(ITEMS, 'w', encoding='utf-8') as out:
    out.write('sku,name,category,price\n1,One,Dairy,5.00\n2,Two,Bakery,1.00\n3,Three,Dairy,2.00\n')

CAMPAIGN = {'id': 'a', 'type': 'suggestion'}
# A document in which each object of the file is there once, so that a field can be put into it.
FULL = {
    'policy': {}, 'exclude': {}, 'legal': {},
    'campaigns': [{'id': 'c', 'type': 'suggestion', 'trigger': {'skus': ['1']}, 'offer': {'skus': ['2']},
                   'discount': {'percent': 5}, 'places': {'stores': ['1']},
                   'budget': {'issues': 5, 'free_per_till': {}}}],
    'coupons': [{'id': 'k', 'discount': {'percent': 5}}],
    'ladders': [{'skus': ['1', '2']}],
    'never': [{'with': {'skus': ['1']}, 'offer': {'skus': ['2']}}],
    'boosts': [{'skus': ['1'], 'percent': 5}],
}
# Where the objects are, and the schema's description of each.
OBJECTS = [
    ((), ()), (('policy',), ('policy',)), (('exclude',), ('exclude',)), (('legal',), ('legal',)),
    (('campaigns', 0), ('campaigns',)), (('campaigns', 0, 'trigger'), ('campaigns', 'trigger')),
    (('campaigns', 0, 'offer'), ('campaigns', 'offer')), (('campaigns', 0, 'discount'), ('campaigns', 'discount')),
    (('campaigns', 0, 'places'), ('campaigns', 'places')), (('campaigns', 0, 'budget'), ('campaigns', 'budget')),
    (('campaigns', 0, 'budget', 'free_per_till'), ('campaigns', 'budget', 'free_per_till')),
    (('coupons', 0), ('coupons',)), (('coupons', 0, 'discount'), ('coupons', 'discount')),
    (('ladders', 0), ('ladders',)), (('never', 0), ('never',)), (('never', 0, 'with'), ('never', 'with')),
    (('boosts', 0), ('boosts',)),
]
failures = []


def check(good, what):
    if not good:
        failures.append(what)


def resolved(node):
    while '$ref' in node:
        node = SCHEMA['$defs'][node['$ref'].rsplit('/', 1)[1]]
    return resolved(node['items']) if node.get('type') == 'array' else node


def described(path):
    node = SCHEMA
    for part in path:
        node = resolved(node['properties'][part])
    return node


def parse(document):
    """What the parser says of it; empty: nothing."""
    path = os.path.join(FOLDER, 'c.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump(document, out)
    run = subprocess.run([PROGRAM, 'campaign', 'check', path, '--items', ITEMS], capture_output=True, text=True)
    text = run.stderr
    return text if 'problem' in text else ''


def with_field(path, key, value):
    document = copy.deepcopy(FULL)
    node = document
    for part in path:
        node = node[part]
    node[key] = value
    return document


def uncommented(text):
    return re.sub(r'^\s*//.*$', '', text, flags=re.M)


def fields_agree():
    for path, place in OBJECTS:
        said = parse(with_field(path, 'zz', 1))
        known = re.search(r'/zz: is no field known here; known are (.*)', said)
        check(known is not None, f'{path}: an unknown field is not refused: {said}')
        if known is None:
            continue
        parsed = set(known.group(1).strip().split(', '))
        schema = set(described(place)['properties'])
        check(parsed == schema, f'{path}: parser and schema differ in {sorted(parsed ^ schema)}')
        check(not VALIDATOR.is_valid(with_field(path, 'zz', 1)), f'{path}: the schema takes an unknown field')


def ranges_agree():
    for path, place in OBJECTS:
        for key, node in described(place)['properties'].items():
            node = node if '$ref' not in node else SCHEMA['$defs'][node['$ref'].rsplit('/', 1)[1]]
            if node.get('type') not in ('integer', 'number'):
                continue
            step = 1 if node['type'] == 'integer' else 0.5
            for value, good in ((node['minimum'], True), (node['maximum'], True), (node['minimum'] - step, False),
                                (node['maximum'] + step, False), ('x', False)):
                document = with_field(path, key, value)
                said = parse(document)
                where = '/' + '/'.join(str(p) for p in path + (key,)) + ': '
                check((where not in said) == good, f'{where}{value!r}: the parser says {said!r}')
                check(VALIDATOR.is_valid(document) == good, f'{where}{value!r}: the schema says otherwise')


def words_agree():
    campaign = described(('campaigns',))['properties']
    lists = {'weekdays', 'channels', 'stages'}
    for key in ('type', 'customers', *lists):
        node = campaign[key]
        words = node['items']['enum'] if key in lists else node['enum']
        value = ['nonsense'] if key in lists else 'nonsense'
        said = parse(with_field(('campaigns', 0), key, value))
        known = re.search(rf'/campaigns/0/{key}[^:]*: is "nonsense"; write one of (.*)', said)
        check(known is not None and known.group(1).strip().split(', ') == words,
              f'{key}: the parser says {said!r}, the schema {words}')
    packs = described(('legal',))['properties']['packs']['items']['enum']
    said = parse(with_field(('legal',), 'packs', ['nonsense']))
    check(f"is no pack; there are {', '.join(packs)}" in said, f'packs: {said!r} is not {packs}')


def accepted_are_valid():
    with open(os.path.join(TREE, 'models/campaigns.example.json'), encoding='utf-8') as example:
        documents = [json.loads(uncommented(example.read()))]
    with open(os.path.join(TREE, 'models/campaigns.any-store.json'), encoding='utf-8') as example:
        documents.append(json.loads(uncommented(example.read())))
    sample = os.path.join(FOLDER, 'sample')
    subprocess.check_call([PROGRAM, 'sample', '--out', sample, '--days', '1', '--customers', '10', '--baskets-per-day', '5'],
                          stdout=subprocess.DEVNULL)
    for name in ('campaigns.json', 'campaigns.ru.json'):
        with open(os.path.join(sample, name), encoding='utf-8') as text:
            documents.append(json.load(text))
    documents.append(FULL)
    check(parse(FULL) == '', f'the full document is refused: {parse(FULL)}')
    # The accepted texts of the parser's own tests.
    with open(os.path.join(TREE, 'tests/models/campaigns_test.cpp'), encoding='utf-8') as source:
        for text in re.findall(r'parsed = parse\(R"\((\{.*?\})\)"\);\n  REQUIRE_MESSAGE\(parsed.has_value', source.read(), re.S):
            documents.append(json.loads(text))
    check(len(documents) >= 8, f'only {len(documents)} documents were found')
    for document in documents:
        for error in VALIDATOR.iter_errors(document):
            check(False, f'an accepted file breaks the schema at {list(error.absolute_path)}: {error.message}')


def refused_are_invalid():
    """Faults of form that both must see."""
    for path, key, value in (((), 'policy', []), (('campaigns', 0), 'hours', 'morning'), (('campaigns', 0), 'places', {}),
                             (('campaigns', 0), 'needs_trust', 'yes'), (('ladders', 0), 'skus', ['1']),
                             (('ladders', 0), 'skus', ['1', '1']), (('policy',), 'holdout_by', 'till'),
                             (('campaigns', 0), 'script', {'english': 'x'}), (('coupons', 0), 'min_basket', -1),
                             (('coupons', 0), 'min_basket', True), (('never', 0), 'both_ways', 1),
                             (('campaigns', 0), 'id', ''), (('legal',), 'country', 'Germany'),
                             (('campaigns', 0, 'discount'), 'amount', '1.00')):
        document = with_field(path, key, value)
        check(parse(document) != '', f'{path} {key} {value!r}: the parser takes it')
        check(not VALIDATOR.is_valid(document), f'{path} {key} {value!r}: the schema takes it')


for step in (fields_agree, ranges_agree, words_agree, accepted_are_valid, refused_are_invalid):
    step()
for failure in failures:
    print('campaigns_schema:', failure)
print(f'campaigns_schema: {len(OBJECTS)} objects compared, {len(failures)} failures')
sys.exit(1 if failures else 0)
