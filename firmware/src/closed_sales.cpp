#include "closed_sales.hpp"

#include <algorithm>

namespace tillcue::terminal {
namespace {

/// FNV-1a. std::hash has 32 bits on small machines: with 4,096 names it would refuse one new sale in a million.
std::uint64_t key_of(SaleId const& sale) noexcept {
  std::uint64_t key = 14'695'981'039'346'656'037U;
  for (auto const c : sale.value) key = (key ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return key;
}

}  // namespace

void ClosedSales::add(SaleId const& sale, SaleEnd end, SteadyTime now) {
  closed_.push_back({key_of(sale), now, end});
  if (closed_.size() > kMost) closed_.pop_front();
}

std::optional<SaleEnd> ClosedSales::find(SaleId const& sale, SteadyTime now) const noexcept {
  // A repeat is mostly of what was closed last.
  auto const key = key_of(sale);
  auto const found = std::find_if(closed_.rbegin(), closed_.rend(), [&](Closed const& one) { return one.key == key; });
  if (found == closed_.rend() || now - found->at > kFor) return std::nullopt;
  return found->end;
}

}  // namespace tillcue::terminal
