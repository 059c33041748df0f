#!/usr/bin/env python3
"""What one terminal costs and how fast it is, with the real programs on loopback.

  TILLCUE_BIN=build/release/bin tests/bench/terminal_bench.py --bundle B --transactions T [--items I] [--sales 2000]

Prints executable size, exec to ready (systemd's READY=1), memory idle and under load, publish to active, scan to hint
over the socket and results per second to HQ; beside them mosquitto's memory in the same run.
"""
import argparse
import os
import statistics
import sys
import time

from meter import Meter, stripped, three, until_ready

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'journeys'))
from programs import BIN, Shop, run, wait_until  # noqa: E402


def memory(process):
    """RSS, PSS and private dirty."""
    return three(Meter(process.process.pid).memory()) + ' MB'


def starts(shop, bundle, currency, runs):
    """Milliseconds from exec to READY=1 with the bundle already there."""
    config = shop.configure(currency, {'bundle': bundle, 'data_dir': 'start', 'sync': None})
    times = []
    for _ in range(runs):
        daemon, took = until_ready(shop.folder, 'start', [os.path.join(BIN, 'tillcued'), '--config', config])
        times.append(took)
        daemon.end()
    return times


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('--bundle', required=True)
    options.add_argument('--transactions', required=True)
    options.add_argument('--items')
    options.add_argument('--currency', default='EUR')
    options.add_argument('--sales', type=int, default=2000)
    args = options.parse_args()
    shop = Shop()
    try:
        measure(shop, args)
    finally:
        shop.close()


def measure(shop, args):
    row = '{:44s} {}'.format
    bundle = os.path.abspath(args.bundle)
    for program in ('tillcued', 'tillcue-hq', 'tillcue-models', 'tillcue-pos'):
        size = stripped(os.path.join(BIN, program))
        print(row(f'{program}, stripped, shared libraries', f'{size:,} bytes'))
    os.sync()  # pages of a program just linked count as private dirty until they are on the disk
    shop.make_keys()
    shop.start_broker()
    shop.start_hq()
    shop.start_printer()
    shop.start_terminal(currency=args.currency)
    print(row('tillcued idle, no bundle, RSS/PSS/dirty', memory(shop.processes['terminal'])))
    begun = time.perf_counter()
    shop.publish(bundle)
    published = time.perf_counter() - begun
    wait_until('release 1', lambda: shop.metrics()['release'] == 1)
    print(row(f'publish {os.path.getsize(bundle):,} bytes', f'{published:.2f} s, active after {time.perf_counter() - begun:.2f} s'))
    time.sleep(1)
    print(row('tillcued idle with it, RSS/PSS/dirty', memory(shop.processes['terminal'])))
    begun = time.perf_counter()
    items = ['--items', args.items] if args.items else []
    done = run('tillcue-pos', 'run', '--terminal', f'127.0.0.1:{shop.pos}', '--transactions', args.transactions, *items,
               '--baskets', args.sales, '--fast', '--accept', '0.3', '--currency', args.currency)
    spent = time.perf_counter() - begun
    for line in done.stdout.splitlines()[-4:]:
        print(row('', line))
    print(row('sales a second, one till without pause', f'{args.sales / spent:.0f}'))
    print(row('tillcued after them, RSS/PSS/dirty', memory(shop.processes['terminal'])))
    shop.wait_for_delivery()
    arrived = time.perf_counter() - begun
    metrics = shop.metrics()
    handled = metrics['pos_message_seconds_count']
    over = [handled - metrics[f'pos_message_seconds_bucket{{le="{limit}"}}'] for limit in ('0.00025', '0.001')]
    print(row('messages handled; over 0.25 ms, over 1 ms', f'{handled:,.0f}; {over[0]:.0f}, {over[1]:.0f}'))
    events = sum(metrics[name] for name in ('sales_finished_total', 'hints_total', 'hints_accepted_total',
                                             'hints_declined_total', 'coupons_printed_total', 'coupons_dropped_total'))
    print(row('results lost', f"{metrics['results_lost_total']:.0f}"))
    print(row('results at HQ, from first scan to last ack', f'about {events:.0f} in {arrived:.1f} s'))
    print(row('mosquitto, RSS/PSS/dirty', memory(shop.processes['broker'])))
    shop.processes['terminal'].end()
    times = starts(shop, bundle, args.currency, 30)
    print(row('exec to ready with the bundle, 30 runs', f'median {statistics.median(times):.1f} ms, '
              f'p95 {sorted(times)[28]:.1f} ms, most {max(times):.1f} ms'))


if __name__ == '__main__':
    main()
