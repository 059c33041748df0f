#include "tillcue/core/candidates.hpp"

#include <algorithm>

#include "format/bytes.hpp"

namespace tillcue {
namespace {

constexpr std::uint8_t kTouched = 1, kHeld = 2, kScored = 4;

// A lambda and no function, so that the heap's comparisons are inlined.
constexpr auto better = [](Scored const& a, Scored const& b) noexcept {
  return a.score != b.score ? a.score > b.score : index(a.item) < index(b.item);
};

/// The best so far in a heap whose front is the worst of them.
class Best {
 public:
  explicit Best(std::span<Scored> out) noexcept : out_(out) {}

  [[nodiscard]] bool wants(Scored const& scored) const noexcept {
    return size_ < out_.size() || better(scored, out_.front());
  }
  void take(Scored const& scored) noexcept {
    if (size_ < out_.size()) {
      out_[size_++] = scored;
    } else {
      std::pop_heap(out_.begin(), out_.end(), better);
      out_.back() = scored;
    }
    std::push_heap(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size_), better);
  }
  std::size_t sort() noexcept {
    std::sort_heap(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size_), better);
    return size_;
  }

 private:
  std::span<Scored> out_;
  std::size_t size_ = 0;
};

/// Where `candidate` stands in the row, or the row's size.
std::size_t place_in(AffinityRow const& row, ItemIx candidate) noexcept {
  std::size_t low = 0, high = row.size();
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const at = row.target(middle);
    if (at == candidate) return middle;
    if (index(at) < index(candidate)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return row.size();
}

constexpr bool speaks_louder(Term const& a, Term const& b) noexcept {
  return a.weight != b.weight ? a.weight > b.weight : index(a.source) < index(b.source);
}

}  // namespace

std::size_t Scorer::memory_needed(Bundle const& bundle) noexcept {
  std::size_t const items = bundle.item_count();
  return format::aligned8(sizeof(Score) * items + sizeof(std::uint32_t) * (items + 1) + items);
}

Scorer::Scorer(Bundle const& bundle, std::span<std::byte> memory) noexcept : bundle_(&bundle), memory_(memory) {
  std::size_t const items = bundle.item_count();
  scores_ = static_cast<Score*>(static_cast<void*>(memory.data()));
  touched_ = static_cast<std::uint32_t*>(static_cast<void*>(memory.data() + sizeof(Score) * items));
  marks_ = static_cast<std::uint8_t*>(
      static_cast<void*>(memory.data() + sizeof(Score) * items + sizeof(std::uint32_t) * (items + 1)));
  for (std::uint32_t n = 0; n < items; ++n) scores_[n] = bundle.bias(ItemIx{n});
  std::fill_n(marks_, items, std::uint8_t{0});
}

void Scorer::clear() noexcept {
  for (std::size_t n = 0; n < touched_count_; ++n) {
    auto const item = touched_[n];
    scores_[item] = bundle_->bias(ItemIx{item});
    marks_[item] = 0;
  }
  touched_count_ = held_ = scored_ = 0;
}

void Scorer::touch(std::uint32_t item) noexcept {
  if (marks_[item] == 0) touched_[touched_count_++] = item;
  marks_[item] |= kTouched;
}

// Branch-free: every target is written behind the touched list, and stays only if it was new.
template <unsigned IdBytes>
void Scorer::apply(AffinityRow const& row, Score scale) noexcept {
  auto const* ids = row.targets.data();
  auto const* weights = row.weights.data();
  auto* const scores = scores_;
  auto* const touched = touched_;
  auto* const marks = marks_;
  auto count = touched_count_;
  auto const size = row.size();
  for (std::size_t n = 0; n < size; ++n) {
    auto const target = IdBytes == 2 ? format::load<std::uint16_t>(ids + 2 * n) : format::load24(ids + 3 * n);
    scores[target] += static_cast<Score>(weights[n]) * scale;
    auto const mark = marks[target];
    touched[count] = target;
    count += mark == 0 ? 1 : 0;
    marks[target] = mark | kTouched;
  }
  touched_count_ = count;
}

void Scorer::apply_row(ItemIx item, Score sign) noexcept {
  auto const row = bundle_->row(item);
  auto const scale = sign * static_cast<Score>(row.scale);
  if (row.id_bytes == 2) {
    apply<2>(row, scale);
  } else {
    apply<3>(row, scale);
  }
}

void Scorer::add(ItemIx item) noexcept {
  if (index(item) >= bundle_->item_count() || holds(item)) return;
  touch(index(item));
  marks_[index(item)] |= kHeld;
  ++held_;
  if (scored_ == kMaxScoredItems) return;
  marks_[index(item)] |= kScored;
  ++scored_;
  apply_row(item, 1);
}

void Scorer::remove(ItemIx item) noexcept {
  if (!holds(item)) return;
  bool const scored = (marks_[index(item)] & kScored) != 0;
  marks_[index(item)] = kTouched;
  --held_;
  if (scored) {
    --scored_;
    apply_row(item, -1);
  }
  // An empty basket touches nothing: what would only be looked at in vain is forgotten.
  if (held_ == 0) clear();
}

void Scorer::assign(std::span<ItemIx const> items) noexcept {
  clear();
  for (auto item : items) add(item);
}

bool Scorer::holds(ItemIx item) const noexcept {
  return index(item) < bundle_->item_count() && (marks_[index(item)] & kHeld) != 0;
}

Score Scorer::score(ItemIx item) const noexcept {
  return index(item) < bundle_->item_count() ? scores_[index(item)] : 0;
}

std::size_t Scorer::top(std::span<Scored> out) noexcept {
  if (out.empty()) return 0;
  Best best(out);
  for (std::size_t n = 0; n < touched_count_; ++n) {
    Scored const scored{ItemIx{touched_[n]}, scores_[touched_[n]]};
    if (best.wants(scored) && (marks_[touched_[n]] & kHeld) == 0) best.take(scored);
  }
  for (std::size_t n = 0; n < bundle_->popular_count(); ++n) {
    auto const item = bundle_->popular(n);
    if (marks_[index(item)] != 0) continue;
    Scored const scored{item, scores_[index(item)]};
    // The list falls: the first that does not fit ends it.
    if (!best.wants(scored)) return best.sort();
    best.take(scored);
  }
  auto const items = bundle_->item_count();
  if (bundle_->popular_count() == items) return best.sort();
  auto const last = bundle_->popular(bundle_->popular_count() - 1);
  Scored const bound{last, bundle_->bias(last)};
  if (!best.wants(bound)) return best.sort();
  for (std::uint32_t n = 0; n < items; ++n) {
    Scored const scored{ItemIx{n}, scores_[n]};
    // Untouched and behind the popular list; whatever ranks before its end has been seen.
    if (marks_[n] == 0 && better(bound, scored) && best.wants(scored)) best.take(scored);
  }
  return best.sort();
}

std::size_t explain(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx candidate,
                    std::span<Term> out) noexcept {
  std::size_t count = 0;
  for (auto source : basket) {
    auto const row = bundle.row(source);
    auto const place = place_in(row, candidate);
    if (place == row.size() || row.contribution(place) <= 0) continue;
    Term const term{source, row.contribution(place)};
    auto const* const same =
        std::find_if(out.data(), out.data() + count, [&](Term const& t) { return t.source == source; });
    if (same != out.data() + count) continue;
    if (count == out.size() && (count == 0 || !speaks_louder(term, out[count - 1]))) continue;
    auto const at = std::upper_bound(out.data(), out.data() + count, term, speaks_louder) - out.data();
    if (count < out.size()) ++count;
    for (auto n = count - 1; n > static_cast<std::size_t>(at); --n) out[n] = out[n - 1];
    out[static_cast<std::size_t>(at)] = term;
  }
  return count;
}

}  // namespace tillcue
