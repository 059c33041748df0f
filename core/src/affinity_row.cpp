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
  entry_.significant = format::is_significant(table, code);
}

Score AffinityRow::contribution_to(ItemIx target) const noexcept {
  if (table_ == nullptr || index(target) >= table_->items) return 0;
  if (!table_->packed) {
    for (auto const& entry : *this) {
      if (entry.target == target) return entry.contribution;
    }
    return 0;
  }
  // As the row counts: on past the last item.
  auto const wanted = index(target) + (index(target) <= source_ ? table_->items : 0);
  auto const widths = table_->widths;
  auto reached = source_;
  auto at_gap = (table_->weight_bits + 2U) * count_, at_class = table_->weight_bits * count_;
  for (std::uint32_t n = 0; n < count_ && reached < wanted; ++n, at_class += 2) {
    auto const width = widths[format::bits_at(bits_, at_class, 2)];
    reached += format::bits_at(bits_, at_gap, width) + 1;
    at_gap += width;
    if (reached != wanted) continue;
    return scale_ * format::level_of(*table_, format::bits_at(bits_, table_->weight_bits * n, table_->weight_bits));
  }
  return 0;
}

AffinityRow::Entry AffinityRow::at(std::size_t n) const noexcept {
  auto at = begin();
  for (; n > 0; --n) ++at;
  return *at;
}

}  // namespace tillcue
