#!/usr/bin/env python3
"""A signing key is replaced while a fleet sells, with the real programs: rotate, serve anew, retire; one terminal is off.

  TILLCUE_BIN=build/dev/bin tests/journeys/keys_test.py
"""
import json
import unittest

import journey_test
from programs import run, wait_until

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule


class Rotation(journey_test.Journey):
    def change(self, what, name, check=True):
        return self.shop.keys(what, '--chain', 'demo', '--db', self.shop.db, '--name', name, '--wait', '20', check=check)

    def test_a_new_key_travels_to_the_tills_and_the_old_one_is_retired(self):
        self.open_shop()
        wait_until('the till at HQ', lambda: json.loads(
            run('tillcue-hq', 'terminals', '--db', self.shop.db, '--json').stdout)['terminals'][0]['online'])
        early = self.change('retire', 'hq', check=False)
        self.assertEqual(early.returncode, 3)
        self.assertIn('not among those', early.stderr)
        turned = self.change('rotate', 'hq-2027')
        self.assertIn('1 of 1 terminals online hold it', turned.stdout)
        self.assertIn('start serve with --key', turned.stdout)
        too_soon = self.change('retire', 'hq', check=False)
        self.assertEqual(too_soon.returncode, 5)
        self.assertIn('start it with the new --key first', too_soon.stderr)
        self.shop.processes['hq'].end()
        self.shop.start_hq(key='hq-2027')
        wait_until('the till again', lambda: '1 of 1' in run(
            'tillcue-hq', 'config', 'set', '--db', self.shop.db, 'screen.hint_ms=8000', '--wait', '10').stdout)
        # What lies on the broker is still signed by the old one: both steps that rotate printed work as they stand.
        new = self.shop.path('keys', 'hq-2027.key.pem')
        self.shop.publish(journey_test.bundle, '--wait', '30', key=new)
        self.shop.wait_for_release(2)
        self.assertNotIn('message.refused', self.shop.processes['hq'].output())
        # Off while the old key goes: it must be able to follow by itself, over its own files, which name the old key.
        self.shop.processes['terminal'].end()
        self.change('retire', 'hq')
        self.shop.start_terminal()
        self.shop.wait_for_release(2)
        refused = self.shop.publish(journey_test.bundle, check=False)
        self.assertEqual(refused.returncode, 5)
        self.assertIn('is not believed by the terminals any more', refused.stderr)
        self.shop.publish(journey_test.bundle, '--wait', '30', key=new)
        self.shop.wait_for_release(3)
        till = self.till()
        till.ring_up('after', journey_test.todays_baskets(1)[0])
        self.shop.wait_for_delivery()
        listed = self.shop.keys('list', '--db', self.shop.db, '--chain', 'demo').stdout
        self.assertRegex(listed, r'hq-2027 .*believed by 1 of 1 terminals')
        self.assertRegex(listed, r'hq .*retired')
        self.assertRegex(listed, r'release 3 for all until \d{4}-')
        self.shop.processes['hq'].end()
        old = run('tillcue-hq', 'serve', '--broker', self.shop.broker_uri, '--chain', 'demo', '--db', self.shop.db,
                  '--key', self.shop.path('keys', 'hq.key.pem'), check=False)
        self.assertEqual(old.returncode, 5)
        self.assertIn('is not believed', old.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
