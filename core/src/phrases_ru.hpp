#pragma once

#include "phrases.hpp"

namespace tillcue {

/// Tillcue's own words, Russian. Names stay in the nominative: in «…» after a noun that takes the case.
// clang-format off
inline constexpr BuiltIn kRussian[] = {
    {"script.bought_together", "Желаете к товару «{trigger}» ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.bought_together", "Берут вместе с товаром «{trigger}»[ ({share} таких покупок)]"},
    {"script.popular", "Желаете ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.popular", "Популярно в нашем магазине[ ({share} таких покупок)]"},
    {"script.category", "Желаете к товару «{trigger}» ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.category", "Подходит к товарам вроде «{trigger}»"},
    {"script.range", "Желаете ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.range", "Из нашего ассортимента[: {category}]"},
    {"script.upgrade", "Может быть, лучше «{item}» вместо «{trigger}»? +{amount}[: {size} больше]"},
    {"reason.upgrade", "На ступень выше, чем «{trigger}»: +{amount}[, {size} больше]"},
    {"script.threshold", "Ещё {amount} — и вы получите: {headline}. Может быть, «{item}»[ за {price}]?"},
    {"reason.threshold", "До {threshold} осталось {amount}"},
    {"script.set", "К товару «{trigger}» подойдёт {more, plural, =0 {} other {набор: }}{set}[: всё вместе с ним за {together}][, выгода {amount}]. Добавить?"},
    {"reason.set", "Часто берут вместе с товаром «{trigger}»"},
    {"script.usual", "Не забыли «{item}»[ за {paid}][ {free}]?"},
    {"reason.usual", "Вы часто это берёте"},
    {"script.expert", "Желаете к товару «{trigger}» ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.expert", "Рекомендуем к товару «{trigger}»"},
    {"script.tip", "Желаете ещё «{item}»[ за {paid}][ {free}]?"},
    {"reason.tip", "Мы рекомендуем"},
    {"script.partner", "{partner} рекомендует «{item}»[ за {paid}][ {free}]. Желаете?"},
    {"reason.partner", "Предложение партнёра: {partner}"},
    {"script.cheaper", "Или «{item}»[ за {paid}][ {free}]? Дешевле на {amount}"},
    {"reason.cheaper", "Дешевле на {amount}"},
    {"script.required", "Для товара «{trigger}» нужно: {item}. Есть дома?"},
    {"reason.required", "Для товара «{trigger}» нужно: {item}"},
    {"script.reached", "Сумма чека достигла {threshold}: «{item}» в подарок"},
    {"reason.reached", "Подарок от {threshold}"},
    {"script.thanks", "Спасибо! На следующую покупку: «{item}»[, {off}]"},
    {"reason.thanks", "Спасибо за покупку"},
    {"script.multi_buy", "Купите {buy, plural, one {# штуку} few {# штуки} other {# штук}} «{item}» и получите ещё {get, plural, one {# штуку} few {# штуки} other {# штук}}[ {off}]"},
    {"reason.multi_buy", "{buy} + {get}[, {off}]"},
    {"script.second_item", "К товару «{trigger}»: «{item}»[ всего за {paid}][ {free}]?"},
    {"script.buy_get", "{buy, plural, =1 {К товару «{trigger}»} one {К # штуке «{trigger}»} other {К # штукам «{trigger}»}}: {get, plural, =1 {} one {# штука } few {# штуки } other {# штук }}«{item}»[ {off}]?"},
    {"headline.percent", "-{value} %"},
    {"headline.amount", "Скидка {value}"},
    {"headline.price", "за {value}"},
    {"headline.none", "{item}"},
    {"off.percent", "скидка {value} %"},
    {"off.free", "бесплатно"},
    {"list.and", " и "},
    {"size.twice", "вдвое"},
    {"size.times", "в {n, plural, one {{n} раз} few {{n} раза} other {{n} раз}}"},
    {"share.about", "примерно {share}"},
    {"share.fewer", "реже чем {share}"},
    {"share.more", "более {share}"},
    {"share.of", " из "},
};
// clang-format on

}  // namespace tillcue
