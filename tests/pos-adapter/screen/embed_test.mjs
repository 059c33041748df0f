// The cashier page in a frame of another page: only where the terminal's configuration allows it, and a theme of the store.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { openBrowser, Stage, until } from './stage.mjs';
import { states, status } from './states.mjs';

let browser;
let pos;  // a POS's own page, on an origin of its own
before(async () => {
  browser = await openBrowser();
  pos = createServer((request, response) => {
    const frame = new URL(request.url, 'http://x').searchParams.get('frame') ?? '';
    response.setHeader('Content-Type', 'text/html');
    // The fixed strip at the foot of SCREEN.md's example.
    response.end(`<!doctype html><title>POS</title><h1>POS</h1>
<iframe id="tillcue" src="${frame}" title="Hints" style="position:fixed;left:0;right:0;bottom:0;width:100%;height:40px;border:0"></iframe>
<script>
  window.heard = [];
  const frame = document.getElementById('tillcue');
  addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || event.data.source !== 'tillcue') return;
    window.heard.push({ origin: event.origin, ...event.data });
    frame.style.height = event.data.height + 'px';
  });
</script>`);
  });
  await new Promise((resolve) => pos.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await browser.close();
  pos.close();
});
const origin = () => `http://127.0.0.1:${pos.address().port}`;

async function open(t, options, query = '?layout=strip') {
  const stage = await Stage.open(...options);
  const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
  t.after(async () => {
    await page.context().close();
    await stage.kill();
  });
  await page.goto(`${origin()}/?frame=${encodeURIComponent(stage.url + query)}`);
  return { stage, page, frame: () => page.frames().find((f) => f.url().startsWith(stage.url)) };
}
const heard = (page) => page.evaluate(() => window.heard);

test('in a frame of an allowed page the strip tells its height, its hint and its state, and fits', async (t) => {
  const { stage, page, frame } = await open(t, ['--parent', origin()]);
  for (const line of states('en').three) stage.say(line);
  await until('the hint is told', async () => (await heard(page)).some((said) => said.hint?.name === 'Salted butter 250 g'));
  const last = (await heard(page)).at(-1);
  assert.equal(last.origin, new URL(stage.url).origin);
  assert.equal(last.state, 'ready');
  assert.deepEqual(last.hint, { sale: 'S1', offer: 1, sku: 'SKU-1', name: 'Salted butter 250 g', kind: 'suggestion' });
  assert.ok(last.height >= 90 && last.height <= 160, `${last.height} px`);
  await until('the frame is as high as the strip', () => frame().evaluate(() => innerHeight >= document.body.offsetHeight));
  stage.say({ type: 'hints', sale: 'S1', stage: 'scan', cards: [] });
  await until('quiet is told', async () => (await heard(page)).at(-1).hint === null);
  assert.ok((await heard(page)).at(-1).height <= 40);
  await stage.kill();
  await until('the loss is told', async () => (await heard(page)).at(-1).state === 'offline');
});

test('the page around may hand on the two answers and nothing else', async (t) => {
  const { stage, page } = await open(t, ['--parent', origin()]);
  for (const line of states('en').hint) stage.say(line);
  await until('the hint is told', async () => (await heard(page)).at(-1)?.hint);
  const post = (message) => page.evaluate((said) =>
    document.getElementById('tillcue').contentWindow.postMessage(said, '*'), message);
  await page.waitForTimeout(350);  // a press right after a change is ignored
  for (const odd of [null, 'accept', { tillcue: 'void' }, { type: 'accept' }]) await post(odd);
  await post({ tillcue: 'accept' });
  await until('the answer is given', () => stage.answers.length > 0);
  assert.deepEqual(stage.answers, ['accept 1']);
});

test('another frame of the same page is not obeyed', async (t) => {
  const { stage, page } = await open(t, ['--parent', origin()]);
  for (const line of states('en').hint) stage.say(line);
  await until('the hint is told', async () => (await heard(page)).at(-1)?.hint);
  await page.waitForTimeout(350);
  await page.evaluate(() => new Promise((done) => {
    const other = document.createElement('iframe');
    other.onload = () => {
      const run = other.contentDocument.createElement('script');
      run.textContent = 'parent.frames[0].postMessage({ tillcue: "accept" }, "*")';
      other.contentDocument.body.append(run);
      done();
    };
    document.body.append(other);
  }));
  await page.evaluate(() => document.getElementById('tillcue').contentWindow.postMessage({ tillcue: 'decline' }, '*'));
  await until('the answer is given', () => stage.answers.length > 0);
  assert.deepEqual(stage.answers, ['decline 1']);
});

test('a page that is not allowed gets neither the frame nor a word', async (t) => {
  for (const options of [[], ['--parent', 'http://pos.local:1']]) {
    const { stage, page, frame } = await open(t, options);
    for (const line of states('en').hint) stage.say(line);
    await until('the browser refuses it', async () =>
      page.frames().some((f) => f !== page.mainFrame() && f.url().startsWith('chrome-error:')));
    assert.equal(frame(), undefined);
    assert.deepEqual(await heard(page), []);
  }
});

test('a store\'s theme is used, in both schemes', async (t) => {
  const theme = 'light { --go: #1144aa; --radius: 0px; } dark { --go: #99bbff; --go-ink: #001133; }';
  const stage = await Stage.open('--theme', theme);
  const page = await browser.newPage({ colorScheme: 'light' });
  t.after(async () => {
    await page.context().close();
    await stage.kill();
  });
  await page.goto(stage.url);
  stage.say(status('en'));
  const look = () => page.evaluate(() => {
    const style = getComputedStyle(document.getElementById('accept'));
    return [style.backgroundColor, style.color, style.borderRadius];
  });
  assert.deepEqual(await look(), ['rgb(17, 68, 170)', 'rgb(255, 255, 255)', '0px']);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await look(), ['rgb(153, 187, 255)', 'rgb(0, 17, 51)', '0px']);
});
