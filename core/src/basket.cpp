#include "tillcue/core/basket.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tillcue {
namespace {

template <class Lines>
auto find_line(Lines& lines, LineNo line) noexcept {
  return std::find_if(lines.begin(), lines.end(), [line](BasketLine const& l) { return l.line == line; });
}

}  // namespace

Result<void> Basket::put(BasketLine line) {
  if (auto found = find_line(lines_, line.line); found != lines_.end()) {
    *found = std::move(line);
    return {};
  }
  if (lines_.size() >= kMaxLines) {
    return fail(Code::rejected, "the sale has " + std::to_string(kMaxLines) +
                                    " lines already; further ones are not considered for offers");
  }
  lines_.push_back(std::move(line));
  return {};
}

bool Basket::remove(LineNo line) noexcept {
  auto found = find_line(lines_, line);
  if (found == lines_.end()) return false;
  lines_.erase(found);
  return true;
}

BasketLine const* Basket::find(LineNo line) const noexcept {
  auto found = find_line(lines_, line);
  return found == lines_.end() ? nullptr : &*found;
}

bool Basket::contains(ItemIx item) const noexcept {
  if (item == kNoItem) return false;
  return std::any_of(lines_.begin(), lines_.end(), [item](BasketLine const& l) { return l.item == item; });
}

Money Basket::total(Currency currency) const noexcept {
  Money sum{0, currency};
  for (auto const& line : lines_) {
    if (!(line.unit_price.currency == currency)) continue;
    auto const amount = extended(line.unit_price, line.quantity);
    if (__builtin_add_overflow(sum.minor, amount.minor, &sum.minor)) {
      // The wrapped sum has the wrong sign; nobody is owed or owes that much.
      using Limits = std::numeric_limits<std::int64_t>;
      return {amount.minor > 0 ? Limits::max() : Limits::min(), currency};
    }
  }
  return sum;
}

}  // namespace tillcue
