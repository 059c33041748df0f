#pragma once

#include "phrases.hpp"

namespace tillcue {

/// Tillcue's own words, English. {item} is offered with, or instead of, {trigger}.
// clang-format off
inline constexpr BuiltIn kEnglish[] = {
    {"script.bought_together", "Would you like {item} with your {trigger}[, for {paid}][, {free}]?"},
    {"reason.bought_together", "Goes with {trigger}[ ({share} such baskets)]"},
    {"script.popular", "Would you like {item} as well[, for {paid}][, {free}]?"},
    {"reason.popular", "A favourite in this shop[ ({share} such baskets)]"},
    {"script.category", "Would you like {item} with your {trigger}[, for {paid}][, {free}]?"},
    {"reason.category", "Goes with products like {trigger}"},
    {"script.range", "Would you like {item} as well[, for {paid}][, {free}]?"},
    {"reason.range", "From our range[: {category}]"},
    {"script.upgrade", "Would you like {item} instead of {trigger}? +{amount}[: {size} the size]"},
    {"reason.upgrade", "A step up from {trigger}: +{amount}[, {size} the size]"},
    {"script.threshold", "{amount} more gets you {headline}. How about {item}[, for {price}]?"},
    {"reason.threshold", "{amount} to go to {threshold}"},
    {"script.set", "{set} {more, plural, =0 {goes} other {go}} with your {trigger}[: together with it {together}][, you save {amount}]. Shall I add {more, plural, =0 {it} other {them}}?"},
    {"reason.set", "Often taken together with {trigger}"},
    {"script.usual", "Did you think of {item}[, for {paid}][, {free}]?"},
    {"reason.usual", "You often take it"},
    {"script.expert", "Would you like {item} with your {trigger}[, for {paid}][, {free}]?"},
    {"reason.expert", "Our recommendation with {trigger}"},
    {"script.tip", "Would you like {item} as well[, for {paid}][, {free}]?"},
    {"reason.tip", "Our recommendation"},
    {"script.partner", "{partner} recommends {item}[, for {paid}][, {free}]. Would you like it?"},
    {"reason.partner", "An offer of {partner}"},
    {"script.cheaper", "Or rather {item}[, for {paid}][, {free}]? {amount} less"},
    {"reason.cheaper", "{amount} less"},
    {"script.required", "{trigger} needs {item}. Do you have it at home?"},
    {"reason.required", "{trigger} needs {item}"},
    {"script.reached", "You have reached {threshold}: {item} is a gift"},
    {"reason.reached", "A gift from {threshold}"},
    {"script.thanks", "A thank-you for your next visit: {item}[, {off}]"},
    {"reason.thanks", "Thank you for your purchase"},
    {"script.multi_buy", "{buy, plural, one {Buy one} other {Buy #}} {item}, get {get, plural, one {one more} other {# more}}[ {off}]"},
    {"reason.multi_buy", "{buy} + {get}[, {off}]"},
    {"script.second_item", "To your {trigger}: {item}[ for only {paid}][ {free}]?"},
    {"script.buy_get", "With {buy, plural, one {your} other {your #}} {trigger}: {get, plural, one {} other {# }}{item}[ {off}]?"},
    {"headline.percent", "-{value} %"},
    {"headline.amount", "{value} off"},
    {"headline.price", "for {value}"},
    {"headline.none", "{item}"},
    {"off.percent", "{value} % off"},
    {"off.free", "for free"},
    {"list.and", " and "},
    {"size.twice", "twice"},
    {"size.times", "{n} times"},
    {"share.about", "about {share}"},
    {"share.fewer", "fewer than {share}"},
    {"share.more", "more than {share}"},
    {"share.of", " in "},
};
// clang-format on

}  // namespace tillcue
