#!/usr/bin/env python3
"""What head office changes while tills sell: stops, stock, budgets, settings, with the real programs.

  TILLCUE_BIN=build/dev/bin tests/journeys/live_state_test.py [-v] [Class.test]
"""
import contextlib
import csv
import json
import os
import pathlib
import signal
import sqlite3
import time
import unittest

import journey_test
from programs import BIN, Process, free_port, run, wait_until

setUpModule = journey_test.setUpModule
tearDownModule = journey_test.tearDownModule


class LiveState(journey_test.Journey):
    def write_live(self, text):
        draft = self.shop.path('terminal', 'live.new')
        pathlib.Path(draft).write_text(text, encoding='utf-8')
        os.rename(draft, self.shop.path('terminal', 'live.json'))

    def hinted(self, till, sale, skus):
        till.pushes.clear()
        till.ok('begin', sale=sale)
        for line, sku in enumerate(skus, 1):
            till.ok('add', sale=sale, line=line, sku=sku)
        till.ok('ping')
        cards = [push['cards'] for push in till.pushes if push['type'] == 'hints' and push['sale'] == sale]
        till.pushes.clear()
        return cards[-1] if cards else []

    def test_head_office_stops_everything_in_the_open_sale_and_a_bad_file_frees_nothing(self):
        self.open_shop()
        till = self.till()
        for n, skus in enumerate(journey_test.todays_baskets(60), 1):
            if self.hinted(till, f'a{n}', skus[:1]):
                break
        else:
            self.fail('no hint to begin with')
        self.write_live('{"stop_all": true}')
        self.assertEqual(till.wait_push('hints')['cards'], [])  # taken off the open sale's screen
        self.assertEqual(self.hinted(till, 'b', skus[:1]), [])
        self.write_live('{"stop_all": tru')
        wait_until('the refusal', lambda: self.shop.metrics()['live_refused_total'] == 1)
        self.assertEqual(self.hinted(till, 'c', skus[:1]), [])
        self.shop.processes['terminal'].end(signal.SIGKILL)
        self.shop.start_terminal()
        self.shop.wait_for_release(1)
        till = self.till()
        self.assertEqual(self.hinted(till, 'd', skus[:1]), [])  # the last good word holds over kill -9 and a bad file
        self.write_live('{}')
        wait_until('hints again', lambda: self.hinted(till, f'e{time.monotonic():.2f}', skus[:1]))

    def hq(self, *words, check=True):
        return run('tillcue-hq', words[0], *words[1:], '--db', self.shop.db, check=check)

    def test_a_budget_of_the_campaigns_file_is_shared_out_when_its_bundle_is_published(self):
        self.open_shop()
        with open(os.path.join(journey_test.store, 'items.csv'), encoding='utf-8') as rows:
            sku = next(row['sku'] for row in csv.DictReader(rows) if not row.get('flags'))
        campaigns, with_budget = self.shop.path('budgets.json'), self.shop.path('budgets.bundle')
        pathlib.Path(campaigns).write_text(json.dumps({'campaigns': [
            {'id': 'spring', 'type': 'coupon', 'offer': {'skus': [sku]}, 'discount': {'percent': 10},
             'budget': {'amount': '50.00', 'issues': 40, 'free_per_till': {'amount': '1.00', 'issues': 2}}}]}))
        run('tillcue-models', 'build', '--transactions', os.path.join(journey_test.store, 'transactions.csv'), '--items',
            os.path.join(journey_test.store, 'items.csv'), '--campaigns', campaigns, '--out', with_budget)
        told = self.shop.publish(with_budget, '--wait', '20').stderr
        self.assertIn('1 budget is shared out', told)

        def share():
            budgets = json.loads(self.hq('budget', 'list', '--json').stdout)
            budget = next(one for one in budgets if one['name'] == 'spring')
            self.assertEqual((budget['amount'], budget['issues']), (5000, 40))
            return [one for one in budget['terminals'] if one['terminal'] == 'till-1' and one['issues']]

        self.assertGreater(wait_until('the till to have its share', share)[0]['issues'], 0)

        # Its disk is lost: what it may have spent before is spent, and it has another share.
        before = wait_until('the till to hold it', lambda: [one for one in share() if one['confirmed'] == one['grant']])[0]
        self.shop.processes['terminal'].end(signal.SIGKILL)
        for part in ('', '-wal', '-shm'):
            pathlib.Path(self.shop.path('terminal', 'live.sqlite' + part)).unlink(missing_ok=True)
        self.shop.start_terminal()
        after = wait_until('the till to be known as set up anew', lambda: [
            one for one in share() if one['before_issues'] and one['confirmed'] == one['grant'] > 0])[0]
        self.assertEqual((after['before_amount'], after['before_issues']), (before['amount'], before['issues']))
        self.assertLessEqual(after['before_issues'] + after['issues'], 40)
        self.assertIn('was set up anew; counted as spent', self.hq('budget', 'list').stdout)
        self.assertIn('budget.file', self.shop.processes['hq'].output())

    def test_head_office_stops_by_wire_at_once_also_who_was_away_and_it_outlasts_kill_9_of_both_ends(self):
        self.open_shop()
        till = self.till()
        skus = next(skus for n, skus in enumerate(journey_test.todays_baskets(60), 1) if self.hinted(till, f'a{n}', skus[:1]))
        self.assertIn('1 of 1', self.hq('stop', '--all', '--wait', '10').stdout)
        self.assertEqual(till.wait_push('hints')['cards'], [])
        self.assertEqual(self.hinted(till, 'b', skus[:1]), [])
        self.shop.processes['hq'].end(signal.SIGKILL)
        self.shop.processes['terminal'].end(signal.SIGKILL)
        self.shop.start_terminal()  # without HQ, from its own disk
        self.shop.wait_for_release(1)
        till = self.till()
        self.assertEqual(self.hinted(till, 'c', skus[:1]), [])
        self.shop.start_hq()
        self.assertIn('everything', self.hq('stop', '--list').stdout)
        self.shop.processes['terminal'].end()
        self.hq('resume', '--all', '--wait', '0')  # said while the terminal is away
        self.shop.start_terminal()
        self.shop.wait_for_release(1)
        till = self.till()
        wait_until('hints again', lambda: self.hinted(till, f'd{time.monotonic():.2f}', skus[:1]))
        self.assertIn('1 of 1', self.hq('stop', '--all', '--scope', 'store:s1', '--wait', '10').stdout)
        self.assertEqual(self.hinted(till, 'e', skus[:1]), [])
        self.assertEqual(self.hq('resume', '--campaign', 'nobody', check=False).returncode, 3)

    def test_head_office_sets_a_terminal_from_afar_and_it_outlasts_kill_9(self):
        self.open_shop()

        def config(*words, check=True):
            return run('tillcue-hq', 'config', *words, '--db', self.shop.db, check=check)

        def in_force():
            fleet = json.loads(self.hq('terminals', '--json').stdout)['terminals']
            return fleet[0]['config'] if fleet else {}

        self.assertIn('1 of 1', config('set', 'screen.hint_ms=9000', 'log_level=debug', '--wait', '10').stdout)
        self.assertIn('1 of 1', config('set', '--scope', 'store:s1', 'screen.hint_ms=7000', '--wait', '10').stdout)
        both = {'screen.hint_ms': '7000', 'log_level': '"debug"'}
        wait_until('the narrower scope to hold', lambda: in_force() == both)
        shown = json.loads(config('show', '--terminal', 'till-1', '--json').stdout)
        self.assertEqual({one['setting']: one['scope'] for one in shown},
                         {'screen.hint_ms': 'store:s1', 'log_level': 'all'})
        bad = self.shop.path('bad.json')
        pathlib.Path(bad).write_text('{\n  "screen": {"hint_ms": 5},\n  "sync": {"broker": "mqtt://elsewhere"}\n}')
        refused = config('set', '--file', bad, check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn('bad.json:2: screen.hint_ms: must be a whole number from 1500', refused.stderr)
        self.assertIn('bad.json:3: sync: is nothing that head office sets', refused.stderr)
        self.shop.processes['terminal'].end(signal.SIGKILL)
        self.shop.start_terminal()
        self.shop.wait_for_release(1)
        wait_until('the settings again', lambda: in_force() == both)
        wait_until('head office to see it again', lambda: json.loads(
            self.hq('terminals', '--json').stdout)['terminals'][0]['online'])
        self.assertIn('1 of 1', config('unset', '--scope', 'store:s1', 'screen.hint_ms', '--wait', '10').stdout)
        wait_until('the chain to hold', lambda: in_force().get('screen.hint_ms') == '9000')

    def test_a_group_is_set_from_afar_and_who_changes_its_group_follows_the_other(self):
        def store_in(group, name='s1'):
            return {'store': {'id': name, 'name': 'Corner Shop', 'chain': 'demo', 'currency': 'EUR', 'group': group}}

        def config(*words, check=True):
            return run('tillcue-hq', 'config', *words, '--db', self.shop.db, check=check)

        def in_force(till):
            fleet = json.loads(self.hq('terminals', '--json').stdout)['terminals']
            row = next((one for one in fleet if one['terminal'] == till and one['online']), {'config': None})
            return row['config'] and row['config'].get('screen.hint_ms')

        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        other = self.shop.configure(more={
            **store_in('south', 's2'), 'terminal': 'till-2', 'data_dir': 'terminal-2', 'printer': None,
            'pos': {'listen': f'127.0.0.1:{free_port()}'}, 'screen': {'listen': f'127.0.0.1:{free_port()}'}})
        os.rename(other, other + '.2')
        self.shop.processes['terminal-2'] = Process(self.shop.folder, 'terminal-2', [
            os.path.join(BIN, 'tillcued'), '--config', other + '.2'])
        self.shop.start_terminal(more=store_in('north'))
        wait_until('both', lambda: self.hq('terminals', '--json').stdout.count('"online": true') == 2)
        self.assertIn('1 of 1', config('set', '--scope', 'group:north', 'screen.hint_ms=8000', '--wait', '10').stdout)
        self.assertIn('1 of 1', config('set', '--scope', 'group:south', 'screen.hint_ms=6000', '--wait', '10').stdout)
        self.assertIn('1 of 1', config('set', '--scope', 'store:s1', 'screen.hint_ms=7000', '--wait', '10').stdout)
        wait_until('each as its own', lambda: (in_force('till-1'), in_force('till-2')) == ('7000', '6000'))
        self.assertIn('1 of 1', config('unset', '--scope', 'store:s1', 'screen.hint_ms', '--wait', '10').stdout)
        wait_until('the group to hold', lambda: in_force('till-1') == '8000')
        self.assertIn('1 of 1', self.hq('stop', '--all', '--scope', 'group:south', '--wait', '10').stdout)
        for wrong in ('north', 'group:', 'group:a/b', 'region:north'):
            refused = config('set', '--scope', wrong, 'screen.hint_ms=8000', check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn('group:NAME', refused.stderr)

        def moves(group):
            self.shop.processes['terminal'].end(signal.SIGKILL)
            self.shop.start_terminal(more=store_in(group))

        moves('south')
        wait_until('the other group to hold', lambda: in_force('till-1') == '6000')
        shown = json.loads(config('show', '--terminal', 'till-1', '--json').stdout)
        self.assertEqual([(one['setting'], one['scope']) for one in shown], [('screen.hint_ms', 'group:south')])
        self.assertIn('2 of 2', config('set', '--scope', 'group:south', 'screen.hint_ms=6500', '--wait', '10').stdout)
        moves('north')
        wait_until('the first again', lambda: in_force('till-1') == '8000')
        # One group each, of a name that head office can say.
        for group, why in (('North East', 'becomes part of an MQTT topic'), (['north', 'south'], 'must be')):
            refused = run('tillcued', '--config', self.shop.configure(more=store_in(group)), '--check', check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertRegex(refused.stderr, f'tillcued.json:1: store.group: .*{why}')

    def test_what_is_out_of_stock_is_not_offered_and_who_wants_no_paper_gets_none(self):
        self.open_shop()
        till = self.till()
        for n, skus in enumerate(journey_test.todays_baskets(60), 1):
            if cards := self.hinted(till, f'a{n}', skus[:1]):
                break
        till.ok('stock', sku=cards[0]['sku'], available=False)
        self.assertEqual(till.wait_push('hints')['cards'], [])
        self.assertNotIn(cards[0]['sku'], [card['sku'] for card in self.hinted(till, 'b', skus[:1])])
        for n, skus in enumerate(journey_test.todays_baskets(40), 1):
            sale = f'p{n}'
            till.ok('begin', sale=sale)
            till.ok('customer', sale=sale, customer='L-1', visits=7, no_paper=True, usual=[{'sku': skus[0], 'share': 0.5}])
            for line, sku in enumerate(skus, 1):
                till.ok('add', sale=sale, line=line, sku=sku)
            till.ok('tender', sale=sale)
            till.ok('finish', sale=sale)
        self.assertFalse([push for push in till.pushes if push['type'] == 'coupon'])
        self.assertEqual(self.shop.metrics()['coupons_printed_total'] + self.shop.metrics()['coupons_dropped_total'], 0)
        _, sales = self.ring_up_until(till, 'coupon')
        self.assertGreater(sales, 0)

    def test_every_decision_at_hq_says_its_type_and_carries_its_replay(self):
        self.open_shop()
        self.ring_up_until(self.till(), 'coupon')
        self.shop.wait_for_delivery()
        with contextlib.closing(sqlite3.connect(self.shop.db)) as db:
            rows = db.execute("SELECT d.type, d.stage, length(json_extract(i.body, '$.replay')), length(i.body) "
                              "FROM decisions d JOIN inbox i ON i.id = d.event").fetchall()
        self.assertTrue(rows)
        self.assertTrue(all(row[2] for row in rows))
        self.assertEqual({row[0] for row in rows if row[1] == 'tender'}, {'coupon'})
        bare = sorted(row[3] - row[2] - len(',"replay":""') for row in rows)
        print(f'{len(rows)} decisions: median {bare[len(bare) // 2]} bytes, most {bare[-1]}; with replay median '
              f'{sorted(row[3] for row in rows)[len(rows) // 2]}, most {max(row[3] for row in rows)}')
        self.assertIn('by_type_and_reason', self.shop.report())


if __name__ == '__main__':
    unittest.main(verbosity=2)
