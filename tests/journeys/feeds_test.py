#!/usr/bin/env python3
"""POSes that do not speak the native protocol, with the real programs: items in, hint on the board, coupon on paper.

  TILLCUE_BIN=build/dev/bin tests/journeys/feeds_test.py [-v] [Class.test]
"""
import csv
import glob
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import time
import unittest
import urllib.error
import urllib.request

from programs import SHARED, Shop, Till, free_port, run, sample_store, wait_until

ORIGIN = 'http://odoo.shop:8069'


def setUpModule():
    global store, bundle, items
    store, bundle = sample_store('feeds', 20)
    with open(os.path.join(store, 'items.csv'), encoding='utf-8') as rows:
        items = {row['sku']: row for row in csv.DictReader(rows)}


def tearDownModule():
    shutil.rmtree(store, ignore_errors=True)


def todays_baskets(most):
    baskets = {}
    with open(os.path.join(store, 'today.csv'), encoding='utf-8') as rows:
        for row in csv.DictReader(rows):
            baskets.setdefault(row['basket_id'], []).append(row['sku'])
    return [list(dict.fromkeys(skus)) for skus in baskets.values() if 2 <= len(set(skus)) <= 10][:most]


def send_udp(port, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(text.encode(), ('127.0.0.1', port))


class Feeds(unittest.TestCase):
    def setUp(self):
        self.shop = Shop()
        self.addCleanup(self.shop.close)
        self.ports = {name: free_port() for name in ('unicenta', 'odoo', 'text', 'websocket')}
        self.settings = {
            'pos': {'listen': f'127.0.0.1:{self.shop.pos}', 'unix': 'pos.sock',
                    'websocket': f'127.0.0.1:{self.ports["websocket"]}'},
            'names': {'aliases': 'names.csv'},
            'feeds': {'unicenta': {'listen': f'udp://127.0.0.1:{self.ports["unicenta"]}'},
                      'odoo': {'listen': f'127.0.0.1:{self.ports["odoo"]}', 'origins': [ORIGIN]},
                      'text': {'source': f'tcp://127.0.0.1:{self.ports["text"]}', 'line_end': '0x0D0A', 'width': 40,
                               'layout': {'total': ['TOTAL {amount}'], 'closed': ['CHANGE {amount}'],
                                          'removed': ['VOID {name} {amount}'],
                                          'item': ['{qty} x {name} {amount}', '{name} {amount}']}}}}
        self.shop.make_keys()
        self.shop.start_broker()
        self.shop.start_hq()
        self.shop.start_printer()
        self.shop.start_terminal(more=self.settings)
        self.shop.publish(bundle)
        self.shop.wait_for_release(1)
        # A till that only listens: what it is pushed is what the screen shows.
        self.watcher = Till(self.shop.pos)
        self.addCleanup(self.watcher.close)
        self.watcher.ok('hello', protocol=1, till='watcher')

    def metric(self, name):
        return self.shop.metrics()[name]

    def ring_up_until_printed(self, ring_up, most=40):
        """Rings up today's baskets one after the other until a hint was shown and a coupon printed."""
        for number, skus in enumerate(todays_baskets(most), 1):
            before = self.metric('sales_finished_total')
            ring_up(number, skus)
            wait_until('the sale', lambda: self.metric('sales_finished_total') == before + 1)
            if self.metric('hints_total') > 0 and self.metric('coupons_printed_total') > 0:
                break
        self.assertGreater(self.metric('hints_total'), 0)
        wait_until('paper', lambda: glob.glob(self.shop.path('receipts', '*.bin')))
        return number

    def sold(self):
        """What head office knows of every sale, by its name at the till."""
        self.shop.wait_for_delivery()
        sales = {}
        for row in wait_until('sales at HQ', self.shop.exported):
            sales.setdefault(row['basket_id'], []).append(row['sku'])
        return sales

    def test_tickets_of_an_event_script(self):
        def line(sku, quantity=1.0):
            return {'id': 'uuid-' + sku, 'code': sku, 'name': items[sku]['name'], 'qty': quantity,
                    'price': float(items[sku]['price']) - 1e-7}

        def ring_up(number, skus):
            def say(event, lines):
                send_udp(self.ports['unicenta'], json.dumps({'ev': event, 'ticket': f't{number}', 'lines': lines}))
            for n in range(1, len(skus) + 1):
                for event in ('pretotals', 'change'):
                    say(event, [line(sku) for sku in skus[:n]])
            say('total', [line(sku) for sku in skus])
            say('close', [line(sku) for sku in skus])

        sales = self.ring_up_until_printed(ring_up)
        self.assertEqual(self.metric('names_open_total'), 0)
        self.assertEqual(self.metric('lines_total'), sum(len(skus) for skus in todays_baskets(40)[:sales]))
        sold = list(self.sold().values())
        self.assertCountEqual([sorted(skus) for skus in sold], [sorted(skus) for skus in todays_baskets(sales)])

    def test_orders_of_an_odoo_page(self):
        def post(path, body, origin=ORIGIN):
            request = urllib.request.Request(f'http://127.0.0.1:{self.ports["odoo"]}{path}', json.dumps(body).encode(),
                                             {'Origin': origin, 'Content-Type': 'application/json'})
            with urllib.request.urlopen(request, timeout=5) as answer:
                self.assertEqual(answer.headers['Access-Control-Allow-Origin'], ORIGIN)
                return json.loads(answer.read())

        def show(skus, paying=False, finalized=False):
            lines = [{'productName': items[sku]['name'], 'qty': '1.00', 'unitPrice': '€ ' + items[sku]['price']}
                     for sku in skus]
            data = {'lines': lines, 'finalized': finalized, 'paymentLines': [{}] if paying else [],
                    'amount': f'{sum(float(items[sku]["price"]) for sku in skus):.2f}'}
            post('/hw_proxy/customer_facing_display', {'params': {'action': 'set', 'data': data}})

        def ring_up(_, skus):
            for n in range(1, len(skus) + 1):
                show(skus[:n])
            show(skus, paying=True)
            show(skus, paying=True, finalized=True)
            show([])

        self.assertTrue(post('/hw_proxy/handshake', {})['result'])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            post('/hw_proxy/customer_facing_display', {}, origin='http://evil.example')
        self.assertEqual(refused.exception.code, 403)
        refused.exception.close()
        sales = self.ring_up_until_printed(ring_up)
        self.assertEqual(self.metric('names_open_total'), 0)
        self.assertEqual(self.metric('sales_voided_total'), 0)
        sold = list(self.sold().values())
        self.assertCountEqual([sorted(skus) for skus in sold], [sorted(skus) for skus in todays_baskets(sales)])

    def test_text_for_a_recorder(self):
        pos = socket.create_connection(('127.0.0.1', self.ports['text']), timeout=5)
        self.addCleanup(pos.close)

        def ring_up(_, skus):
            text = ''.join(f'{items[sku]["name"].upper()[:40]}   {items[sku]["price"]}\r\n' for sku in skus)
            total = sum(float(items[sku]['price']) for sku in skus)
            pos.sendall((text + f'TOTAL {total:.2f}\r\nCHANGE 0.00\r\n').encode())

        sales = self.ring_up_until_printed(ring_up)
        self.assertEqual(self.metric('names_open_total'), 0)
        sold = list(self.sold().values())
        self.assertCountEqual([sorted(skus) for skus in sold], [sorted(skus) for skus in todays_baskets(sales)])

    def test_a_name_nobody_knows_is_sold_as_such_until_head_office_says_what_it_is(self):
        pos = socket.create_connection(('127.0.0.1', self.ports['text']), timeout=5)
        self.addCleanup(pos.close)
        sku = next(iter(items))

        def sell():
            before = self.metric('sales_finished_total')
            pos.sendall(b'QX MYSTERY 77   1.25\r\nTOTAL 1.25\r\nCHANGE 0.00\r\n')
            wait_until('the sale', lambda: self.metric('sales_finished_total') == before + 1)

        sell()
        self.assertEqual(self.metric('names_open_total'), 1)
        self.assertEqual(list(self.sold().values()), [['name:QX MYSTERY 77']])
        pathlib.Path(self.shop.path('names.new')).write_text(f'text,sku\nqx mystery 77,{sku}\n', encoding='utf-8')
        os.rename(self.shop.path('names.new'), self.shop.path('names.csv'))
        wait_until('the alias', lambda: 'aliases.read' in self.shop.processes['terminal'].output(), patience=15)
        sell()
        self.assertEqual(self.metric('names_by_alias_total'), 1)
        self.assertIn([sku], list(self.sold().values()))

    def test_head_office_lists_open_names_and_says_over_the_wire_what_they_are(self):
        pos = socket.create_connection(('127.0.0.1', self.ports['text']), timeout=5)
        self.addCleanup(pos.close)
        sku, item = next((sku, item) for sku, item in items.items() if len(item['name'].split()) > 1)
        # Its words in another order: nothing a till may guess, and a person sees at once what it is.
        heard = ' '.join(reversed(item['name'].upper().split()))

        def sell(name, price):
            before = self.metric('sales_finished_total')
            pos.sendall(f'{name}   {price}\r\nTOTAL {price}\r\nCHANGE 0.00\r\n'.encode())
            wait_until('the sale', lambda: self.metric('sales_finished_total') == before + 1)

        def names(*command, check=True):
            return run('tillcue-hq', 'names', *command, '--db', self.shop.db, check=check)

        def listed(*more):
            return json.loads(names('list', '--bundle', bundle, '--json', *more).stdout)

        sell(heard, item['price'])
        sell(heard, item['price'])
        sell('QX MYSTERY 77', '1.25')
        self.shop.wait_for_delivery()
        both = wait_until('both names at HQ', lambda: len(told := listed()) == 2 and told)
        self.assertEqual([(one['name'], one['lines'], one['told_by']) for one in both],
                         [(heard, 2, ['till-1']), ('QX MYSTERY 77', 1, ['till-1'])])
        self.assertEqual(both[0]['near'][0]['sku'], sku)
        self.assertIn(heard, names('list', '--bundle', bundle).stdout)
        self.assertEqual(both[0]['price_least'], item['price'])

        wrong = names('assign', '--bundle', bundle, 'QX MYSTERY 77=no-such-sku', check=False)
        self.assertEqual((wrong.returncode, 'no-such-sku' in wrong.stderr), (3, True))
        done = names('assign', '--bundle', bundle, f'{heard}={sku}')
        self.assertIn('1 of 1 terminals online hold it', done.stdout)
        # At once, and a restart later as well.
        sell(heard, item['price'])
        self.assertEqual(self.metric('names_by_alias_total'), 1)
        names('assign', '--price', '1.25', f'qx mystery 77={sku}')
        self.shop.processes['terminal'].end(signal.SIGKILL)
        self.shop.start_terminal(more=self.settings)
        self.shop.wait_for_release(1)
        pos = socket.create_connection(('127.0.0.1', self.ports['text']), timeout=5)
        self.addCleanup(pos.close)
        sell('QX MYSTERY 77', '1.25')
        sell('QX MYSTERY 77', '1.30')
        self.assertEqual(self.metric('names_by_alias_total'), 1)
        self.assertEqual(self.metric('names_open_total'), 1)
        self.shop.wait_for_delivery()
        still = wait_until('the open one', listed)
        self.assertEqual([(one['name'], one['lines']) for one in still], [('QX MYSTERY 77', 1)])
        names('export', '--out', self.shop.path('assigned.csv'))
        with open(self.shop.path('assigned.csv'), encoding='utf-8') as rows:
            self.assertEqual(sorted(csv.reader(rows)), sorted([['text', 'sku', 'price'], [heard, sku, ''],
                                                               ['qx mystery 77', sku, '1.25']]))
        self.assertIn(f'all  {heard}={sku}\n', names('list', '--assigned').stdout)
        names('assign', '--file', self.shop.path('assigned.csv'), '--scope', 'terminal:till-1')
        names('forget', heard)
        self.assertEqual(names('forget', heard, check=False).returncode, 3)

    def test_what_a_till_calls_its_codes_is_learned_and_outlasts_a_restart(self):
        sku = next(iter(items))
        self.watcher.ok('begin', sale='w1')
        self.watcher.ok('add', sale='w1', line=1, sku=sku, price=125, name='Zz house name')
        self.watcher.ok('finish', sale='w1')
        self.shop.processes['terminal'].end(signal.SIGTERM)
        self.shop.start_terminal(more=self.settings)
        self.shop.wait_for_release(1)
        with socket.create_connection(('127.0.0.1', self.ports['text']), timeout=5) as pos:
            pos.sendall(b'ZZ HOUSE NAME 1.25\r\nTOTAL 1.25\r\nCHANGE 0.00\r\n')
            wait_until('the sale', lambda: self.metric('sales_finished_total') == 1)
        self.assertEqual(self.metric('names_by_alias_total'), 1)

    def test_the_native_protocol_by_three_wires_and_the_c_client(self):
        addresses = {'tcp': f'127.0.0.1:{self.shop.pos}', 'unix': f'unix:{self.shop.path("pos.sock")}',
                     'web': f'ws://127.0.0.1:{self.ports["websocket"]}/pos'}
        skus = todays_baskets(1)[0]
        for name, address in addresses.items():
            lines = [{'type': 'hello', 'protocol': 1, 'till': name}, {'type': 'begin', 'sale': name}]
            lines += [{'type': 'add', 'sale': name, 'line': n, 'sku': sku} for n, sku in enumerate(skus, 1)]
            lines += [{'type': 'begin', 'sale': name, 'resume': True}, {'type': 'add', 'sale': name, 'line': 1, 'sku': skus[0]},
                      {'type': 'tender', 'sale': name}, {'type': 'finish', 'sale': name}]
            done = run('tillcue-pos', 'script', '--terminal', address, stdin='\n'.join(map(json.dumps, lines)) + '\n')
            self.assertEqual(done.stdout.count('"type":"ok"'), len(lines), done.stdout)
        for name in ('tcp', 'unix'):
            done = run('tillcue_till_example', addresses[name], f'c-{name}', *skus)
            self.assertIn('connected', done.stdout)
        sold = self.sold()
        self.assertEqual(len(sold), 5)
        for lines in sold.values():
            self.assertEqual(sorted(lines), sorted(skus))
        for wrong in ('unix:/nowhere', f'ws://127.0.0.1:{self.ports["websocket"]}/elsewhere'):
            self.assertEqual(run('tillcue-pos', 'script', '--terminal', wrong, check=False, stdin='').returncode, 4)

    def test_a_real_pos_session_replayed(self):
        log = os.path.join(SHARED, 'data', 'escpos', 'feeds', 'chromispos_session_events.log')
        if not os.path.exists(log):
            self.skipTest(f'no {log}; set TILLCUE_SHARED')
        with open(log, encoding='utf-8') as events:
            for event in events:
                send_udp(self.ports['unicenta'], event.split(' ', 1)[1])
        wait_until('seven sales', lambda: self.metric('sales_finished_total') == 7)
        self.assertEqual(self.metric('feed_messages_total'), 94)
        self.assertEqual(self.metric('feed_refused_total'), 0)
        self.assertEqual(sum(len(skus) for skus in self.sold().values()), 34)

    def test_names_that_are_away_are_told_by_check_and_once_in_the_log(self):
        shop = Shop()
        self.addCleanup(shop.close)
        shop.start_terminal(more={'names': {'aliases': 'names.csv'}, 'sync': None, 'printer': None})
        done = run('tillcued', '--config', shop.path('tillcued.json'), '--check', check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r'names.aliases: .*/names.csv: cannot be read: No such file or directory')
        time.sleep(6)  # past the next look
        self.assertEqual(shop.processes['terminal'].output().count('aliases.missing'), 1)


if __name__ == '__main__':
    sys.exit(unittest.main())
