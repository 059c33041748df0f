#pragma once

#include <string_view>

namespace tillcue {

/// True when `text` holds what may be a payment card number: 13 to 19 digits (single spaces or dashes between them
/// do not hide it) with a valid Luhn sum and the leading digits of a card issuer. A valid 13-digit GTIN is no card:
/// every tenth article number has a valid Luhn sum by chance.
/// Source  ISO/IEC 7812-1 (Luhn, issuer ranges), GS1 General Specifications (GTIN check digit).
[[nodiscard]] bool looks_like_card_number(std::string_view text) noexcept;

}  // namespace tillcue
