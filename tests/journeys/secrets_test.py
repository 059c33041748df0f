#!/usr/bin/env python3
"""Planted secrets, every log at its most talkative: nothing of them stands in any output or file but where it must.

  TILLCUE_BIN=build/dev/bin tests/journeys/secrets_test.py
"""
import base64
import pathlib
import re
import unittest

import journey_test
from programs import run

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule

LOYALTY = 'LOYAL-7361-QX'
PASSWORD = 'hunter2-kept-to-oneself'
CARD = '4111111111111111'


class Secrets(journey_test.Journey):
    def test_keys_passwords_loyalty_ids_and_card_numbers_stand_in_no_log(self):
        said = []

        def hq(*words, check=True):
            done = run('tillcue-hq', *words, check=check)
            said.append(done.stdout + done.stderr)
            return done

        self.shop.make_keys()
        self.shop.start_broker()
        pathlib.Path(self.shop.path('password')).write_text(PASSWORD + '\n')
        name = ('--user', 'hq', '--password-file', self.shop.path('password'))
        self.shop.start_hq(*name)
        self.shop.start_printer()
        self.shop.start_terminal(more={'log_level': 'debug'})
        said.append(self.shop.publish(journey_test.bundle, '--wait', '30', *name).stderr)
        self.shop.wait_for_release(1)
        till = self.till()
        for n, skus in enumerate(journey_test.todays_baskets(30), 1):
            till.ok('begin', sale=f's{n}')
            till.ok('customer', sale=f's{n}', customer=LOYALTY, visits=7, segment='families')
            for line, sku in enumerate(skus, 1):
                till.ok('add', sale=f's{n}', line=line, sku=sku)
            till.ok('tender', sale=f's{n}')
            till.ok('finish', sale=f's{n}')
        for words in ({'type': 'customer', 'sale': 's1', 'customer': CARD}, 
                      {'type': 'add', 'sale': 's1', 'line': 1, 'sku': CARD},
                      # Said wrongly, it is refused and told to the till, not written down either.
                      {'type': 'customer', 'sale': 's1', 'customer': LOYALTY, 'visits': 'many'},
                      {'type': 'customer', 'sale': 'no such sale', 'customer': LOYALTY}):
            self.assertEqual(till.say(**words)['type'], 'error')
        # A sale may be counted with such a number. The till goes on using it; nobody else sees it.
        till.ring_up(CARD, journey_test.todays_baskets(1)[0])
        self.assertIn(CARD, till.say('begin', sale=CARD)['message'])  # it is closed
        till.send_raw(f'{{"type":"customer","id":9,"customer":"{LOYALTY}\n'.encode())
        till.read()
        self.shop.wait_for_delivery()
        sold = self.shop.exported()
        self.assertTrue([row for row in sold if re.search('/sale-[a-p]{32}/', row['basket_id'])])
        refused = hq('stop', '--db', self.shop.db, '--campaign', CARD, check=False)
        self.assertEqual(refused.returncode, 5)
        self.assertEqual(hq('stock', '--db', self.shop.db, '--out', CARD, check=False).returncode, 5)
        note = self.shop.publish(journey_test.bundle, '--note', f'card {CARD}', *name, check=False)
        self.assertEqual(note.returncode, 5)
        hq('config', 'set', '--db', self.shop.db, 'log_level=debug')
        for words in (('terminals',), ('terminals', '--json'), ('report',), ('report', '--json'),
                      ('budget', 'list'), ('stop', '--list'), ('config', 'show')):
            hq(*words, '--db', self.shop.db)
        hq('export', '--db', self.shop.db, '--out', self.shop.path('sales.csv'))
        hq('export', '--db', self.shop.db, '--out', self.shop.path('decisions.csv'), '--decisions')
        hq('keys', 'list', '--dir', self.shop.path('keys'))
        self.shop.processes['terminal'].end()
        self.shop.processes['hq'].end()
        secrets = {'loyalty id': LOYALTY, 'password': PASSWORD, 'card': CARD}
        key = pathlib.Path(self.shop.path('keys', 'hq.key.pem')).read_text()
        secrets['private key'] = re.search(r'\n([A-Za-z0-9+/=]{20,})\n', key).group(1)
        secret = pathlib.Path(self.shop.path('terminal', 'secret')).read_bytes()
        secrets['secret of the store'] = secret.hex()
        secrets['the same in base64'] = base64.b64encode(secret).decode()
        texts = {name: process.output() for name, process in self.shop.processes.items()}
        texts['tools'] = '\n'.join(said)
        self.assertIn('debug', texts['terminal'])
        self.assertIn('sale.closed', texts['terminal'])
        for where, text in texts.items():
            for what, planted in secrets.items():
                self.assertNotIn(planted, text, f'{what} in the output of {where}')
        allowed = {'password', 'hq.key.pem', 'secret'}
        for file in pathlib.Path(self.shop.folder).rglob('*'):
            if not file.is_file() or file.name in allowed:
                continue
            content = file.read_bytes()
            for what, planted in secrets.items():
                self.assertNotIn(planted.encode(), content, f'{what} in {file}')
            self.assertNotIn(secret, content, f'secret of the store in {file}')


if __name__ == '__main__':
    unittest.main(verbosity=2)
