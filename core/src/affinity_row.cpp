#include "format/packed_row.hpp"
#include "tillcue/core/bundle.hpp"

namespace tillcue {

AffinityRow::Iterator AffinityRow::begin() const noexcept {
  Iterator first(*this, 0);
  if (table_ != nullptr && table_->packed) {
    first.reached_ = source_;
    first.at_gap_ = (table_->weight_bits + 2U) * count_;
  }
  first.read();
  return first;
}

AffinityRow::Iterator& AffinityRow::Iterator::operator++() noexcept {
  ++n_;
  read();
  return *this;
}

void AffinityRow::Iterator::read() noexcept {
  auto const& row = *row_;
  if (n_ >= row.count_) return;
  auto const& table = *row.table_;
  if (!table.packed) {
    entry_.target = ItemIx{format::plain_target(row.ids_, table.id_bytes, n_)};
    entry_.contribution = format::load<std::int8_t>(row.weights_ + n_) * row.scale_;
    return;
  }
  auto const width = table.widths[format::bits_at(row.bits_, table.weight_bits * row.count_ + 2 * n_, 2)];
  reached_ += format::bits_at(row.bits_, at_gap_, width) + 1;
  at_gap_ += width;
  entry_.target = ItemIx{reached_ < table.items ? reached_ : reached_ - table.items};
  auto const code = format::bits_at(row.bits_, table.weight_bits * n_, table.weight_bits);
  entry_.contribution = format::level_of(table, code) * row.scale_;
}

AffinityRow::Entry AffinityRow::at(std::size_t n) const noexcept {
  auto at = begin();
  for (; n > 0; --n) ++at;
  return *at;
}

}  // namespace tillcue
