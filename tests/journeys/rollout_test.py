#!/usr/bin/env python3
"""A release in stages, with the real programs: canary, pause over a kill of head office, back.

  TILLCUE_BIN=build/dev/bin tests/journeys/rollout_test.py
"""
import json
import os
import signal
import unittest

import journey_test
from programs import run, wait_until

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule


class Rollout(journey_test.Journey):
    def rollout(self, what, *options, check=True):
        return run('tillcue-hq', 'rollout', what, '--db', self.shop.db, *options, check=check)

    def fleet(self):
        return run('tillcue-hq', 'terminals', '--db', self.shop.db, '--json').stdout

    def status(self):
        return json.loads(self.rollout('status', '--json').stdout)

    def test_a_share_that_is_none_is_a_wrong_command_line_and_a_word_that_is_no_command_is_named(self):
        for option, value in (('--tolerance', 'nan'), ('--tolerance', '101'), ('--stages', 'inf'), ('--stages', '-1')):
            refused = self.rollout('start', '--bundle', 'none', '--key', 'none', '--broker', 'mqtt://127.0.0.1:1',
                                   '--chain', 'demo', option, value, check=False)
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn("%s: '%s' is no percentage" % (option, value), refused.stderr)
        unknown = run('tillcue-hq', 'rolout', check=False)
        self.assertEqual(unknown.returncode, 2)
        self.assertIn('not expected: rolout', unknown.stderr)
        for group in ('budget', 'config', 'keys', 'names', 'rollout'):
            nothing = run('tillcue-hq', group, check=False)
            self.assertEqual(nothing.returncode, 2)
            self.assertEqual('tillcue-hq: a command is missing; tillcue-hq %s --help lists them\n' % group, nothing.stderr)
            wrong = run('tillcue-hq', group, 'shwo', check=False)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn('not expected: shwo', wrong.stderr)

    def test_a_release_goes_out_in_stages_by_parcel_and_back_with_one_command(self):
        newer = self.shop.path('newer')
        with open(os.path.join(journey_test.store, 'transactions.csv'), encoding='utf-8') as rows, \
                open(newer + '.csv', 'w', encoding='utf-8') as out:
            lines = rows.readlines()
            out.writelines(lines[:len(lines) * 9 // 10])
        run('tillcue-models', 'build', '--transactions', newer + '.csv', '--items',
            os.path.join(journey_test.store, 'items.csv'), '--out', newer + '.bundle')
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        self.shop.start_terminal()
        shelf = ('--bundles', self.shop.path('shelf'))
        self.shop.publish(journey_test.bundle, *shelf)
        self.shop.wait_for_release(1)
        wait_until('HQ to know', lambda: '"release": 1' in self.fleet())
        begun = self.rollout('start', '--bundle', newer + '.bundle', '--key', self.shop.path('keys', 'hq.key.pem'),
                             '--broker', self.shop.broker_uri, '--chain', 'demo', *shelf, '--first', 'till-1',
                             '--stages', '50', '100', '--soak', '60', '--spread', '0')
        self.assertIn('delta against', begun.stderr)
        self.shop.wait_for_release(2)
        wait_until('its health', lambda: self.status()['healthy'] == 1)
        self.assertEqual((self.status()['state'], self.status()['share']), ('running', 0))
        self.rollout('pause')
        self.shop.processes['hq'].end(signal.SIGKILL)
        self.shop.start_hq()
        self.assertEqual(self.status()['state'], 'paused')
        self.assertEqual(self.rollout('pause', check=False).returncode, 5)
        self.rollout('resume')
        self.assertIn('release 3', self.rollout('back').stdout)
        self.shop.wait_for_release(3)
        self.assertEqual(self.rollout('stop', check=False).returncode, 5)
        self.assertNotIn('sync.trouble error="parcel', self.shop.processes['terminal'].output())


if __name__ == '__main__':
    unittest.main(verbosity=2)
