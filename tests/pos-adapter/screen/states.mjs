// Every state of the cashier page: what the terminal says for it, in both languages.
const names = {
  en: {
    main: ['Salted butter 250 g', 'May I add butter? It is 20 % off today.', 'Often bought with Baguette'],
    second: ['Strawberry jam 340 g', 'Goes with Baguette'],
    third: ['Camembert de Normandie, unpasteurised, in its wooden box, 250 g', 'Often bought with Baguette'],
    set: ['Salsa + Guacamole + Sour cream', 'With your nachos: salsa, guacamole and sour cream together?', 'Set'],
    notice: ['Batteries AA, 4 pieces', 'The torch needs 4 AA batteries.', 'Needed for Torch'],
    store: 'Corner Shop',
  },
  ru: {
    main: ['Масло сливочное 82,5 %, 180 г', 'Добавить масло? Сегодня скидка 20 %.', 'Часто берут с товаром «Багет»'],
    second: ['Джем клубничный 340 г', 'Подходит к товару «Багет»'],
    third: ['Сыр «Камамбер Нормандский» из непастеризованного молока в деревянной коробке, 250 г', 'Часто берут с товаром «Багет»'],
    set: ['Сальса + Гуакамоле + Сметана', 'К начос: сальсу, гуакамоле и сметану вместе?', 'Набор'],
    notice: ['Батарейки AA, 4 штуки', 'Для фонаря нужны 4 батарейки AA.', 'Нужно для товара «Фонарь»'],
    store: 'Магазин у дома',
  },
};

const card = (offer, [name, script, reason], more = {}) =>
  ({ offer, sku: `SKU-${offer}`, name, price: '2.49 EUR', discount: '', script, reason, probability: 0.2, ...more });
const small = (offer, [name, reason], more = {}) => card(offer, [name, '', reason], { price: '1.99 EUR', ...more });
const hints = (...cards) => ({ type: 'hints', sale: 'S1', stage: 'scan', cards });

export function status(language, more = {}) {
  return { type: 'status', language, store: names[language].store, ...more };
}

/// name → the lines the terminal says; what else a state needs is done by `open` of the tests.
export function states(language) {
  const n = names[language];
  const main = card(1, n.main, { discount: '-20 %' });
  const said = {
    idle: [status(language)],
    no_office: [status(language, { hq: null })],
    hint: [status(language), hints(main)],
    three: [status(language), hints(main, small(2, n.second), small(3, n.third, { discount: '-0.50 EUR' }))],
    set: [status(language), hints(card(4, n.set, { price: '7.47 EUR', discount: '5.99 EUR', type: 'set', more: ['B', 'C'] }))],
    notice: [status(language), hints(card(5, n.notice, { kind: 'notice', type: 'notice' }))],
    accepted: [status(language), hints(main)],
    offline: [status(language), hints(main)],
    no_bundle: [status(language, { release: 'none', hq: false })],
    printer: [status(language, { printer_ok: false, printer: 'paper out; put in a new roll', outbox: 3 }), hints(main)],
  };
  return said;
}
export const kStates = Object.keys(states('en'));
export const kSizes = [[800, 600], [1024, 768], [1366, 768], [1920, 1080]];
