// The cashier page in use: keys, touch, the rules of time, a terminal that goes and comes back. The browser's clock is in
// the test's hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, Stage, until } from './stage.mjs';
import { status } from './states.mjs';

const kGuard = 300, kDwell = 1500, kNoted = 4000;
let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const card = (offer, name, more = {}) =>
  ({ offer, sku: `S${offer}`, name, price: '2.49 EUR', discount: '', script: `${name}?`, reason: 'With bread', probability: 0.2, ...more });
const board = (sale, ...cards) => ({ type: 'hints', sale, stage: 'scan', cards });

/// A page on a stage of its own, its clock stopped.
async function open(context, { options = [], page: pageOptions = {} } = {}) {
  const stage = await Stage.open(...options);
  const page = await browser.newPage({ viewport: { width: 1024, height: 768 }, ...pageOptions });
  page.setDefaultTimeout(20000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  context.after(async () => {
    await page.context().close();
    await stage.kill();
    assert.deepEqual(errors, []);
  });
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  await page.goto(stage.url);
  stage.say(status('en'));
  await page.waitForFunction(() => document.getElementById('health').textContent === 'Ready');
  const name = (text) => page.waitForFunction((wanted) => !document.getElementById('hint').hidden &&
    document.getElementById('name').textContent === wanted, text, { polling: 20 });
  return { stage, page, name };
}
const gone = (page) => page.waitForSelector('#hint', { state: 'hidden' });
const shownName = (page) => page.evaluate(() => document.getElementById('hint').hidden ? '' : document.getElementById('name').textContent);

test('F8 accepts, F9 declines, and the answer is confirmed for a while', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await page.clock.runFor(kGuard);
  await page.keyboard.press('F8');
  await gone(page);
  assert.match(await page.textContent('#answered'), /Noted: accepted · Butter/);
  stage.say(board('2', card(2, 'Jam')));
  await name('Jam');
  await page.clock.runFor(kGuard);
  await page.keyboard.press('F9');
  await gone(page);
  assert.match(await page.textContent('#answered'), /Noted: declined · Jam/);
  await page.clock.runFor(kNoted);
  assert.equal(await page.textContent('#answered'), '');
  assert.deepEqual(stage.answers, ['accept 1', 'decline 2']);
});

test('a press within 0.3 s of a change and a held key are ignored', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await page.clock.runFor(kGuard - 10);
  await page.keyboard.press('F8');
  await page.click('#accept');
  await page.clock.runFor(20);
  await page.evaluate(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'F8', repeat: true, cancelable: true })));
  assert.equal(await shownName(page), 'Butter');
  await page.keyboard.press('F9');
  await gone(page);
  assert.deepEqual(stage.answers, ['decline 1']);
});

test('keys of the configuration are shown and obeyed, and no others', async (t) => {
  const { stage, page, name } = await open(t, { options: ['--keys', 'F2,F3'] });
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await page.clock.runFor(kGuard);
  assert.deepEqual(await page.locator('kbd').allTextContents(), ['F2', 'F3']);
  await page.keyboard.press('F8');
  await page.keyboard.press('F3');
  await gone(page);
  assert.deepEqual(stage.answers, ['decline 1']);
});

test('a finger accepts, and a nervous one only once', async (t) => {
  const { stage, page, name } = await open(t, { page: { hasTouch: true } });
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await page.clock.runFor(kGuard);
  const box = await page.locator('#accept').boundingBox();
  for (let n = 0; n < 3; ++n) await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await gone(page);
  assert.deepEqual(stage.answers, ['accept 1']);
});

test('a hint stands 1.5 s before another of the same sale, and goes at once when it is taken away', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await page.clock.runFor(500);
  stage.say(board('1', card(2, 'Jam')));
  stage.say(status('en', { store: 'Behind it' }));  // lines come in order: this one is seen only after the hint before it
  await page.waitForFunction(() => document.getElementById('terminal').textContent.includes('Behind it'), null, { polling: 20 });
  assert.equal(await shownName(page), 'Butter');
  await page.clock.runFor(kDwell - 500 - 20);
  assert.equal(await shownName(page), 'Butter');
  await page.clock.runFor(40);
  assert.equal(await shownName(page), 'Jam');
  stage.say(board('1'));
  await gone(page);
});

test('the next sale does not wait for the hint of the last', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  stage.say(board('2', card(1, 'Jam')));
  await name('Jam');
});

test('a notice and a kind this page does not know can only be read', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Batteries', { kind: 'notice' })));
  await name('Batteries');
  await page.clock.runFor(kGuard);
  assert.equal(await page.isVisible('#accept'), false);
  await page.keyboard.press('F8');
  stage.say(board('2', card(2, 'Jam')));
  await name('Jam');
  await page.clock.runFor(kGuard);
  await page.keyboard.press('F9');
  await gone(page);
  assert.deepEqual(stage.answers, ['decline 2']);
});

test('a refused answer is told and may be given again', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(99, 'Butter')));
  await name('Butter');
  await page.clock.runFor(kGuard);
  await page.keyboard.press('F8');
  await page.waitForFunction(() => document.getElementById('answered').textContent.includes('answered already'), null, { polling: 20 });
  assert.equal(await page.getAttribute('#accept', 'aria-disabled'), 'false');
});

test('names are text, never markup, and the longest leave the buttons where they are', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Jam')));
  await name('Jam');
  const before = await page.locator('#accept').boundingBox();
  const evil = '<img src=x onerror=alert(1)>' + 'Ж'.repeat(80);
  stage.say(board('2', card(2, evil, { script: 'ш'.repeat(90), reason: '<b>' }), card(3, evil)));
  await name(evil);
  assert.deepEqual(await page.locator('#accept').boundingBox(), before);
  assert.equal(await page.locator('main img, main b').count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
});

test('what is said is in a live region, once a hint', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  assert.equal(await page.textContent('#spoken[aria-live=polite]'), 'Butter? With bread');
  stage.say(board('1'));
  await gone(page);
  assert.equal(await page.textContent('#spoken'), '');
});

test('a terminal killed and restarted: the hint goes, the page says so, and comes back by itself', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  await stage.kill();
  await page.waitForSelector('#stale');
  await gone(page);
  assert.match(await page.textContent('#stale'), /Not connected/);
  assert.equal(await page.textContent('#health'), 'Not connected');
  await stage.start();
  stage.say(status('en'));
  await until('the page is back', async () => {
    await page.clock.runFor(1000);
    return await page.textContent('#health') === 'Ready';
  });
  assert.equal(await page.isVisible('#hint'), false);
  stage.say(board('2', card(4, 'Jam')));
  await name('Jam');
});

test('a terminal that hangs with its connections open is noticed and said', async (t) => {
  const { stage, page, name } = await open(t);
  stage.say(board('1', card(1, 'Butter')));
  await name('Butter');
  stage.freeze();
  await until('the silence is told', async () => {
    await page.clock.runFor(1000);
    return page.isVisible('#stale');
  });
  assert.match(await page.textContent('#stale'), /does not answer|Not connected/);
  await gone(page);
  stage.thaw();
  await until('the page is back', async () => {
    await page.clock.runFor(1000);
    return await page.textContent('#health') === 'Ready';
  });
});

test('a page of an older terminal fetches itself anew', async (t) => {
  const stage = await Stage.open();
  const page = await browser.newPage();
  t.after(async () => {
    await page.context().close();
    await stage.kill();
  });
  let loads = 0;
  page.on('load', () => { ++loads; });
  // Of the first connection the second status carries another page's number, as after an update of the terminal.
  let connections = 0;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const first = ++connections === 1;
    let seen = 0;
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const said = JSON.parse(text);
      if (first && said.type === 'status' && ++seen === 2) said.page += 1;
      socket.send(JSON.stringify(said));
    });
  });
  await page.goto(stage.url);
  stage.say(status('en'));
  await page.waitForFunction(() => document.getElementById('health').textContent === 'Ready');
  stage.say(status('en', { store: 'Another' }));
  await until('the page is loaded again', () => loads === 2);
  await page.waitForFunction(() => document.getElementById('health').textContent === 'Ready');
});

test('the whole page is at most 50 KiB, in four files, and works under its own content policy', async (t) => {
  const stage = await Stage.open();
  const page = await browser.newPage();
  t.after(async () => {
    await page.context().close();
    await stage.kill();
  });
  const complaints = [];
  let bytes = 0;
  const names = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('response', async (response) => {
    names.push(new URL(response.url()).pathname);
    bytes += (await response.body()).length;
  });
  await page.goto(stage.url, { waitUntil: 'networkidle' });
  assert.deepEqual(names.sort(), ['/', '/cashier.css', '/cashier.js', '/theme.css']);
  assert.ok(bytes > 10_000 && bytes <= 50 * 1024, `${bytes} bytes`);
  assert.deepEqual(complaints, []);
});
