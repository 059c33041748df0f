#pragma once

#include <optional>
#include <string_view>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos::reading {

struct TitleTold {
  SlipKind kind;
  bool unless_paid = false;  ///< a slip that tells payment is none of that kind: delivery notes, kitchen bons
};

/// The kind a line without an amount gives away: "Z report", "duplicate", ...; none for most. What articles, addresses
/// and small print say as well ("Return", "Angebot") tells only as a title: alone in its line above the first item.
std::optional<TitleTold> kind_told(std::u32string_view folded_line, bool above_items);

}  // namespace tillcue::pos::reading
