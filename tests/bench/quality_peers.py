#!/usr/bin/env python3
"""What dense EASE, item cosine, association rules and popularity answer to one prepared set, beside our bundle.

  tests/bench/quality_peers.py SET [SCORED]

SET is a folder with train.csv (basket_id, sku), queries.jsonl ({"basket": [...]}) and answers.txt (one hidden SKU a
line); SCORED what `tillcue-models score --raw --k 10` answered to the queries. HR@k, MRR@10 and CPU seconds of learning
(user + system of this process). Needs numpy only; EASE takes 16 bytes for each pair of items: 8,000 items are 1 GiB.
Ties are broken in favour of the more popular item, for all methods. Items in the query are not suggested.

EASE^R: Steck, WWW 2019, lambda = 100. Cosine: the 50 nearest neighbours. Rules: the largest confidence of one item.
"""
import csv
import json
import os
import sys
import time

import numpy

LAMBDA, NEIGHBOURS, BLOCK = 100.0, 50, 512


def baskets_of(path):
    items, numbers, baskets = [], {}, {}
    with open(path, newline='') as file:
        for row in csv.DictReader(file):
            number = numbers.setdefault(row['sku'], len(items))
            if number == len(items):
                items.append(row['sku'])
            baskets.setdefault(row['basket_id'], set()).add(number)
    # The most popular item first, so that a stable choice prefers it.
    count = numpy.bincount([n for basket in baskets.values() for n in basket], minlength=len(items))
    order = numpy.argsort(-count, kind='stable')
    place = numpy.empty(len(items), int)
    place[order] = numpy.arange(len(items))
    return [items[n] for n in order], [[place[n] for n in basket] for basket in baskets.values()]


def together(baskets, size):
    """How many baskets hold both; on the diagonal, how many hold the item."""
    counts = numpy.zeros((size, size), numpy.float32)
    for basket in baskets:
        counts[numpy.ix_(basket, basket)] += 1
    return counts


def ease(counts):
    inverse = numpy.linalg.inv(counts.astype(float) + LAMBDA * numpy.eye(len(counts)))
    weights = -inverse / numpy.diag(inverse)
    numpy.fill_diagonal(weights, 0)
    return weights.astype(numpy.float32)


def cosine(counts):
    size = numpy.sqrt(numpy.diag(counts))
    similar = counts / numpy.outer(size, size)
    numpy.fill_diagonal(similar, 0)
    if len(similar) > NEIGHBOURS:
        # Of each item that may be suggested the nearest neighbours.
        least = numpy.partition(similar, -NEIGHBOURS, axis=0)[-NEIGHBOURS]
        similar[similar < least] = 0
    return similar


def rules(counts):
    confidence = counts / numpy.diag(counts)[:, None]
    numpy.fill_diagonal(confidence, 0)
    return confidence


def ranks_of(queries, answers, popularity, score):
    """The place of each answer among all items, from 1."""
    ranks = []
    for begin in range(0, len(queries), BLOCK):
        part = queries[begin:begin + BLOCK]
        # Popularity decides between equals only: far below a step of any method.
        scores = numpy.stack([score(query) for query in part]).astype(float) + popularity * 1e-9
        for row, query, answer in zip(scores, part, answers[begin:begin + BLOCK]):
            row[query] = -numpy.inf
            ranks.append(1 + int((row > row[answer]).sum()))
    return numpy.array(ranks)


def ours(path, queries, answers, number):
    ranks = []
    with open(path) as file:
        for line, answer in zip(file, answers):
            found = [number.get(s['sku'], -1) for s in json.loads(line).get('suggestions', [])][:10]
            ranks.append(found.index(answer) + 1 if answer in found else 10 ** 9)
    if len(ranks) != len(answers):
        sys.exit(f'{path}: {len(ranks)} answers to {len(answers)} queries')
    return numpy.array(ranks)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith('-'):
        sys.exit(__doc__)
    folder = sys.argv[1]
    items, baskets = baskets_of(os.path.join(folder, 'train.csv'))
    number = {sku: n for n, sku in enumerate(items)}
    with open(os.path.join(folder, 'queries.jsonl')) as file:
        queries = [[number[s] for s in json.loads(line)['basket'] if s in number] for line in file]
    with open(os.path.join(folder, 'answers.txt')) as file:
        answers = [number[line.strip()] for line in file]
    begun = time.process_time()
    counts = together(baskets, len(items))
    counting = time.process_time() - begun
    popularity = numpy.diag(counts) / len(baskets)
    print(f'{folder}: {len(baskets)} baskets, {len(items)} items, {len(queries)} questions\n')
    print('| | HR@1 | HR@5 | HR@10 | MRR@10 | learning, CPU s |\n| --- | --- | --- | --- | --- | --- |')

    def tell(name, ranks, cpu):
        hits = [(ranks <= k).mean() for k in (1, 5, 10)]
        reciprocal = numpy.where(ranks <= 10, 1 / ranks, 0).mean()
        print('| ' + name + ' | ' + ' | '.join(f'{x:.4f}' for x in [*hits, reciprocal]) + f' | {cpu} |', flush=True)

    tell('popularity', ranks_of(queries, answers, popularity, lambda query: popularity), '')
    for name, learn, add in (('association rules, max confidence', rules, lambda rows: rows.max(axis=0, initial=0)),
                             (f'item cosine, {NEIGHBOURS} neighbours', cosine, lambda rows: rows.sum(axis=0)),
                             ('EASE^R, dense', ease, lambda rows: rows.sum(axis=0))):
        begun = time.process_time()
        weights = learn(counts)
        cpu = time.process_time() - begun + counting
        tell(name, ranks_of(queries, answers, popularity, lambda query: add(weights[query])), f'{cpu:.1f}')
        del weights
    if len(sys.argv) == 3:
        tell('ours', ours(sys.argv[2], queries, answers, number), 'see `time tillcue-models build`')


if __name__ == '__main__':
    main()
