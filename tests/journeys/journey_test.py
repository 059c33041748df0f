#!/usr/bin/env python3
"""The whole flow with the real programs, a real mosquitto and the virtual printer: what README promises a user.

  TILLCUE_BIN=build/dev/bin tests/journeys/journey_test.py [-v] [Class.test]
"""
import contextlib
import csv
import glob
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.error

from programs import PATIENCE, SHARED, CustomerDisplay, Shop, Till, run, sample_store, wait_until


def setUpModule():
    global store, bundle
    store, bundle = sample_store('journey', 30)


def tearDownModule():
    shutil.rmtree(store, ignore_errors=True)


def todays_baskets(most, longest=12):
    """SKUs of the sample's further day, basket by basket."""
    baskets = {}
    with open(os.path.join(store, 'today.csv'), encoding='utf-8') as rows:
        header = next(rows).rstrip('\n').split(',')
        for row in rows:
            fields = dict(zip(header, row.rstrip('\n').split(',')))
            baskets.setdefault(fields['basket_id'], []).append(fields['sku'])
    return [skus for skus in baskets.values() if 2 <= len(skus) <= longest][:most]


class Journey(unittest.TestCase):
    def setUp(self):
        self.shop = Shop()
        self.addCleanup(self.shop.close)
        self.addCleanup(self.show_logs)

    def show_logs(self):
        outcome = getattr(self, '_outcome', None)
        errors = getattr(outcome, 'errors', None) or getattr(getattr(outcome, 'result', None), 'failures', [])
        if any(error for _, error in errors):
            print(self.shop.logs(), file=sys.stderr)

    def open_shop(self, printer=True):
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        if printer:
            self.shop.start_printer()
        self.shop.start_terminal()
        self.shop.publish(bundle)
        self.shop.wait_for_release(1)

    def till(self):
        till = Till(self.shop.pos)
        self.addCleanup(till.close)
        till.ok('hello', protocol=1, till='lane-1', software='journey')
        return till

    def ring_up_until(self, till, wanted, most=150):
        """Rings up today's baskets until the terminal has pushed `wanted`; returns that push and how many sales."""
        for n, skus in enumerate(todays_baskets(most), 1):
            till.ring_up(f's{n}', skus)
            if any(push['type'] == wanted and push.get('cards', True) for push in till.pushes):
                return till.wait_push(wanted), n
        self.fail(f'no {wanted} in {most} sales')


class WholeLoop(Journey):
    def test_from_transactions_to_the_report(self):
        self.open_shop()
        till = self.till()
        sales = todays_baskets(40)
        accepted = 0
        for n, skus in enumerate(sales, 1):
            sale = f'day-{n}'
            till.ok('begin', sale=sale)
            for line, sku in enumerate(skus, 1):
                till.ok('add', sale=sale, line=line, sku=sku)
            till.ok('ping')
            hints = [p for p in till.pushes if p['type'] == 'hints' and p['sale'] == sale and p['cards']]
            if hints and till.say('accept', sale=sale, offer=hints[-1]['cards'][0]['offer'])['type'] == 'ok':
                till.ok('add', sale=sale, line=len(skus) + 1, sku=hints[-1]['cards'][0]['sku'])
                accepted += 1
            till.ok('tender', sale=sale)
            till.ok('finish', sale=sale)
        card = next(p for p in till.pushes if p['type'] == 'hints' and p['cards'])['cards'][0]
        for field in ('name', 'price', 'script', 'reason'):
            self.assertTrue(card[field], field)
        self.assertGreater(accepted, 0)

        coupon = till.wait_push('coupon')
        self.assertEqual(coupon['fate'], 'printed')
        jobs = wait_until('paper', lambda: glob.glob(self.shop.path('receipts', '*.bin')))
        paper = b''.join(pathlib.Path(job).read_bytes() for job in jobs)
        self.assertIn(coupon['serial'].replace('-', '').encode(), paper.replace(b'-', b''))

        self.shop.wait_for_delivery()
        report = self.shop.report()
        self.assertEqual(self.shop.metrics()['sales_finished_total'], len(sales))
        rows = self.shop.exported()
        self.assertEqual(len({row['basket_id'] for row in rows}), len(sales))
        self.assertIn('sales', json.dumps(report))
        page = self.shop.get(f'http://127.0.0.1:{self.shop.screen}/')
        self.assertIn('<html', page)
        checked = run('tillcued', '--config', self.shop.path('tillcued.json'), '--check').stdout
        self.assertRegex(checked, r'\nbundle: release 1 from head office, \d+ items, learned from sales up to 20')

        # What was collected is what the next training reads.
        run('tillcue-models', 'build', '--transactions', self.shop.path('export.csv'), '--out', self.shop.path('next.bundle'))

    def test_the_simulator_rings_up_a_day_and_sums_up(self):
        self.open_shop()
        done = run('tillcue-pos', 'run', '--terminal', f'127.0.0.1:{self.shop.pos}', '--printer',
                   f'127.0.0.1:{self.shop.paper}', '--transactions', os.path.join(store, 'today.csv'), '--items',
                   os.path.join(store, 'items.csv'), '--baskets', '25', '--fast', '--accept', '0.5', '--seed', '3')
        self.assertIn('25', done.stdout)
        self.shop.wait_for_delivery()
        baskets = {row['basket_id'] for row in self.shop.exported()}
        self.assertEqual(len(baskets), 25 - int(self.shop.metrics()['sales_voided_total']))
        # Both count what was on the screen: also what nobody came to answer, at this pace.
        hints = int(re.search(r'(\d+) hints: ', done.stdout)[1])
        self.assertGreater(hints, 0)
        self.assertEqual(hints, self.shop.report()['suggestions']['shown'], done.stdout)

    def test_the_customers_display_shows_the_offer_and_then_rests(self):
        display = CustomerDisplay()
        self.addCleanup(display.close)
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        self.shop.start_terminal(more={'customer_display': {
            'address': f'127.0.0.1:{display.port}', 'hints': 'all', 'resting': ['Welcome', 'Corner Shop']}})
        wait_until('the resting text', lambda: display.shown[-1:] == [('Welcome', 'Corner Shop')])
        self.shop.publish(bundle)
        self.shop.wait_for_release(1)
        till = self.till()
        push, _ = self.ring_up_until(till, 'hints')
        card = push['cards'][0]
        wait_until('the offer', lambda: any(upper == card['name'][:20].rstrip() for upper, _ in display.shown))
        wait_until('rest', lambda: display.shown[-1] == ('Welcome', 'Corner Shop'))
        lower = next(lower for upper, lower in display.shown if upper == card['name'][:20].rstrip())
        self.assertIn(card['discount'] or card['price'], lower)
        # The display goes; selling goes on.
        display.close()
        till.ring_up('after', [card['sku']])


class FailOpen(Journey):
    def test_without_bundle_and_without_hq_the_till_is_answered(self):
        self.shop.make_keys()
        self.shop.start_terminal()
        till = self.till()
        till.ring_up('1', ['a', 'b'])
        self.assertEqual(self.shop.metrics()['bundle_loaded'], 0)
        self.assertEqual(self.shop.metrics()['outbox_pending'], 1)

    def test_a_dead_printer_costs_the_coupon_and_nothing_else(self):
        self.open_shop(printer=False)
        till = self.till()
        coupon, _ = self.ring_up_until(till, 'coupon')
        self.assertEqual(coupon['fate'], 'dropped')
        self.assertGreaterEqual(self.shop.metrics()['coupons_dropped_total'], 1)
        self.shop.wait_for_delivery()
        self.assertIn('dropped', json.dumps(self.shop.report()))

    def test_a_printer_without_paper_drops_the_coupon_and_names_the_cause(self):
        self.open_shop(printer=False)
        self.shop.start_printer('--fault', 'paper')
        till = self.till()
        coupon, _ = self.ring_up_until(till, 'coupon')
        self.assertEqual(coupon['fate'], 'dropped')
        # The first told may be one too many for a printer that two wait for; these are told by the paper.
        wait_until('the paper named', lambda: 'paper' in self.shop.processes['terminal'].output())
        self.assertEqual(till.ok('ping')['type'], 'ok')
        self.assertEqual(self.shop.metrics()['printer_paper_out'], 1)
        self.assertEqual(self.shop.metrics()['printer_failed'], 0)

    def test_a_coupon_without_paper_is_printed_once_when_the_cashier_has_put_in_a_roll(self):
        self.open_shop(printer=False)
        self.shop.start_printer('--fault', 'paper')
        till = self.till()
        for n, skus in enumerate(todays_baskets(150)):  # each coupon is waited for: the next sale would forget it
            till.ring_up(f's{n}', skus)
            select.select([till.socket], [], [], 0.2)
            till.ok('ping')
            if any(push['type'] == 'coupon' for push in till.pushes):
                break
        coupon = till.wait_push('coupon')
        self.assertEqual(coupon['fate'], 'dropped')
        self.shop.processes['printer'].end()
        self.shop.start_printer()
        self.assertEqual(till.ok('reprint', sale=coupon['sale'])['type'], 'ok')
        again = till.wait_push('coupon')
        self.assertEqual((again['fate'], again['serial']), ('printed', coupon['serial']))
        self.assertEqual(till.say('reprint', sale=coupon['sale'])['code'], 'rejected')
        self.assertEqual(self.shop.metrics()['coupons_printed_total'], 1)
        self.assertEqual(self.shop.metrics()['coupons_dropped_total'], 0)

    def test_results_wait_for_hq_and_arrive_exactly_once(self):
        self.open_shop()
        self.shop.processes['hq'].end()
        self.shop.processes['broker'].end()
        till = self.till()
        for n in range(20):
            till.ring_up(f'away-{n}', ['x', 'y'])
        wait_until('a commit', lambda: self.shop.metrics()['outbox_pending'] >= 20)
        self.shop.start_broker()
        self.shop.start_hq()
        self.shop.wait_for_delivery()
        rows = [row for row in self.shop.exported() if 'away-' in row['basket_id']]
        self.assertEqual(len(rows), 40)

    def test_a_full_disk_does_not_stop_a_sale(self):
        self.shop.make_keys()
        self.shop.start_broker()

        def small_disk():
            # Files may not grow beyond 64 KiB: to SQLite that is a full disk. Its signal would kill us.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

        self.shop.start_terminal(preexec_fn=small_disk)
        till = self.till()
        for n in range(300):
            till.ring_up(f'full-{n}', [f'sku-{n}-{k}' for k in range(10)])
        self.assertTrue(self.shop.processes['terminal'].alive)
        self.assertEqual(self.shop.metrics()['sales_finished_total'], 300)


    def test_a_data_folder_that_cannot_be_written_is_told_and_head_office_is_heard_all_the_same(self):
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        pathlib.Path(self.shop.path('terminal')).write_text('a file', encoding='utf-8')
        self.shop.start_terminal(more={'bundle': bundle, 'printer': None})
        done = run('tillcued', '--config', self.shop.path('tillcued.json'), '--check', check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r'tillcued.json: data_dir: .*/terminal: is no folder')
        with self.assertRaises(urllib.error.HTTPError) as sick:
            self.shop.get(f'http://127.0.0.1:{self.shop.screen}/healthz')
        self.assertEqual(sick.exception.code, 503)
        self.assertIn('data_dir: ', sick.exception.read().decode())
        till = self.till()
        self.ring_up_until(till, 'hints')
        metrics = self.shop.metrics()
        self.assertEqual((metrics['data_unwritable'], metrics['results_lost_total']), (1, 0))
        self.assertGreater(metrics['outbox_pending'], 0)
        run('tillcue-hq', 'stop', '--all', '--db', self.shop.db, '--wait', '0')
        wait_until('the stop', lambda: 'word.taken word="live all"' in self.shop.processes['terminal'].output())
        till.pushes.clear()
        for n, skus in enumerate(todays_baskets(30)):
            till.ring_up(f'stopped-{n}', skus)
        self.assertFalse([push for push in till.pushes if push['type'] == 'hints' and push['cards']])
        # The folder is mended: what waited is told, and the word is kept.
        os.remove(self.shop.path('terminal'))
        os.mkdir(self.shop.path('terminal'))
        wait_until('the outbox', lambda: self.shop.metrics()['data_unwritable'] == 0, patience=2 * PATIENCE + 20)
        self.assertEqual(self.shop.get(f'http://127.0.0.1:{self.shop.screen}/healthz'), 'ok\n')
        self.shop.wait_for_delivery()
        self.assertTrue([row for row in self.shop.exported() if 'stopped-0' in row['basket_id']])


class Crashes(Journey):
    def test_a_coupon_under_way_at_sigterm_is_recorded(self):
        self.open_shop(printer=False)
        self.shop.start_printer('--fault', 'slow')
        self.shop.processes['hq'].end()  # so that the outbox keeps what happened
        till = self.till()
        for n, skus in enumerate(todays_baskets(30), 1):
            till.ring_up(f's{n}', skus)
            if any(push['type'] == 'coupon' for push in till.pushes):
                break
        till.ring_up('last', skus)
        self.assertEqual(self.shop.processes['terminal'].end(signal.SIGTERM, patience=3), 0)
        with contextlib.closing(sqlite3.connect(self.shop.path('terminal', 'outbox.sqlite'))) as outbox:
            events = [json.loads(event) for (event,) in outbox.execute('SELECT event FROM outbox')]
        promised = {event['sale'] for event in events if event.get('t') == 'sale' and event.get('coupons')}
        told = {event['sale'] for event in events if event.get('t') == 'coupon'}
        self.assertTrue(promised)
        self.assertEqual(promised, told)

    def test_a_wrong_key_file_costs_the_link_and_no_result(self):
        self.shop.make_keys()
        self.shop.start_broker()
        os.rename(self.shop.path('keys', 'hq.pub.pem'), self.shop.path('keys', 'away.pem'))
        self.shop.start_terminal()
        self.till().ring_up('kept', ['x'])
        wait_until('the result in the outbox', lambda: self.shop.metrics()['outbox_pending'] == 1)
        self.assertEqual(self.shop.metrics()['results_lost_total'], 0)
        done = run('tillcued', '--config', self.shop.path('tillcued.json'), '--check', check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('hq.pub.pem', done.stderr)
        os.rename(self.shop.path('keys', 'away.pem'), self.shop.path('keys', 'hq.pub.pem'))
        fine = run('tillcued', '--config', self.shop.path('tillcued.json'), '--check').stdout
        self.assertIn(f'and sync with {self.shop.broker_uri}\nbundle: none yet', fine)
        self.shop.processes['terminal'].end()
        self.shop.start_hq()
        self.shop.start_terminal()
        self.shop.wait_for_delivery()
        self.assertEqual(len(self.shop.exported()), 1)

    def test_kill_9_in_the_middle_loses_no_committed_result_and_doubles_none(self):
        self.open_shop()
        sales = 0
        for _ in range(4):
            till = self.till()
            for _ in range(10):
                sales += 1
                till.ring_up(f'k{sales}', ['x', 'y'])
            time.sleep(1.3)  # one group commit and a little: what is killed earlier was never promised
            self.shop.processes['terminal'].end(signal.SIGKILL)
            self.shop.start_terminal()
        self.shop.wait_for_delivery()
        rows = [row for row in self.shop.exported()]
        self.assertEqual(len(rows), 2 * sales)
        self.assertEqual(len({(row['basket_id'], row['sku']) for row in rows}), 2 * sales)

    def test_a_till_that_leaves_in_the_middle_resumes_its_sale_and_counts_no_line_twice(self):
        self.open_shop()
        till = self.till()
        till.ok('begin', sale='r1')
        till.ok('add', sale='r1', line=1, sku='x', price=100)
        till.send_raw(b'{"type":"add","sale":"r1","line":2,"sku"')
        till.close()
        again = self.till()
        again.ok('begin', sale='r1', resume=True)
        for line in (1, 2):
            again.ok('add', sale='r1', line=line, sku='x', price=100)
        again.ok('finish', sale='r1')
        self.shop.wait_for_delivery()
        self.assertEqual(len([row for row in self.shop.exported() if 'r1' in row['basket_id']]), 2)

    def test_sigterm_ends_the_terminal_within_a_second_and_keeps_what_is_recorded(self):
        self.open_shop()
        till = self.till()
        till.ring_up('last', ['x'])
        self.assertEqual(self.shop.processes['terminal'].end(signal.SIGTERM, patience=2), 0)
        self.shop.start_terminal()
        self.shop.wait_for_delivery()
        self.assertEqual(len([row for row in self.shop.exported() if 'last' in row['basket_id']]), 1)


class Hostile(Journey):
    def test_a_forged_release_is_refused_and_the_old_one_runs_on(self):
        self.open_shop()
        run('tillcue-hq', 'keys', 'init', '--dir', self.shop.path('other'))
        forger = self.shop.path('other', 'hq.key.pem')
        # With head office's database it is refused there; who has another key has not that either.
        self.assertEqual(self.shop.publish(bundle, '--release', '9', key=forger, check=False).returncode, 5)
        run('tillcue-hq', 'publish', '--bundle', bundle, '--release', '9', '--key', forger, '--broker', self.shop.broker_uri, '--chain', 'demo',
            check=False)
        wait_until('the refusal', lambda: self.shop.metrics()['manifests_refused_total'] >= 1)
        self.assertEqual(self.shop.metrics()['release'], 1)
        self.ring_up_until(self.till(), 'hints')

    def test_a_damaged_bundle_is_refused_before_it_is_published(self):
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        data = bytearray(pathlib.Path(bundle).read_bytes())
        data[len(data) // 2] ^= 1
        damaged = self.shop.path('damaged.bundle')
        pathlib.Path(damaged).write_bytes(data)
        refused = self.shop.publish(damaged, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn('damaged.bundle', refused.stderr)

    def test_garbage_on_every_topic_harms_neither_end(self):
        self.open_shop()
        for topic in ('m/all', 'a/till-1', 'r/till-1', 's/till-1', 'q/till-1', 'c/' + '0' * 64 + '/0', 'r/ghost', 'zzz'):
            for payload in ('', '{', '[' * 5000, '\x00\xff', '{"terminal":"till-1"}', 'A' * 70000):
                content = ['-s'] if payload else ['-n']
                subprocess.run(['mosquitto_pub', '-V', '5', '-p', str(self.shop.mqtt), '-t', f'tillcue/1/demo/{topic}',
                                '-q', '1', *content], input=payload.encode(), check=True)
        till = self.till()
        till.ring_up('after', ['x'])
        self.shop.wait_for_delivery()
        self.assertEqual(self.shop.metrics()['release'], 1)
        self.assertTrue(self.shop.processes['hq'].alive)
        self.assertEqual(len([row for row in self.shop.exported() if 'after' in row['basket_id']]), 1)

    def test_broken_oversized_and_unknown_pos_messages_are_refused_and_the_terminal_lives(self):
        self.open_shop()
        till = self.till()
        self.assertEqual(till.say('add', sale='none', line=1, sku='x')['code'], 'not_found')
        self.assertEqual(till.say('dance')['code'], 'unsupported')
        till.ok('begin', sale='b')
        self.assertEqual(till.say('add', sale='b', line=1, sku='x', price=1.5)['code'], 'invalid')
        self.assertEqual(till.say('customer', sale='b', customer='4111111111111111')['code'], 'rejected')
        till.send_raw(b'{"type":"add"\n')
        self.assertEqual(till.read()['type'], 'error')
        till.send_raw(b'\xff\xfe\n')
        self.assertEqual(till.read()['type'], 'error')
        till.ok('ping')
        with socket.create_connection(('127.0.0.1', self.shop.pos), timeout=10) as flood:
            try:
                flood.sendall(b'x' * 200_000)
                while flood.recv(4096):
                    pass
            except ConnectionError:
                pass
        till.ok('finish', sale='b')
        self.assertTrue(self.shop.processes['terminal'].alive)


    def test_a_bundle_in_other_money_is_refused_and_hq_is_told(self):
        self.open_shop()
        other = self.shop.path('other.bundle')
        run('tillcue-models', 'build', '--transactions', os.path.join(store, 'transactions.csv'), '--items',
            os.path.join(store, 'items.csv'), '--currency', 'GBP', '--out', other)
        published = self.shop.publish(other, '--wait', '8', check=False)
        self.assertEqual(published.returncode, 6)
        self.assertEqual(self.shop.metrics()['release'], 1)
        self.assertIn('this store sells in EUR', self.shop.processes['terminal'].output())

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        self.open_shop()
        with open(self.shop.path('tillcued.json'), encoding='utf-8') as text:
            config = json.load(text)
        config['pos']['listen'] = config['screen']['listen'] = '127.0.0.1:0'
        with open(self.shop.path('second.json'), 'w', encoding='utf-8') as out:
            json.dump(config, out)
        done = run('tillcued', '--config', self.shop.path('second.json'), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('in use by another tillcued', done.stderr)


class BadConfiguration(unittest.TestCase):
    def test_every_fault_is_told_with_file_and_line_and_the_exit_code_says_misuse(self):
        shop = Shop()
        self.addCleanup(shop.close)
        with open(shop.path('bad.json'), 'w', encoding='utf-8') as out:
            out.write('{\n  "terminal": 5,\n  "colour": "blue"\n}\n')
        done = run('tillcued', '--config', shop.path('bad.json'), '--check', check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('bad.json:2: terminal: must be a text', done.stderr)
        self.assertIn('bad.json:3: colour: is not a known setting', done.stderr)
        self.assertIn('store.name: is missing', done.stderr)

    def test_a_wrong_command_line_is_named_and_help_and_version_are_none(self):
        for words, told in ((['--chek'], '--chek'), (['--config'], "'--config' requires an argument"),
                            (['till.json'], 'till.json: takes options only')):
            done = run('tillcued', *words, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertIn(told, done.stderr)
        for word in ('--help', '-h'):
            self.assertIn('--config=FILE', run('tillcued', word).stdout)
        self.assertRegex(run('tillcued', '--version').stdout, r'^tillcued \d+\.\d+\.\d+\n$')


class RealData(Journey):
    def journey_on(self, name, currency, sales):
        folder = os.path.join(SHARED, 'data', 'baskets', name)
        if not os.path.isdir(folder):
            self.skipTest(f'{folder} is not there: the journey on {name} was not made')
        transactions, items = os.path.join(folder, 'transactions.csv.gz'), os.path.join(folder, 'items.csv.gz')
        built = self.shop.path('real.bundle')
        run('tillcue-models', 'build', '--transactions', transactions, '--items', items, '--currency', currency, '--out',
            built)
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        self.shop.start_printer()
        self.shop.start_terminal(currency=currency)
        self.shop.publish(built)
        self.shop.wait_for_release(1)
        run('tillcue-pos', 'run', '--terminal', f'127.0.0.1:{self.shop.pos}', '--printer', f'127.0.0.1:{self.shop.paper}',
            '--transactions', transactions, '--items', items, '--baskets', str(sales), '--fast', '--accept', '0.3')
        self.shop.wait_for_delivery()
        metrics = self.shop.metrics()
        self.assertGreater(metrics['hints_total'], sales / 10)
        self.assertLess(metrics['unknown_items_total'], metrics['lines_total'] * 0.02)

    def test_takeaway(self):
        self.journey_on('takeaway1', 'GBP', 40)

    def test_online_retail(self):
        self.journey_on('online_retail', 'GBP', 40)


if __name__ == '__main__':
    unittest.main(verbosity=2)
