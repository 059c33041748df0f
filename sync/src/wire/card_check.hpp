#pragma once

#include <string_view>

#include "json_fields.hpp"

namespace tillcue::sync {

/// True when the text of a field looks like a payment card number and is not of our own making: the digits of a
/// coupon's serial, a replay record or a pseudonym may look like anything.
bool is_card_number(std::string_view field, std::string_view text);
/// In any text of it.
bool holds_card_number(Json const& value);

}  // namespace tillcue::sync
