'use strict';
// Draws the charts from the figures in the page. The tables stand in the page already: without scripts nothing is lost.
(function () {
  const figures = JSON.parse(document.getElementById('figures').textContent);
  const names = {
    model: 'this model', popularity: 'popularity', rules: 'association rules', cosine: 'item cosine',
    running: 'the running bundle',
  };
  const points = { model: 'circle', popularity: 'rect', rules: 'triangle', cosine: 'rectRot', running: 'star' };
  const methods = Object.keys(names).filter((name) => figures[name]);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  let charts = [];

  function axis(title, extra) {
    return Object.assign({
      title: { display: true, text: title, color: color('soft') },
      ticks: { color: color('soft') }, grid: { color: color('line') },
    }, extra);
  }

  function draw(id, type, data, x, y, more) {
    const options = Object.assign({
      animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      scales: { x, y },
      plugins: { legend: { labels: { color: color('ink'), usePointStyle: true } } },
    }, more);
    charts.push(new Chart(document.getElementById(id), { type, data, options }));
  }

  function byK() {
    const ks = figures.model.hit_rates.map((_, k) => k + 1);
    const datasets = methods.map((name) => ({
      label: names[name], data: figures[name].hit_rates, borderColor: color(name), backgroundColor: color(name),
      borderWidth: name === 'model' ? 3 : 1.8, pointStyle: points[name], pointRadius: 4,
    }));
    draw('by-k', 'line', { labels: ks, datasets }, axis('suggestions looked at (k)'),
      axis('hit rate', { beginAtZero: true }));
  }

  function bars(id, key, y) {
    const labels = Object.keys(figures.model[key]);
    const datasets = methods.map((name) => ({
      label: names[name], data: labels.map((label) => figures[name][key][label]), backgroundColor: color(name),
      pointStyle: 'rect',
    }));
    draw(id, 'bar', { labels, datasets }, axis('', { grid: { display: false } }), axis(y, { beginAtZero: true }));
  }

  // Source: Wilson, J. Am. Stat. Assoc. 22, 1927.
  function wilson(bin, sign) {
    const z = 1.96, n = bin.count, p = bin.observed;
    const middle = p + z * z / (2 * n);
    const half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (middle + sign * half) / (1 + z * z / n);
  }

  function reliability(id, bins) {
    const line = (value) => bins.map((bin) => ({ x: bin.predicted, y: value(bin) }));
    const largest = Math.max(...bins.map((bin) => Math.max(bin.predicted, wilson(bin, 1))));
    const step = Math.pow(10, Math.floor(Math.log10(largest))) / 2;
    const most = Math.ceil(largest / step) * step;
    const plain = { pointRadius: 0, borderWidth: 0 };
    const datasets = [
      { label: 'observed', data: line((bin) => bin.observed), borderColor: color('model'),
        backgroundColor: color('model'), borderWidth: 2, pointRadius: 4, order: 1 },
      Object.assign({ label: '95 % interval', data: line((bin) => wilson(bin, 1)), fill: '+1',
        backgroundColor: color('band'), pointStyle: 'rect', order: 2 }, plain),
      Object.assign({ label: 'lower', data: line((bin) => wilson(bin, -1)), fill: false, order: 3 }, plain),
      { label: 'as predicted', data: [{ x: 0, y: 0 }, { x: most, y: most }], borderColor: color('soft'),
        borderDash: [6, 5], borderWidth: 1.5, pointRadius: 0, pointStyle: 'line', order: 4 },
    ];
    const shown = { labels: { color: color('ink'), usePointStyle: true, filter: (item) => item.text !== 'lower' } };
    draw(id, 'line', { datasets },
      axis('predicted probability', { type: 'linear', min: 0, max: most, ticks: { color: color('soft'), maxTicksLimit: 7, format: { maximumSignificantDigits: 2 } } }),
      axis('share bought', { min: 0, max: most, ticks: { color: color('soft'), maxTicksLimit: 7, format: { maximumSignificantDigits: 2 } } }),
      { interaction: { mode: 'nearest', intersect: false }, plugins: { legend: shown } });
  }

  // Intervals are bars that float, with the estimate on them.
  function earned(of) {
    const rows = { log: 'the log', doubly_robust: 'doubly robust', self_normalised: 'self-normalised', ips: 'IPS' };
    const keys = Object.keys(rows);
    const tint = keys.map((key) => color(key === 'log' ? 'popularity' : 'model'));
    const datasets = [
      { type: 'line', label: 'estimate', data: keys.map((key) => 100 * of[key].mean), showLine: false, pointRadius: 6,
        pointHoverRadius: 7, borderColor: tint, backgroundColor: tint },
      { label: '95 % interval', data: keys.map((key) => [100 * of[key].low, 100 * of[key].high]), barThickness: 5,
        borderRadius: 3, borderSkipped: false, backgroundColor: tint },
    ];
    draw('earned', 'bar', { labels: keys.map((key) => rows[key]), datasets }, axis('accepted, of 100 offers'),
      axis('', { grid: { display: false } }), { indexAxis: 'y', plugins: { legend: { display: false } } });
  }

  function ageing() {
    const { stretches } = figures.ageing;
    const sides = { once: ['built once', 'popularity'], anew: ['built anew', 'model'] };
    const lines = (id, y, extra, value) => draw(id, 'line', {
      labels: stretches.map((stretch) => stretch.from),
      datasets: Object.entries(sides).map(([side, [label, tint]]) => ({
        label, data: stretches.map((stretch) => value(stretch[side])), borderColor: color(tint),
        backgroundColor: color(tint), borderWidth: side === 'anew' ? 3 : 1.8, pointStyle: points[tint], pointRadius: 4,
      })),
    }, axis('bundle in use from'), axis(y, extra));
    lines('ageing', 'hit rate at 5', { beginAtZero: true }, (side) => side.hr_5);
    lines('ageing-said', 'said less came true', {}, (side) => side.first_predicted - side.first_observed);
  }

  function drawAll() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    if (figures.off_policy) earned(figures.off_policy.earned.accepted);
    if (figures.model) foreseen();
  }

  function foreseen() {
    byK();
    reliability('reliability', figures.calibration.bins);
    reliability('reliability-first', figures.calibration.by_rank[0].bins);
    bars('by-basket', 'hr_5_by_basket', 'HR@5');
    bars('by-popularity', 'hr_5_by_popularity', 'HR@5');
    bars('coverage', 'coverage_10_by_popularity', 'share suggested');
    if (figures.ageing) ageing();
  }

  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  // Paper is light whatever the screen is.
  addEventListener('beforeprint', () => { document.documentElement.dataset.theme = 'light'; drawAll(); });
  addEventListener('afterprint', () => { delete document.documentElement.dataset.theme; drawAll(); });
})();
